import type { Node, NodeAPI } from 'node-red';
import { TrackTarget } from '../../src/braze/trackTarget';
import type { BrazeConfigNode } from '../braze-config/braze-config';
import { configNode } from '../shell/settings';
import { sinkShell } from '../shell/sinkShell';
import { type UsersTrackDef, usersTrackSettings } from './usersTrackSettings';

export default function register(RED: NodeAPI): void {
  function UsersTrack(this: Node, def: UsersTrackDef): void {
    RED.nodes.createNode(this, def);
    sinkShell(RED, this, () => {
      const braze = configNode<BrazeConfigNode>(RED, def.braze, 'Braze');
      const settings = usersTrackSettings(def);
      return {
        target: new TrackTarget(braze.client(), { ...braze.sending(), workspace: braze.workspace() }),
        lanes: settings,
      };
    });
  }
  RED.nodes.registerType('braze-users-track', UsersTrack as never);
}
