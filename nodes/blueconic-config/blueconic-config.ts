import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { BlueConicClient } from '../../src/blueconic/blueconicClient';
import { collect, draftRoute, type Finding, firstOf, tried } from '../shell/adminRoutes';
import { platform } from '../shell/platform';

interface BlueConicConfigDef extends NodeDef {
  url: string;
}

/** What other nodes of ours get from a BlueConic configuration: one client, and with it one token, for all of them. */
export interface BlueConicConfigNode extends Node<{ clientId: string; clientSecret: string }> {
  /** @throws SyncError for a tenant URL that no call could work with. */
  client(): BlueConicClient;
}

export const blueconicSecrets = ['clientId', 'clientSecret'] as const;

export default function register(RED: NodeAPI): void {
  function BlueConicConfig(this: BlueConicConfigNode, def: BlueConicConfigDef): void {
    RED.nodes.createNode(this, def);
    let client: BlueConicClient | undefined;
    this.client = () => {
      client ??= blueconicClientOf({ url: def.url, ...this.credentials });
      return client;
    };
  }
  RED.nodes.registerType('blueconic-config', BlueConicConfig as never, {
    credentials: { clientId: { type: 'text' }, clientSecret: { type: 'password' } },
  });

  draftRoute(RED, 'list/blueconic-segments', blueconicSecrets, async (draft, signal) => ({
    items: await collect(blueconicClientOf(draft).segments(signal), ({ id, name }) => ({
      value: id,
      label: name,
    })),
  }));
  draftRoute(RED, 'list/blueconic-properties', blueconicSecrets, async (draft, signal) => ({
    items: await collect(blueconicClientOf(draft).profileProperties(signal), (property) => ({
      value: property.id,
      label: property.name,
      unique: property.indexed,
      type: property.filterType,
    })),
  }));
  draftRoute(RED, 'list/blueconic-objectives', blueconicSecrets, async (draft, signal) => ({
    items: await collect(blueconicClientOf(draft).objectives(signal), ({ id, name, title }) => ({
      value: id,
      label: title || name,
    })),
  }));
  draftRoute(RED, 'list/blueconic-interactions', blueconicSecrets, async (draft, signal) => ({
    items: await collect(blueconicClientOf(draft).interactions(signal), ({ id, name }) => ({
      value: id,
      label: name,
    })),
  }));
  draftRoute(RED, 'check/blueconic', blueconicSecrets, async (draft, signal) => ({
    findings: await check(blueconicClientOf(draft), signal),
  }));
}

/** The client of a configuration, deployed or draft. */
export function blueconicClientOf(settings: {
  url?: unknown;
  clientId?: unknown;
  clientSecret?: unknown;
}): BlueConicClient {
  // Loaded with the first client: a Node-RED without flows of ours needs none of it.
  const { createBlueConicClient } =
    require('../../src/blueconic/blueconicClient') as typeof import('../../src/blueconic/blueconicClient');
  return createBlueConicClient({
    url: String(settings.url ?? ''),
    clientId: String(settings.clientId ?? ''),
    clientSecret: String(settings.clientSecret ?? ''),
    http: platform.http,
  });
}

/** No profile has it: an application that may read profiles is told so. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** Only calls that change nothing; what cannot be tried that way is said to be unknown. */
async function check(client: BlueConicClient, signal: AbortSignal): Promise<Finding[]> {
  return [
    await tried('read:segments', 'The application may read segments.', () =>
      firstOf(client.segments(signal)),
    ),
    await tried('read:profile-properties', 'The application may read profile properties.', () =>
      firstOf(client.profileProperties(signal)),
    ),
    await tried(
      'write:profiles',
      'The application may write profiles (tried with no profile at all).',
      async () => {
        const answer = await client.putProfiles('[]', { identifiers: [] }, signal);
        if (answer.kind === 'configuration') throw answer.error;
      },
    ),
    await optional(
      'read:profiles',
      'The application may read single profiles.',
      'Needed only where a source reads who left a segment, or a sink empties properties and BlueConic takes no empty value.',
      () => client.profile(nobody, {}, signal),
    ),
    await optional(
      'read:objectives',
      'The application may read consent objectives.',
      'Needed only to choose objectives by name.',
      () => firstOf(client.objectives(signal)),
    ),
    await optional(
      'read:dialogues',
      'The application may read interactions.',
      'Needed only to choose interactions by name.',
      () => firstOf(client.interactions(signal)),
    ),
    {
      what: 'write:profile-properties',
      ok: 'unknown',
      message:
        'Needed only where a sink creates missing properties; cannot be tried without creating one, the first run will tell.',
    },
  ];
}

/** For a scope that most flows do without: where it is missing, that is said, but it is no fault. */
async function optional(
  what: string,
  good: string,
  use: string,
  call: () => Promise<unknown>,
): Promise<Finding> {
  const missing = `The application does not have this scope. ${use}`;
  return tried(what, good, call, (error) =>
    error.code === 'BLUECONIC_SCOPE_MISSING' ? { what, ok: 'unknown', message: missing } : undefined,
  );
}
