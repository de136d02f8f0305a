import type { Node, NodeAPI, NodeDef } from 'node-red';
import { TrackTarget } from '../../src/braze/trackTarget';
import type { BrazeConfigNode } from '../braze-config/braze-config';
import { configNode } from '../shell/settings';
import { type SinkNodeDef, sinkShell } from '../shell/sinkShell';

interface UsersTrackDef extends NodeDef, SinkNodeDef {
  braze: string;
}

export default function register(RED: NodeAPI): void {
  function UsersTrack(this: Node, def: UsersTrackDef): void {
    RED.nodes.createNode(this, def);
    sinkShell(RED, this, def, () => {
      const braze = configNode<BrazeConfigNode>(RED, def.braze, 'Braze');
      return new TrackTarget(braze.client(), braze.pace);
    });
  }
  RED.nodes.registerType('braze-users-track', UsersTrack as never);
}
