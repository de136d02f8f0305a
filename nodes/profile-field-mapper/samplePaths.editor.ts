import { formatFieldPath, type PathPart } from '../../src/mapping/fieldPath';
import type { SeenField } from '../editor/choices';
import type { FieldTraits } from '../editor/mappingRowRules';
import type { SampleRecord } from './sampleText.editor';

/** Deeper objects are offered whole: a list of every leaf would help nobody. */
const deepest = 3;
/** More fields than this come from values used as names, such as ids as keys. */
const mostFields = 1_000;

type Found = Map<string, FieldTraits | undefined>;

/**
 * The fields that the samples hold, each once, in the order in which they were met. Objects are followed up to three
 * names deep; a list of objects gives a field per key, for all of its elements, and for one by its `name` where it has
 * one. Type and shape come from the first value that is not null.
 */
export function samplePaths(records: readonly SampleRecord[]): SeenField[] {
  const found: Found = new Map();
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) if (name !== '_ref') visit(found, [name], value);
  }
  return [...found].map(([path, traits]) => ({ path, traits: traits ?? { type: 'text', as: 'one' } }));
}

function visit(found: Found, path: readonly PathPart[], value: unknown): void {
  if (isObject(value) && path.length < deepest && Object.keys(value).length > 0) {
    for (const [name, inner] of Object.entries(value)) visit(found, [...path, name], inner);
  } else if (Array.isArray(value) && value.some(isObject)) {
    visitObjects(found, path, value.filter(isObject));
  } else add(found, path, traitsOf(value));
}

function visitObjects(found: Found, path: readonly PathPart[], objects: readonly Fields[]): void {
  for (const object of objects) {
    const { name } = object;
    if (typeof name !== 'string') continue;
    for (const [key, value] of Object.entries(object)) {
      if (key !== 'name' && isScalar(value))
        add(found, [...path, { list: 'with', key: 'name', text: name }, key], traitsOf(value));
    }
  }
  for (const object of objects) {
    for (const [key, value] of Object.entries(object)) {
      const traits = isScalar(value) ? traitsOf(value) : undefined;
      if (traits !== undefined) add(found, [...path, { list: 'every' }, key], { ...traits, as: 'list' });
    }
  }
  add(found, [...path, { list: 'count' }], { type: 'integer', as: 'one' });
}

function add(found: Found, path: readonly PathPart[], traits: FieldTraits | undefined): void {
  const written = formatFieldPath(path);
  if (found.get(written) !== undefined) return;
  if (found.has(written) || found.size < mostFields) found.set(written, traits);
}

function traitsOf(value: unknown): FieldTraits | undefined {
  if (Array.isArray(value)) {
    const first = value.find((element) => element !== null);
    const element = first === undefined ? undefined : traitsOf(first);
    return { type: element?.type ?? 'text', as: 'list' };
  }
  switch (typeof value) {
    case 'boolean':
      return { type: 'boolean', as: 'one' };
    case 'number':
      return { type: Number.isInteger(value) ? 'integer' : 'number', as: 'one' };
    case 'string':
      return { type: timeOrText(value), as: 'one' };
    default:
      return value === null || value === undefined ? undefined : { type: 'json', as: 'object' };
  }
}

/** Only forms that are surely dates: digits alone could be a postcode. */
function timeOrText(text: string): 'date' | 'time' | 'text' {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'date';
  return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text) ? 'time' : 'text';
}

type Fields = { [name: string]: unknown };

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
