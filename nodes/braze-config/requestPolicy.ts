import type { NodeDef } from 'node-red';
import { type PaceLimits, widestDefault } from '../../src/pace/pace';
import { numberSetting } from '../shell/numberSetting';
import { type NumberField, numberFields } from './numberFields';

/** What the form leaves behind of how requests are made. A node of an earlier release lacks what did not exist then. */
export interface RequestPolicyDef extends NodeDef, Partial<Record<NumberField, number | string>> {
  /** Name of the rate group; empty: whoever uses the same host and key. */
  rateGroup?: string;
  /** Contracts with legacy rate limits: the number of objects holds for each array. */
  perArray?: boolean;
}

export interface RequestPolicy {
  objectsPerRequest: number;
  perArray: boolean;
  limits: PaceLimits;
  retry: { deadlineMs: number };
}

/** @throws SyncError SETTING_INVALID for a number that cannot be used. */
export function requestPolicy(def: RequestPolicyDef): RequestPolicy {
  const numberOf = (field: NumberField) =>
    numberSetting(def[field], numberFields[field], field, 'Braze configuration');
  const budgets = [
    { requests: numberOf('requestsPer3Seconds'), windowMs: 3_000 },
    { requests: numberOf('requestsPerMinute'), windowMs: 60_000 },
    { requests: numberOf('requestsPerHour'), windowMs: 3_600_000 },
  ].flatMap(({ requests, windowMs }) => (requests === undefined ? [] : [{ requests, windowMs }]));
  return {
    objectsPerRequest: numberOf('objectsPerRequest')!,
    perArray: def.perArray === true,
    limits: {
      most: numberOf('requestsInFlight') ?? widestDefault,
      budgets,
      reserve: numberOf('reserve')! / 100,
    },
    retry: { deadlineMs: numberOf('retryMinutes')! * 60_000 },
  };
}
