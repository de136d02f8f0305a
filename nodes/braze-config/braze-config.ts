import type { Node, NodeAPI } from 'node-red';
import type { BrazeClient } from '../../src/braze/brazeClient';
import { checkKey } from '../../src/braze/keyCheck';
import { rateGroup } from '../../src/braze/rateGroup';
import type { TrackTargetSettings } from '../../src/braze/trackTarget';
import { collect, draftRoute } from '../shell/adminRoutes';
import { platform } from '../shell/platform';
import { type RequestPolicyDef, requestPolicy } from './requestPolicy';

interface BrazeConfigDef extends RequestPolicyDef {
  endpoint: string;
  workspace?: string;
}

/** What other nodes of ours get from a Braze configuration. */
export interface BrazeConfigNode extends Node<{ apiKey: string }> {
  /** @throws SyncError for an endpoint or key that no call could work with. */
  client(): BrazeClient;
  /**
   * How requests to `/users/track` are made, at the pace of this configuration's rate group.
   * @throws SyncError SETTING_INVALID
   */
  sending(): Omit<TrackTargetSettings, 'requestsInFlight'>;
  /** How long a call is repeated that fails for a passing cause. @throws SyncError SETTING_INVALID */
  retry(): { deadlineMs: number };
  /** What tells this workspace from others of its instance. */
  workspace(): NonNullable<TrackTargetSettings['workspace']>;
}

const secrets = ['apiKey'] as const;

export default function register(RED: NodeAPI): void {
  function BrazeConfig(this: BrazeConfigNode, def: BrazeConfigDef): void {
    RED.nodes.createNode(this, def);
    this.client = () => clientOf({ endpoint: def.endpoint, apiKey: this.credentials?.apiKey });
    this.workspace = () => workspaceOf(def.workspace, this.credentials?.apiKey);
    this.retry = () => requestPolicy(def).retry;
    let group: string | undefined;
    this.sending = () => {
      const { objectsPerRequest, perArray, limits, retry } = requestPolicy(def);
      const apiKey = this.credentials?.apiKey ?? '';
      group = rateGroup({ name: def.rateGroup ?? '', endpoint: this.client().endpoint, apiKey });
      return { objectsPerRequest, perArray, retry, pace: platform.paces.join(group, this.id, limits) };
    };
    this.on('close', () => {
      if (group !== undefined) platform.paces.leave(group, this.id);
    });
  }
  RED.nodes.registerType('braze-config', BrazeConfig as never, {
    credentials: { apiKey: { type: 'password' } },
  });

  draftRoute(RED, 'list/braze-segments', secrets, async (draft, signal) => ({
    items: await collect(clientOf(draft).segments(signal), ({ id, name }) => ({ value: id, label: name })),
  }));
  draftRoute(RED, 'list/braze-campaigns', secrets, async (draft, signal) => ({
    items: await collect(clientOf(draft).campaigns(signal), ({ id, name }) => ({ value: id, label: name })),
  }));
  draftRoute(RED, 'list/braze-attributes', secrets, async (draft, signal) => ({
    items: await collect(clientOf(draft).customAttributes(signal), ({ name, dataType }) => ({
      value: name,
      label: name,
      type: dataType,
    })),
  }));
  draftRoute(RED, 'check/braze', secrets, async (draft, signal) => ({
    findings: (await checkKey(clientOf(draft), signal)).map(({ permission, ok, message }) => ({
      what: permission,
      ok,
      message,
    })),
  }));
}

function workspaceOf(
  name: string | undefined,
  apiKey: string | undefined,
): { name: string } | { apiKey: string } {
  const given = name?.trim() ?? '';
  return given === '' ? { apiKey: apiKey ?? '' } : { name: given };
}

function clientOf(settings: { endpoint?: unknown; apiKey?: unknown }): BrazeClient {
  // Loaded with the first client: a Node-RED without flows of ours needs none of it.
  const { createBrazeClient } =
    require('../../src/braze/brazeClient') as typeof import('../../src/braze/brazeClient');
  return createBrazeClient({
    endpoint: String(settings.endpoint ?? ''),
    apiKey: String(settings.apiKey ?? ''),
    http: platform.http,
  });
}
