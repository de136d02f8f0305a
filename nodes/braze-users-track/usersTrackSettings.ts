import type { NodeDef } from 'node-red';
import type { UsersTrackSettings } from '../../src/delta/usersTrackSettings';
import { firstTotalOf } from '../shell/configValue';
import { numberSetting } from '../shell/numberSetting';
import { refreshOf, type SendingAgainDef, tickOf } from '../shell/sendingAgain';
import { type NumberField, numberFields } from './numberFields';

/** What the form of the node leaves behind. A node of an earlier release lacks what did not exist then. */
export interface UsersTrackDef
  extends NodeDef,
    SendingAgainDef,
    Partial<Record<NumberField, number | string>> {
  braze: string;
  firstTotal?: string;
  changeDetection?: string;
}

const node = 'users.track node';

/**
 * @throws SyncError SETTING_INVALID for a number that cannot be used: a ceiling that was mistyped, or whose environment
 * variable is missing, must not turn into no ceiling.
 */
export function usersTrackSettings(def: UsersTrackDef): UsersTrackSettings {
  const compares = def.changeDetection !== 'off';
  return {
    firstTotal: firstTotalOf(def),
    changeDetection: compares ? 'on' : 'off',
    sendEverything: tickOf(def),
    ceilings: {
      dataPoints: numberOf(def, 'dataPointCeiling'),
      emptyStoreDataPoints: compares ? neededNumber(def, 'emptyStoreCeiling') : undefined,
      removalShare: compares ? neededNumber(def, 'removalShare') / 100 : undefined,
    },
    refresh: compares ? refreshOf(def, numberFields, node) : undefined,
    settleMs: neededNumber(def, 'settleSeconds') * 1000,
  };
}

function neededNumber(def: UsersTrackDef, field: NumberField): number {
  return numberOf(def, field) as number;
}

function numberOf(def: UsersTrackDef, field: NumberField): number | undefined {
  return numberSetting(def[field], numberFields[field], field, node);
}
