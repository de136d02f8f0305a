import type { NodeDef } from 'node-red';
import { type EntrySettings, permissionLevels } from '../../src/blueconic/bulkEntries';
import type { LaneSettings } from '../../src/run/laneSettings';
import { firstTotalOf } from '../shell/configValue';
import { refreshOf, type SendingAgainDef, tickOf } from '../shell/sendingAgain';
import { numberFields } from './numberFields';

/** What the form of the node leaves behind. A node of an earlier release lacks what did not exist then. */
export interface BlueConicProfilesDef extends NodeDef, SendingAgainDef {
  blueconic: string;
  entriesPerRequest: number | string;
  requestsInFlight: number | string;
  firstTotal?: string;
  changeDetection?: string;
  /** Absent: off. */
  createProperties?: boolean;
  /** Ids. */
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

/**
 * How rows go through the sink. An answer of BlueConic says that it is done, so nobody waits after it.
 * @throws SyncError SETTING_INVALID
 */
export function laneSettingsOf(
  def: SendingAgainDef & Pick<BlueConicProfilesDef, 'firstTotal' | 'changeDetection'>,
): LaneSettings {
  const compares = def.changeDetection !== 'off';
  const tick = tickOf(def);
  const refresh = compares ? refreshOf(def, numberFields, 'BlueConic profiles node') : undefined;
  return {
    firstTotal: firstTotalOf(def),
    changeDetection: compares ? 'on' : 'off',
    settleMs: 0,
    ...(tick !== undefined && { sendEverything: tick }),
    ...(refresh && { refresh }),
  };
}
