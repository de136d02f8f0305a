import type { ElementWith, FieldPath, PathPart } from './fieldPath';

/** Finds one value in a record; `undefined` when any part of the path is not there. Never throws. */
export type FieldReader = (value: unknown) => unknown;

/**
 * Makes the reader for a path once, so that no path is walked as data for every record. Only own properties are
 * read. A part that does not fit what it meets (a name on a list, an index on an object) finds nothing.
 *
 * `[*]` gives a list of what the rest of the path finds in each element, in order and without what is missing; several
 * of them give one flat list. It finds nothing only where there is no list: from an empty one it gives an empty one.
 */
export function fieldReader(path: FieldPath): FieldReader {
  const [first, second] = path;
  // Nearly all mapped fields are `email` or `custom_attributes.tier`; these two spare them the loop.
  if (path.length === 1 && isPlainName(first)) return (record) => named(record, first);
  if (path.length === 2 && isPlainName(first) && isPlainName(second)) {
    return (record) => named(named(record, first), second);
  }
  const every = path.findIndex(isEvery);
  if (every >= 0) return everyReader(path.slice(0, every), path.slice(every + 1));
  const parts = path.map(partReader);
  return (record) => {
    let value = record;
    for (let i = 0; i < parts.length && value !== undefined; i++) value = parts[i]!(value);
    return value;
  };
}

function everyReader(before: FieldPath, after: FieldPath): FieldReader {
  const list = fieldReader(before);
  const rest = fieldReader(after);
  const flatten = after.some(isEvery);
  return (record) => {
    const elements = list(record);
    if (!Array.isArray(elements)) return undefined;
    const found: unknown[] = [];
    for (const element of elements) {
      const value = rest(element);
      if (value === undefined) continue;
      if (flatten) for (const inner of value as unknown[]) found.push(inner);
      else found.push(value);
    }
    return found;
  };
}

function partReader(part: PathPart): FieldReader {
  if (typeof part === 'number') return (value) => (Array.isArray(value) ? value[part] : undefined);
  if (typeof part === 'object') {
    if (part.list === 'with') return elementReader(part);
    return (value) => (Array.isArray(value) ? value.length : undefined);
  }
  return nameReader(part);
}

function nameReader(name: string): FieldReader {
  if (isPlainName(name)) return (value) => named(value, name);
  return (value) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);
}

/** Numbers and booleans equal their written form: ids are numbers here and texts there. */
function elementReader({ key, text }: ElementWith): FieldReader {
  const keyOf = nameReader(key);
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    for (const element of value) {
      const found = keyOf(element);
      if (found === text) return element;
      if ((typeof found === 'number' || typeof found === 'boolean') && String(found) === text) return element;
    }
    return undefined;
  };
}

function isEvery(part: PathPart): boolean {
  return typeof part === 'object' && part.list === 'every';
}

/** For a name that objects do not inherit, the one case in which asking whether a property is own can be saved. */
function isPlainName(part: PathPart | undefined): part is string {
  return typeof part === 'string' && !(part in Object.prototype);
}

function named(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
