import type { FieldPath } from './fieldPath';

/** Finds one value in a record; `undefined` when any part of the path is not there. Never throws. */
export type FieldReader = (value: unknown) => unknown;

/**
 * Makes the reader for a path once, so that no path is walked as data for every record. Only own properties are
 * read. A part that does not fit what it meets (a name on a list, an index on an object) finds nothing.
 */
export function fieldReader(path: FieldPath): FieldReader {
  const [first, second] = path;
  // Nearly all mapped fields are `email` or `custom_attributes.tier`; these two spare them the loop.
  if (path.length === 1 && isPlainName(first)) return (record) => named(record, first);
  if (path.length === 2 && isPlainName(first) && isPlainName(second)) {
    return (record) => named(named(record, first), second);
  }
  const parts = path.map(partReader);
  return (record) => {
    let value = record;
    for (let i = 0; i < parts.length && value !== undefined; i++) value = parts[i]!(value);
    return value;
  };
}

function partReader(part: string | number): FieldReader {
  if (typeof part === 'number') return (value) => (Array.isArray(value) ? value[part] : undefined);
  if (isPlainName(part)) return (value) => named(value, part);
  return (value) => (isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined);
}

/** For a name that objects do not inherit, the one case in which asking whether a property is own can be saved. */
function isPlainName(part: string | number | undefined): part is string {
  return typeof part === 'string' && !(part in Object.prototype);
}

function named(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
