import type { Direction, IdentifierRow, Mapping, MappingRow, MappingSource } from '../../src/mapping/mapping';

export type {
  Direction,
  FieldType,
  IdentifierRow,
  Mapping,
  MappingRow,
  MappingSource,
} from '../../src/mapping/mapping';

/** What a new mapper holds. */
export function emptyMapping(direction: Direction): Mapping {
  return { version: 1, direction, identifiers: [], allowCreate: false, rows: [] };
}

export function blankRow(): MappingRow {
  return { source: { kind: 'field', path: '' }, target: '', type: 'text', as: 'one', strategy: 'set' };
}

export function blankIdentifier(): IdentifierRow {
  return { source: { kind: 'field', path: '' }, target: '' };
}

/**
 * A copy of a stored mapping for a dialog to change: the node's own document stays as it is until "Done", so that
 * "Cancel" loses nothing. What is missing from a document somebody wrote by hand is filled in.
 */
export function editableCopy(stored: unknown, direction: Direction): Mapping {
  const copy = JSON.parse(JSON.stringify(stored ?? {})) as Partial<Mapping>;
  return { ...emptyMapping(direction), ...copy, direction };
}

/** The mapping as it is saved: rows and identifiers that nobody filled in are left out. */
export function savedMapping(mapping: Mapping): Mapping {
  const identifiers = mapping.identifiers
    .map((group) => group.filter((pair) => !isBlankPair(pair)))
    .filter((group) => group.length > 0);
  return { ...mapping, identifiers, rows: mapping.rows.filter((row) => !isBlankPair(row)) };
}

/** True where neither side was filled in. */
export function isBlankPair(pair: { source: MappingSource; target: string }): boolean {
  return sourceText(pair.source) === '' && pair.target === '';
}

/** What the input of a source shows: a path or the static text. */
export function sourceText(source: MappingSource): string {
  return source.kind === 'field' ? source.path : source.value;
}

export function sourceOf(kind: MappingSource['kind'], text: string): MappingSource {
  // Static text keeps its spaces: they may be meant.
  return kind === 'field' ? { kind, path: text.trim() } : { kind, value: text };
}

/** Does a row contain what was typed into the search box, in its source or its target? */
export function rowContains(row: MappingRow, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  return `${sourceText(row.source)}\n${row.target}`.toLowerCase().includes(wanted);
}
