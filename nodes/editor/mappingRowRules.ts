import type { Direction, FieldType, MappingRow } from './mappingDocument';
import { insideProblem, shapeProblem, strategyProblem } from './mappingProblems';

export { fieldTypes as TYPES } from '../../src/mapping/fieldType';

/** In the order of the drop-downs. */
export const STRATEGIES = ['set', 'add', 'sum', 'setIfEmpty', 'clear'] as const;
export const SHAPES = ['one', 'list', 'object'] as const;

/** How a field's values are best mapped, as far as its documentation tells. */
export interface FieldTraits {
  type: FieldType;
  as: MappingRow['as'];
}

/** Can this row have that strategy, if its shape is adapted with it? */
export function strategyPossible(
  row: MappingRow,
  direction: Direction,
  strategy: MappingRow['strategy'],
): boolean {
  return goesTogether(withStrategy(row, strategy), direction);
}

/** Can a row of this type have that shape? */
export function shapePossible(row: MappingRow, direction: Direction, as: MappingRow['as']): boolean {
  return shapeProblem({ ...row, as }, direction).length === 0;
}

/** The row with another strategy; adding means a list, summing one number. */
export function withStrategy(row: MappingRow, strategy: MappingRow['strategy']): MappingRow {
  if (strategy === 'add') return { ...row, strategy, as: 'list' };
  return strategy === 'sum' ? { ...row, strategy, as: 'one' } : { ...row, strategy };
}

/** The row with another shape; a strategy that cannot go with it becomes `set`. */
export function withShape(row: MappingRow, direction: Direction, as: MappingRow['as']): MappingRow {
  return withPossibleStrategy({ ...row, as }, direction);
}

/** The row with another type; a shape that cannot go with it becomes the nearest one that can. */
export function withType(row: MappingRow, direction: Direction, type: FieldType): MappingRow {
  const typed: MappingRow = { ...row, type };
  if (shapePossible(typed, direction, typed.as)) return withPossibleStrategy(typed, direction);
  const as = SHAPES.find((shape) => shapePossible(typed, direction, shape)) ?? 'one';
  return withPossibleStrategy({ ...typed, as }, direction);
}

/** The row with another source; a strategy that cannot go with it becomes `set`. */
export function withSource(row: MappingRow, direction: Direction, source: MappingRow['source']): MappingRow {
  return withPossibleStrategy({ ...row, source }, direction);
}

/** The row as the picked field suggests; a strategy chosen before is kept if it can be. */
export function withTraits(row: MappingRow, direction: Direction, traits: FieldTraits): MappingRow {
  const keepsList = row.as === 'list' && shapePossible({ ...row, type: traits.type }, direction, 'list');
  return withType({ ...row, as: keepsList ? 'list' : traits.as }, direction, traits.type);
}

/** The row with its value inside the target, at a path of names; `undefined` for the whole target. */
export function withInside(row: MappingRow, direction: Direction, inside: string | undefined): MappingRow {
  const { inside: _before, ...whole } = row;
  return withPossibleStrategy(inside === undefined ? whole : { ...whole, inside }, direction);
}

function withPossibleStrategy(row: MappingRow, direction: Direction): MappingRow {
  return goesTogether(row, direction) ? row : { ...row, strategy: 'set' };
}

function goesTogether(row: MappingRow, direction: Direction): boolean {
  const inside = insideProblem(row, direction).includes('insideOnlySet');
  return !inside && strategyProblem(row, direction).length === 0;
}
