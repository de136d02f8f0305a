import type { NodeDef } from 'node-red';
import type { UsersTrackSettings } from '../../src/delta/usersTrackSettings';
import { SyncError } from '../../src/errors/syncError';
import { firstTotalOf } from '../shell/configValue';
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
  const number = numberOf(def, field);
  if (number === undefined) throw invalid(field, 'is empty');
  return number;
}

function numberOf(def: UsersTrackDef, field: NumberField): number | undefined {
  const { value: otherwise, min, max, blank }: Limits = numberFields[field];
  const value = def[field] ?? otherwise;
  const text = String(value).trim();
  if (text === '' && blank) return undefined;
  const number = Number(text);
  if (text !== '' && Number.isSafeInteger(number) && number >= min && number <= (max ?? number))
    return number;
  const bounds = max === undefined ? `${min} or more` : `from ${min} to ${max}`;
  throw invalid(field, `must be a whole number, ${bounds}`);
}

interface Limits {
  value: number | '';
  min: number;
  max?: number;
  blank?: boolean;
}

function invalid(field: NumberField, what: string): SyncError {
  return new SyncError({
    code: 'SETTING_INVALID',
    message: `The setting "${field}" of the users.track node ${what}.`,
    advice: 'Open the node, correct it (or the environment variable it names), then deploy.',
  });
}
