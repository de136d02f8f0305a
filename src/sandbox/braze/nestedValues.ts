import { isObject, type Json, type JsonObject, sameJson } from './json';
import { parseTime, timeText } from './timeValues';

const keyLimit = 255;
const badKey = /[ .$]/;

/**
 * What Braze keeps of a value inside an object (contracts: braze 2.2 and 2.5): dates come as `{"$time": …}`, keys have
 * at most 255 characters without space, dot or dollar sign.
 *
 * @returns undefined if anything inside is bad or null: Braze then drops every nested update of that attribute.
 */
export function nestedValue(value: Json): Json | undefined {
  if (typeof value === 'string') return [...value].length <= 255 ? value : undefined;
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const elements: Json[] = [];
    for (const element of value) {
      const kept = nestedValue(element);
      if (kept === undefined) return undefined;
      elements.push(kept);
    }
    return elements;
  }
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, '$time')) return wrappedTime(value);
  const entries: [string, Json][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const kept =
      key.length === 0 || key.length > keyLimit || badKey.test(key) ? undefined : nestedValue(inner);
    if (kept === undefined) return undefined;
    entries.push([key, kept]);
  }
  return Object.fromEntries(entries);
}

/** Keys of `update` replace those of `current`; objects on both sides are merged in turn. */
export function mergeObjects(current: JsonObject, update: JsonObject): JsonObject {
  const merged = new Map(Object.entries(current));
  for (const [key, value] of Object.entries(update)) {
    const old = merged.get(key);
    merged.set(key, isObject(old) && isObject(value) ? mergeObjects(old, value) : value);
  }
  // Unlike an assignment this also keeps a key called `__proto__` a plain key.
  return Object.fromEntries(merged);
}

/**
 * Applies `$add`, then `$remove`, then `$update` to an array of objects (contracts: braze 2.5): in one change an
 * object can therefore not be removed and added again. Without `merge` an `$update` overwrites the whole object.
 *
 * @returns undefined if any part of the change is malformed.
 */
export function updateObjectArray(
  current: readonly JsonObject[],
  change: JsonObject,
  merge: boolean,
): Json[] | undefined {
  const added = nestedValue(change.$add ?? []);
  if (!Array.isArray(added) || !added.every(isObject)) return undefined;
  let objects: JsonObject[] = [...current, ...added];
  for (const criterion of (change.$remove ?? []) as Json[]) {
    const matches = matcher(criterion);
    if (!matches) return undefined;
    objects = objects.filter((object) => !matches(object));
  }
  for (const criterion of (change.$update ?? []) as Json[]) {
    const matches = matcher(criterion);
    const fresh = isObject(criterion) ? nestedValue(criterion.$new_object ?? null) : undefined;
    if (!matches || !isObject(fresh)) return undefined;
    objects = objects.map((object) => {
      if (!matches(object)) return object;
      return merge ? mergeObjects(object, fresh) : fresh;
    });
  }
  return objects;
}

function matcher(criterion: Json): ((object: JsonObject) => boolean) | undefined {
  if (!isObject(criterion)) return undefined;
  const { $identifier_key: key, $identifier_value: value } = criterion;
  if (typeof key !== 'string' || value === undefined) return undefined;
  return (object) => Object.hasOwn(object, key) && sameJson(object[key], value);
}

function wrappedTime(value: JsonObject): string | undefined {
  if (typeof value.$time !== 'string' || Object.keys(value).length !== 1) return undefined;
  const time = parseTime(value.$time);
  return time === undefined ? undefined : timeText(time);
}
