import type { FilterCondition } from '../../src/mapping/filter';
import type { Direction, IdentifierRow, Mapping, MappingRow, MappingSource } from '../../src/mapping/mapping';

export type { Filter, FilterCondition } from '../../src/mapping/filter';
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
  return { version: 2, direction, identifiers: [], allowCreate: false, rows: [] };
}

export function blankRow(): MappingRow {
  return { source: { kind: 'field', path: '' }, target: '', type: 'text', as: 'one', strategy: 'set' };
}

export function blankIdentifier(): IdentifierRow {
  return { source: { kind: 'field', path: '' }, target: '' };
}

export function blankCondition(): FilterCondition {
  return { source: { kind: 'field', path: '' }, operator: 'eq', value: '' };
}

/**
 * A copy of a stored mapping for a dialog to change: the node's own document stays as it is until "Done", so that
 * "Cancel" loses nothing. What is missing from a document somebody wrote by hand is filled in. A document of version 1
 * means the same as one of version 2.
 */
export function editableCopy(stored: unknown, direction: Direction): Mapping {
  const copy = JSON.parse(JSON.stringify(stored ?? {})) as Partial<Mapping>;
  return { ...emptyMapping(direction), ...copy, version: 2, direction };
}

/** The mapping as it is saved: rows, identifiers and conditions that nobody filled in are left out. */
export function savedMapping(mapping: Mapping): Mapping {
  const { filter, ...rest } = mapping;
  const identifiers = mapping.identifiers
    .map((group) => group.filter((pair) => !isBlankPair(pair)))
    .filter((group) => group.length > 0);
  const conditions = filter?.conditions.filter((condition) => !isBlankCondition(condition)) ?? [];
  return {
    ...rest,
    identifiers,
    ...(filter && conditions.length > 0 && { filter: { join: filter.join, conditions } }),
    rows: mapping.rows.filter((row) => !isBlankPair(row)),
  };
}

/** True where neither side was filled in. */
export function isBlankPair(pair: { source: MappingSource; target: string }): boolean {
  return sourceText(pair.source) === '' && pair.target === '';
}

export function isBlankCondition({ source, value }: FilterCondition): boolean {
  return sourceText(source) === '' && (value === undefined || value === '');
}

/** What the input of a source shows: a path, the static text, or an expression. */
export function sourceText(source: MappingSource): string {
  if (source.kind === 'field') return source.path;
  return source.kind === 'static' ? source.value : source.expression;
}

export function sourceOf(kind: MappingSource['kind'], text: string): MappingSource {
  if (kind === 'jsonata') return { kind, expression: text };
  // Static text keeps its spaces: they may be meant.
  return kind === 'field' ? { kind, path: text.trim() } : { kind, value: text };
}

/** Does a row contain what was typed into the search box, in its source or its target? */
export function rowContains(row: MappingRow, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  return `${sourceText(row.source)}\n${row.target}\n${row.inside ?? ''}`.toLowerCase().includes(wanted);
}
