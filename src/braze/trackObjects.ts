import type { AttributeTypes } from '../delta/attributeTypes';
import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';
import type { RefusedAttribute } from '../run/sinkTarget';
import { attributeField } from './attributeField';
import { AttributeList } from './attributeList';
import { attributeValue, isRepeatable } from './attributeValue';
import { type BrazeIdentifier, chooseIdentifier, type IdentifierProblem } from './identifier';
import { NestedAttributes } from './nestedAttributes';
import { putOwn } from './ownProperty';
import { Refusal, refusals } from './refusals';
import { reservedAttributes } from './reservedAttributes';

/** One object of a request's `events` or `purchases`, ready for JSON. */
export type TrackObject = Record<string, unknown>;

/** What one profile update becomes in `/users/track` requests. */
export interface TrackObjects {
  /** Absent where no attribute is left to send. */
  attributes?: AttributeList;
  events: TrackObject[];
  purchases: TrackObject[];
  /** Attributes, events and purchases that are not sent, each with a reason code; the rest is. */
  refused: RefusedAttribute[];
  /**
   * Changes below an attribute that must not share an object with the others of this update, because one of those
   * replaces a whole object and `_merge_objects` counts for all of an object. They go in an update of their own.
   */
  apart?: readonly FieldChange[];
  /** Nobody is created for them: creation is off, or by a `braze_id`, which cannot create (contracts: braze 2.3). */
  updateOnly: boolean;
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
 * `_update_existing_only` is always written, because its default depends on the kind of identifier. With a change below
 * an attribute the object says `_merge_objects`, so that Braze keeps the rest of what it holds there.
 *
 * @param types What is known of the types that custom attributes have; without it none is taken to drift.
 */
export function trackObjects(
  update: ProfileUpdate,
  types?: Pick<AttributeTypes, 'driftOf'>,
): TrackObjects | RejectedUpdate {
  const identifier = chooseIdentifier(update.match);
  if (typeof identifier === 'string') return { rejected: identifier };
  const updateOnly = !update.allowCreate;
  const attributes = new AttributeList(identifier, updateOnly, update.changes.length);
  const result: TrackObjects = {
    events: [],
    purchases: [],
    refused: [],
    updateOnly: updateOnly || identifier.key === 'braze_id',
    repeatable: true,
  };
  let replaced = false;
  let nested: NestedAttributes | undefined;
  for (const change of update.changes) {
    if (change.path !== undefined) {
      nested ??= new NestedAttributes();
      const refusal = nested.add(change);
      if (refusal) result.refused.push(refusedBelow(change, refusal));
      continue;
    }
    const value = attributeValue(change);
    if (value === undefined) continue;
    if (value instanceof Refusal) {
      result.refused.push({ field: change.field, reason: value.reason });
    } else if (types !== undefined && drifts(change, value, types)) {
      result.refused.push({ field: change.field, reason: refusals.typeDrift.reason });
    } else if (!attributes.add(change.field, value)) {
      refuseSecond(result, change, identifier, value);
    } else {
      if (change.as === 'object' && replacesObject(change.field, value)) replaced = true;
      if (!isRepeatable(change)) result.repeatable = false;
    }
  }
  if (nested && nested.changes.length > 0) {
    if (replaced) result.apart = nested.changes;
    else addNested(result, attributes, nested, types);
  }
  if (attributes.length > 0) result.attributes = attributes;
  if (update.events) addAll('events', update.events, result, identifier, updateOnly);
  if (update.purchases) addAll('purchases', update.purchases, result, identifier, updateOnly);
  return result;
}

/** What Braze would otherwise merge: an object, but no order to edit a list, and no location, whose keys are always the same. */
function replacesObject(field: string, value: unknown): boolean {
  if (value === null || reservedAttributes.get(field)?.type === 'location') return false;
  const names = Object.keys(value as object);
  return names.length === 0 || !names.every((name) => name === 'add' || name === 'remove');
}

/**
 * Reserved keys have the types that Braze gave them, and were checked for these. A time that its row made one need not be
 * read again, which would cost more than all the rest of the check.
 */
function drifts(
  { field, as, type }: FieldChange,
  value: unknown,
  types: Pick<AttributeTypes, 'driftOf'>,
): boolean {
  if (attributeField(field).reserved !== undefined) return false;
  const isTime = as === 'one' && value !== null && (type === 'time' || type === 'date');
  return types.driftOf(field, value, isTime ? 'time' : undefined);
}

function addNested(
  result: TrackObjects,
  attributes: AttributeList,
  nested: NestedAttributes,
  types: Pick<AttributeTypes, 'driftOf'> | undefined,
): void {
  let added = false;
  for (const [field, value] of nested.entries()) {
    if (value instanceof Refusal) result.refused.push({ field, reason: value.reason });
    else if (types?.driftOf(field, value)) {
      result.refused.push({ field, reason: refusals.typeDrift.reason });
    } else if (attributes.add(field, value)) added = true;
    else result.refused.push({ field, reason: refusals.fieldTwice.reason });
  }
  if (added) attributes.add('_merge_objects', true);
}

function refusedBelow({ field, path }: FieldChange, { reason }: Refusal): RefusedAttribute {
  return path === undefined ? { field, reason } : { field, path, reason };
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
  else if (!isSame(value, identifier))
    result.refused.push({ field, reason: refusals.identifierInUse.reason });
}

/** An e-mail address in other letters is the same address. */
function isSame(value: unknown, { key, value: known }: BrazeIdentifier): boolean {
  if (key !== 'email' || typeof value !== 'string') return value === known;
  return value.toLowerCase() === known.toLowerCase();
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
      if (!ownKeys.has(key)) putOwn(object, key, value);
    }
    result[array].push(object);
    result.repeatable = false;
  }
}
