import { isObject, isScalar, type Json, type JsonObject, jsonBytes } from './json';
import { mergeObjects, nestedValue, updateObjectArray } from './nestedValues';
import { parseTime, timeText } from './timeValues';

/** The types a custom attribute can have. The first value stored decides for good (contracts: braze 2.5). */
export type AttributeType = 'string' | 'number' | 'boolean' | 'time' | 'array' | 'object' | 'objectArray';

const stringLimit = 255;
export const arrayLimit = 500;
const objectBytes = 102_400;

/** The type a value gives an attribute that has none yet; undefined for a value that Braze drops. */
export function typeOfValue(value: Json): AttributeType | undefined {
  if (typeof value === 'string') return parseTime(value) === undefined ? 'string' : 'time';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return typeOfArray(value);
  if (!isObject(value)) return undefined;
  if (isIncrement(value)) return 'number';
  if (isArrayChange(value)) return 'array';
  return isObjectArrayChange(value) ? 'objectArray' : 'object';
}

/**
 * The value an attribute of this type has after an update (contracts: braze 2.5). Pure; `current` is not changed.
 *
 * Decisions where the contract is silent: elements of an array that are no scalars, or too long, are left out; an
 * increment must be an integer; times are kept as ISO 8601 in UTC with milliseconds.
 *
 * @param merge whether the object carried `_merge_objects: true`
 * @returns undefined where Braze accepts the update and silently stores nothing.
 */
export function nextValue(
  type: AttributeType,
  current: Json | undefined,
  value: Json,
  merge: boolean,
): Json | undefined {
  switch (type) {
    case 'string':
      return nextString(value);
    case 'time':
      return nextTime(value);
    case 'boolean':
      return nextBoolean(value);
    case 'number':
      return nextNumber(current, value);
    case 'array':
      return nextArray(current, value);
    case 'object':
      return withinSize(nextObject(current, value, merge));
    case 'objectArray':
      return withinSize(nextObjectArray(current, value, merge));
  }
}

/** At most 255 characters, counted as a person would: a character outside the BMP is one. */
export function fitsString(text: string): boolean {
  return text.length <= stringLimit || [...text].length <= stringLimit;
}

/** Each element once, at the place where it came last; the newest 500. */
export function uniqueNewest<T>(elements: readonly T[]): T[] {
  const unique = new Set<T>();
  for (const element of elements) {
    unique.delete(element);
    unique.add(element);
  }
  return [...unique].slice(-arrayLimit);
}

export function isIncrement(value: JsonObject): value is { inc: number } {
  return typeof value.inc === 'number' && Object.keys(value).length === 1;
}

export function isArrayChange(value: JsonObject): value is { add?: Json[]; remove?: Json[] } {
  return hasOnlyArrays(value, ['add', 'remove']);
}

export function isObjectArrayChange(value: JsonObject): boolean {
  return hasOnlyArrays(value, ['$add', '$remove', '$update']);
}

function hasOnlyArrays(value: JsonObject, names: readonly string[]): boolean {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => names.includes(key) && Array.isArray(value[key]));
}

function typeOfArray(value: readonly Json[]): AttributeType | undefined {
  const objects = value.filter(isObject).length;
  if (objects === 0) return 'array';
  return objects === value.length ? 'objectArray' : undefined;
}

function nextString(value: Json): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && fitsString(value) ? value : undefined;
}

function nextTime(value: Json): string | undefined {
  const time = typeof value === 'string' ? parseTime(value) : undefined;
  return time === undefined ? undefined : timeText(time);
}

function nextBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === '1' || value === 'true' || value === 't') return true;
  return value === 0 || value === '0' || value === 'false' || value === 'f' ? false : undefined;
}

function nextNumber(current: Json | undefined, value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    return Number.isFinite(number) ? number : undefined;
  }
  if (!isObject(value) || !isIncrement(value) || !Number.isInteger(value.inc)) return undefined;
  return (typeof current === 'number' ? current : 0) + value.inc;
}

function nextArray(current: Json | undefined, value: Json): Json[] | undefined {
  const next = changedElements(Array.isArray(current) ? current : [], value);
  return next && jsonBytes(next) <= objectBytes ? next : undefined;
}

function changedElements(current: readonly Json[], value: Json): Json[] | undefined {
  if (Array.isArray(value)) {
    return typeOfArray(value) === 'array' ? uniqueNewest(value.filter(isElement)) : undefined;
  }
  if (!isObject(value) || !isArrayChange(value)) return undefined;
  const added = uniqueNewest([...current, ...(value.add ?? []).filter(isElement)]);
  const removed = new Set(value.remove);
  return added.filter((element) => !removed.has(element));
}

function isElement(value: Json): boolean {
  return isScalar(value) && (typeof value !== 'string' || fitsString(value));
}

function nextObject(current: Json | undefined, value: Json, merge: boolean): Json | undefined {
  if (typeOfValue(value) !== 'object') return undefined;
  const nested = nestedValue(value);
  if (!isObject(nested)) return undefined;
  return merge && isObject(current) ? mergeObjects(current, nested) : nested;
}

function nextObjectArray(current: Json | undefined, value: Json, merge: boolean): Json | undefined {
  const objects = Array.isArray(current) ? current.filter(isObject) : [];
  if (isObject(value)) {
    return isObjectArrayChange(value) ? updateObjectArray(objects, value, merge) : undefined;
  }
  if (!Array.isArray(value) || (value.length > 0 && typeOfArray(value) !== 'objectArray')) return undefined;
  return nestedValue(value);
}

function withinSize(value: Json | undefined): Json | undefined {
  return value !== undefined && jsonBytes(value) <= objectBytes ? value : undefined;
}
