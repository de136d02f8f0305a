import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type EntrySettings, permissionLevels } from '../../src/blueconic/bulkEntries';
import { ProfilesTarget } from '../../src/blueconic/profilesTarget';
import type { BlueConicConfigNode } from '../blueconic-config/blueconic-config';
import { firstTotalOf, wholeNumber } from '../shell/configValue';
import { configNode } from '../shell/settings';
import { sinkShell } from '../shell/sinkShell';

interface BlueConicProfilesDef extends NodeDef {
  blueconic: string;
  entriesPerRequest: number | string;
  requestsInFlight: number | string;
  firstTotal?: string;
  /** Absent in flows of an earlier release: off. */
  createProperties?: boolean;
  /** Ids; absent in flows of an earlier release, as are the following. */
  objectives?: string[];
  domainGroup?: string;
  zone?: string;
  permissionLevel?: string;
}

/** Empty fields leave the matter to BlueConic's own default. */
export function entrySettingsOf({
  domainGroup,
  zone,
  permissionLevel,
}: Pick<BlueConicProfilesDef, 'domainGroup' | 'zone' | 'permissionLevel'>): EntrySettings {
  const group = domainGroup?.trim();
  const code = zone?.trim().toUpperCase();
  const level = permissionLevels.find((known) => known === permissionLevel);
  return {
    ...(group && { domainGroup: group }),
    ...(code && { privacyLegislation: code }),
    ...(level && { permissionLevel: level }),
  };
}

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
      return { target, lanes: { firstTotal: firstTotalOf(def) } };
    });
  }
  RED.nodes.registerType('blueconic-profiles', BlueConicProfiles as never);
}
