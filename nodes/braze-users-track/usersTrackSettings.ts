import type { NodeDef } from 'node-red';
import type { UsersTrackSettings } from '../../src/delta/usersTrackSettings';
import { firstTotalOf } from '../shell/configValue';
import { numberSetting } from '../shell/numberSetting';
import { type NumberField, numberFields } from './numberFields';

/** What the form of the node leaves behind. A node of an earlier release lacks what did not exist then. */
export interface UsersTrackDef extends NodeDef, Partial<Record<NumberField, number | string>> {
  braze: string;
  firstTotal?: string;
  changeDetection?: string;
  /** Time of the tick; empty: not ticked. */
  sendEverything?: string | boolean;
  refreshOnly?: string;
}

/**
 * @throws SyncError SETTING_INVALID for a number that cannot be used: a ceiling that was mistyped, or whose environment
 * variable is missing, must not turn into no ceiling.
 */
export function usersTrackSettings(def: UsersTrackDef): UsersTrackSettings {
  const compares = def.changeDetection !== 'off';
  return {
    firstTotal: firstTotalOf(def),
    changeDetection: compares ? 'on' : 'off',
    sendEverything: tickOf(def.sendEverything),
    ceilings: {
      dataPoints: numberOf(def, 'dataPointCeiling'),
      emptyStoreDataPoints: compares ? neededNumber(def, 'emptyStoreCeiling') : undefined,
      removalShare: compares ? neededNumber(def, 'removalShare') / 100 : undefined,
    },
    refresh: compares ? refreshOf(def) : undefined,
    settleMs: neededNumber(def, 'settleSeconds') * 1000,
  };
}

function refreshOf(def: UsersTrackDef): UsersTrackSettings['refresh'] {
  const days = numberOf(def, 'refreshDays');
  if (days === undefined) return undefined;
  const only = def.refreshOnly === 'unconfirmed' ? 'unconfirmed' : 'all';
  return { days, cap: neededNumber(def, 'refreshCap'), only };
}

/** Hand-written flows say true instead of a time: good for one run as well. */
function tickOf(value: string | boolean | undefined): string | undefined {
  if (value === true) return 'ticked';
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function neededNumber(def: UsersTrackDef, field: NumberField): number {
  return numberOf(def, field) as number;
}

function numberOf(def: UsersTrackDef, field: NumberField): number | undefined {
  return numberSetting(def[field], numberFields[field], field, 'users.track node');
}
