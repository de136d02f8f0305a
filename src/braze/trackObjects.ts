import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';
import { attributeValue, isRepeatable } from './attributeValue';
import { type BrazeIdentifier, chooseIdentifier, type IdentifierProblem } from './identifier';
import { Refusal, refusals } from './refusals';

/** One object of a request's `attributes`, `events` or `purchases`, ready for JSON. */
export type TrackObject = Record<string, unknown>;

/** What one profile update becomes in `/users/track` requests. */
export interface TrackObjects {
  /** Absent where no attribute is left to send. */
  attributes?: TrackObject;
  events: TrackObject[];
  purchases: TrackObject[];
  /** Attributes, events and purchases that are not sent, each with a reason code; the rest is. */
  refused: { field: string; reason: string }[];
  /** May these objects be sent a second time without counting twice? (contracts: braze 2.9) */
  repeatable: boolean;
}

/** No object can be made of the update at all. */
export interface RejectedUpdate {
  rejected: IdentifierProblem;
}

/** Would name another user, or change whether one may be created. */
const ownKeys = new Set(['external_id', 'braze_id', 'user_alias', 'email', 'phone', '_update_existing_only']);

/**
 * Turns one profile update into the objects of a `/users/track` request (contracts: braze 2.1 to 2.5).
 * `_update_existing_only` is always written, because its default depends on the kind of identifier.
 */
export function trackObjects(update: ProfileUpdate): TrackObjects | RejectedUpdate {
  const identifier = chooseIdentifier(update.match);
  if (typeof identifier === 'string') return { rejected: identifier };
  const updateOnly = !update.allowCreate;
  const attributes = identified(identifier, updateOnly);
  const result: TrackObjects = { events: [], purchases: [], refused: [], repeatable: true };
  let written = 0;
  for (const change of update.changes) {
    const value = attributeValue(change);
    if (value === undefined) continue;
    if (value instanceof Refusal) {
      result.refused.push({ field: change.field, reason: value.reason });
    } else if (Object.hasOwn(attributes, change.field)) {
      refuseSecond(result, change, identifier, value);
    } else {
      put(attributes, change.field, value);
      written++;
      if (!isRepeatable(change)) result.repeatable = false;
    }
  }
  if (written > 0) result.attributes = attributes;
  if (update.events) addAll('events', update.events, result, identifier, updateOnly);
  if (update.purchases) addAll('purchases', update.purchases, result, identifier, updateOnly);
  return result;
}

function identified(identifier: BrazeIdentifier, updateOnly: boolean): TrackObject {
  return { [identifier.key]: identifier.value, _update_existing_only: updateOnly };
}

/** The e-mail or phone that identifies the user may be "set" to what it is; everything else would be a second write. */
function refuseSecond(
  result: TrackObjects,
  { field }: FieldChange,
  identifier: BrazeIdentifier,
  value: unknown,
): void {
  if (field !== identifier.key) result.refused.push({ field, reason: refusals.fieldTwice.reason });
  else if (value !== identifier.value)
    result.refused.push({ field, reason: refusals.identifierInUse.reason });
}

function addAll(
  array: 'events' | 'purchases',
  objects: readonly { [key: string]: unknown }[],
  result: TrackObjects,
  identifier: BrazeIdentifier,
  updateOnly: boolean,
): void {
  for (let at = 0; at < objects.length; at++) {
    const source: unknown = objects[at];
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      result.refused.push({ field: `${array}[${at}]`, reason: refusals.notAnObject.reason });
      continue;
    }
    const object = identified(identifier, updateOnly);
    for (const [key, value] of Object.entries(source)) {
      if (!ownKeys.has(key)) put(object, key, value);
    }
    result[array].push(object);
    result.repeatable = false;
  }
}

/** Plain assignment of `__proto__` would set the prototype and lose the value. */
function put(object: TrackObject, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
