import type { Direction, IdentifierRow, Mapping, MappingRow } from '../../src/mapping/mapping';

/** A row that copies the field `path` as text to the target `target`, but for what is given. */
export function row(path: string, target: string, different: Partial<MappingRow> = {}): MappingRow {
  return { source: { kind: 'field', path }, target, type: 'text', as: 'one', strategy: 'set', ...different };
}

export function identifier(path: string, target: string): IdentifierRow {
  return { source: { kind: 'field', path }, target };
}

/** A mapping that finds profiles by the record's `id`. */
export function mappingOf(
  direction: Direction,
  rows: MappingRow[],
  different: Partial<Mapping> = {},
): Mapping {
  return {
    version: 2,
    direction,
    identifiers: [[identifier('id', direction === 'import' ? 'key' : 'external_id')]],
    allowCreate: false,
    rows,
    ...different,
  };
}
