import { conversionFor } from '../../src/mapping/conversions';
import { parseFieldPath } from '../../src/mapping/fieldPath';
import { brazeIdentifierFault } from '../../src/mapping/identifierRules';
import { overlappingRow } from '../../src/mapping/insideRules';
import { type ConditionProblem, conditionProblems } from './filterProblems';
import type { Direction, IdentifierRow, Mapping, MappingRow, MappingSource } from './mappingDocument';

/** Everything that can be wrong with a mapping; each has a sentence in the mapper's catalogue under `problem`. */
export const MAPPING_PROBLEMS = [
  'noIdentifiers',
  'noRows',
  'onlyStatic',
  'identifierUnknown',
  'identifierAlias',
  'identifierCombination',
  'targetEmpty',
  'targetSpaces',
  'path',
  'expressionEmpty',
  'staticEmpty',
  'staticValue',
  'duplicateTarget',
  'sumNeedsNumber',
  'sumNeedsInteger',
  'sumNeedsOne',
  'sumStatic',
  'addNeedsList',
  'addObjects',
  'clearStatic',
  'objectImport',
  'objectNeedsJson',
  'jsonNeedsShape',
  'insideImport',
  'insidePath',
  'insideNames',
  'insideOnlySet',
  'noConditions',
] as const;

export type Problem = (typeof MAPPING_PROBLEMS)[number] | ConditionProblem;

/** A problem and its place: the n-th identifier group, row or condition, from 0; none for the list as a whole. */
export interface MappingProblem {
  list: 'identifiers' | 'rows' | 'filter';
  at?: number;
  problem: Problem;
  /** For `duplicateTarget`: the number of the row that has the target already, counted from 1. */
  row?: number;
}

/**
 * What the runtime would refuse, in terms that a catalogue can translate. It follows `mappingFaults`, whose sentences
 * are for logs; a test holds the two together.
 */
export function mappingProblems(mapping: Mapping): MappingProblem[] {
  return [...identifierProblems(mapping), ...allRowProblems(mapping), ...filterProblems(mapping.filter)];
}

function identifierProblems({ identifiers: groups, direction }: Mapping): MappingProblem[] {
  if (groups.length === 0) return [{ list: 'identifiers', problem: 'noIdentifiers' }];
  return groups.flatMap((group, at) => {
    const problems: Problem[] = group.every((pair) => pair.source.kind === 'static') ? ['onlyStatic'] : [];
    if (direction === 'export') problems.push(...brazeProblem(group));
    for (const { source, target } of group) {
      problems.push(...targetProblem(target), ...sourceProblem(source));
      if (source.kind === 'static' && source.value.trim() === '') problems.push('staticEmpty');
    }
    return problems.map((problem): MappingProblem => ({ list: 'identifiers', at, problem }));
  });
}

function brazeProblem(group: readonly IdentifierRow[]): Problem[] {
  switch (brazeIdentifierFault(group)) {
    case 'unknown':
      return ['identifierUnknown'];
    case 'alias':
      return ['identifierAlias'];
    case 'combination':
      return ['identifierCombination'];
    case undefined:
      return [];
  }
}

function allRowProblems({ rows, direction }: Mapping): MappingProblem[] {
  if (rows.length === 0) return [{ list: 'rows', problem: 'noRows' }];
  return rows.flatMap((row, at) => {
    const problems: MappingProblem[] = rowProblems(row, direction).map((problem) => ({
      list: 'rows',
      at,
      problem,
    }));
    const before = overlappingRow(rows, at);
    if (before !== undefined)
      problems.push({ list: 'rows', at, problem: 'duplicateTarget', row: before + 1 });
    return problems;
  });
}

function filterProblems(filter: Mapping['filter']): MappingProblem[] {
  if (filter === undefined) return [];
  if (filter.conditions.length === 0) return [{ list: 'filter', problem: 'noConditions' }];
  return filter.conditions.flatMap((condition, at) =>
    [...sourceProblem(condition.source), ...conditionProblems(condition)].map(
      (problem): MappingProblem => ({ list: 'filter', at, problem }),
    ),
  );
}

function rowProblems(row: MappingRow, direction: Direction): Problem[] {
  return [
    ...targetProblem(row.target),
    ...sourceProblem(row.source),
    ...strategyProblem(row, direction),
    ...shapeProblem(row, direction),
    ...staticProblem(row, direction),
    ...insideProblem(row, direction),
  ];
}

function targetProblem(target: string): Problem[] {
  if (target.trim() === '') return ['targetEmpty'];
  return target.trim() === target ? [] : ['targetSpaces'];
}

function sourceProblem(source: MappingSource): Problem[] {
  if (source.kind === 'static') return [];
  if (source.kind === 'jsonata') return source.expression.trim() === '' ? ['expressionEmpty'] : [];
  return readable(source.path) ? [] : ['path'];
}

function readable(path: string): boolean {
  try {
    parseFieldPath(path);
    return true;
  } catch {
    return false;
  }
}

/** Why a row cannot have its strategy, if so. */
export function strategyProblem({ strategy, as, type, source }: MappingRow, direction: Direction): Problem[] {
  if (strategy === 'sum') return sumProblem(type, as, source, direction);
  if (strategy === 'add' && as !== 'list') return ['addNeedsList'];
  if (strategy === 'add' && type === 'json' && direction === 'export') return ['addObjects'];
  return strategy === 'clear' && source.kind === 'static' ? ['clearStatic'] : [];
}

function sumProblem(
  type: MappingRow['type'],
  as: MappingRow['as'],
  source: MappingSource,
  direction: Direction,
): Problem[] {
  if (type !== 'integer' && type !== 'number' && type !== 'decimal') return ['sumNeedsNumber'];
  if (type !== 'integer' && direction === 'export') return ['sumNeedsInteger'];
  if (as !== 'one') return ['sumNeedsOne'];
  return source.kind === 'static' ? ['sumStatic'] : [];
}

/** Why a row cannot have its shape, if so. */
export function shapeProblem({ as, type }: MappingRow, direction: Direction): Problem[] {
  if (as === 'object' && direction === 'import') return ['objectImport'];
  if (as === 'object' && type !== 'json') return ['objectNeedsJson'];
  return as === 'one' && type === 'json' ? ['jsonNeedsShape'] : [];
}

function staticProblem({ source, type }: MappingRow, direction: Direction): Problem[] {
  if (source.kind !== 'static') return [];
  return conversionFor(type, direction).convert(source.value) === undefined ? ['staticValue'] : [];
}

/** Why a value cannot stand where `inside` says, if so. */
export function insideProblem({ inside, strategy }: MappingRow, direction: Direction): Problem[] {
  if (inside === undefined) return [];
  if (direction === 'import') return ['insideImport'];
  if (!readable(inside)) return ['insidePath'];
  if (parseFieldPath(inside).some((part) => typeof part !== 'string')) return ['insideNames'];
  return strategy === 'set' ? [] : ['insideOnlySet'];
}
