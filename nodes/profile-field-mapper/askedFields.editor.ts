import { type FieldPath, parseFieldPath } from '../../src/mapping/fieldPath';

/** A source node's settings as they stand in the editor, with its `type`. */
export interface SourceSettings {
  type?: unknown;
  [property: string]: unknown;
}

/**
 * Does the source ask its system for what a path reads? What it does not ask for never arrives. Undefined where that
 * is not known: without a source, from files, for a path that cannot be read.
 */
export function isAsked(source: SourceSettings | undefined, path: string): boolean | undefined {
  const [root, name] = namesOf(path);
  if (source === undefined || typeof root !== 'string') return undefined;
  if (source.type === 'braze-segment-export') {
    if (texts(source.fields).includes(root)) return true;
    return root === 'custom_attributes' && typeof name === 'string'
      ? texts(source.customAttributes).includes(name)
      : false;
  }
  if (source.type !== 'blueconic-delta' || source.origin === 'files') return undefined;
  if (root === 'inSegment') return source.leavers === true;
  const properties = texts(source.properties);
  if (root !== 'properties' || properties.length === 0) return true;
  return typeof name === 'string' && properties.includes(name);
}

function namesOf(path: string): FieldPath {
  try {
    return parseFieldPath(path);
  } catch {
    return [];
  }
}

function texts(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
