import type { Node, NodeAPI } from 'node-red';
import { ProfilesTarget } from '../../src/blueconic/profilesTarget';
import type { BlueConicConfigNode } from '../blueconic-config/blueconic-config';
import { wholeNumber } from '../shell/configValue';
import { configNode } from '../shell/settings';
import { sinkShell } from '../shell/sinkShell';
import { type BlueConicProfilesDef, entrySettingsOf, laneSettingsOf } from './profilesSettings';

export default function register(RED: NodeAPI): void {
  function BlueConicProfiles(this: Node, def: BlueConicProfilesDef): void {
    RED.nodes.createNode(this, def);
    sinkShell(RED, this, () => {
      const blueconic = configNode<BlueConicConfigNode>(RED, def.blueconic, 'BlueConic');
      const client = blueconic.client();
      const target = new ProfilesTarget(client, {
        entriesPerRequest: Math.min(1000, Math.max(1, wholeNumber(def.entriesPerRequest, 500))),
        requestsInFlight: Math.min(16, Math.max(1, wholeNumber(def.requestsInFlight, 4))),
        properties: { directory: client, create: def.createProperties === true },
        profiles: client,
        objectiveIds: def.objectives ?? [],
        entry: entrySettingsOf(def),
      });
      return { target, lanes: laneSettingsOf(def) };
    });
  }
  RED.nodes.registerType('blueconic-profiles', BlueConicProfiles as never);
}
