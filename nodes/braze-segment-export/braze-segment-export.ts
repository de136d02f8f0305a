import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ExportMemory } from '../../src/braze/exportMemory';
import { type SegmentExportSettings, SegmentExportSource } from '../../src/braze/segmentExportSource';
import { trackChangeRules } from '../../src/braze/trackChanges';
import { trackTargetName } from '../../src/braze/trackTarget';
import type { BrazeConfigNode } from '../braze-config/braze-config';
import type { S3ConfigNode } from '../profile-sync-s3-config/profile-sync-s3-config';
import { wholeNumber } from '../shell/configValue';
import type { WiredNode } from '../shell/flowPath';
import { platform } from '../shell/platform';
import type { ReadSystem } from '../shell/readMemory';
import { configNode, required } from '../shell/settings';
import { type SourceNodeDef, sourceShell } from '../shell/sourceShell';
import { callbackRoute, callbackUrl } from './callbackRoute';

interface SegmentExportDef extends NodeDef, SourceNodeDef {
  braze: string;
  s3: string;
  segment: string;
  fields: string[];
  customAttributes: string[];
  pollSeconds: number | string;
  quietSeconds: number | string;
  giveUpMinutes: number | string;
  /** What to do while Braze exports the segment already. */
  whenRunning?: string;
  /** Address under which Braze reaches Node-RED; empty: it is not asked to call. */
  callbackUrl?: string;
  /** What becomes of the files after a complete run: `leave`, `delete`. */
  afterwards?: string;
  /** When to remember what is read as what Braze holds; see `remembers`. */
  remember?: string;
}

/** Braze's first file is there long before; what is missing then is more likely the right bucket. */
const doubtMs = 5 * 60_000;
/** Enough for a last file to show in the listing; the call is no proof that there is none to come. */
const quietAfterCallMs = 5_000;

export default function register(RED: NodeAPI): void {
  function SegmentExport(this: Node, def: SegmentExportDef): void {
    RED.nodes.createNode(this, def);
    if ((def.callbackUrl ?? '').trim() !== '') callbackRoute(RED);
    sourceShell({
      RED,
      node: this,
      def,
      direction: 'import',
      // users.track remembers by itself what reaches it from there.
      remembers: (nodes, sink) =>
        sink?.type !== 'braze-users-track' && remembers(def, nodes) ? readSystem(RED, def) : undefined,
      open: (store, goalId) => {
        const braze = configNode<BrazeConfigNode>(RED, def.braze, 'Braze');
        const s3 = configNode<S3ConfigNode>(RED, def.s3, 'S3');
        const settings: SegmentExportSettings = {
          segmentId: required(def.segment, 'a Braze segment'),
          fields: def.fields ?? [],
          customAttributes: def.customAttributes ?? [],
          pollMs: Math.max(1, wholeNumber(def.pollSeconds, 10)) * 1000,
          quietMs: wholeNumber(def.quietSeconds, 60) * 1000,
          quietAfterCallMs,
          giveUpMs: Math.max(1, wholeNumber(def.giveUpMinutes, 60)) * 60_000,
          doubtMs,
          whenRunning: def.whenRunning === 'cancel' || def.whenRunning === 'fail' ? def.whenRunning : 'wait',
          afterwards: def.afterwards === 'delete' ? 'delete' : 'leave',
          callbackUrl: callbackUrl(def.callbackUrl),
        };
        return new SegmentExportSource(braze.client(), s3.bucket(), settings, {
          ...platform.exports,
          memory: new ExportMemory(store, goalId),
        });
      },
    });
  }
  RED.nodes.registerType('braze-segment-export', SegmentExport as never);
}

/** Where nothing is ever sent back to the workspace, remembering what it holds would be work for nobody. */
function remembers({ remember, braze }: SegmentExportDef, nodes: ReadonlyMap<string, WiredNode>): boolean {
  if (remember === 'always' || remember === 'never') return remember === 'always';
  return [...nodes.values()].some(
    (node) => node.type === 'braze-users-track' && (node as WiredNode & { braze?: string }).braze === braze,
  );
}

function readSystem(RED: NodeAPI, def: SegmentExportDef): ReadSystem {
  const braze = configNode<BrazeConfigNode>(RED, def.braze, 'Braze');
  return { name: trackTargetName(braze.client()), rules: trackChangeRules(braze.workspace()) };
}
