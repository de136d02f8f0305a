import { comparable } from '../../src/mapping/comparable';
import { comparisonOf, filterTypes, orderOperators, valueTaken } from '../../src/mapping/filter';
import { patternFault } from '../../src/mapping/pattern';
import type { FilterCondition } from './mappingDocument';

/** What can be wrong with a condition beside its source; each has a sentence in the catalogue under `problem`. */
export const CONDITION_PROBLEMS = [
  'valueMissing',
  'valueNotTaken',
  'valueNotText',
  'pattern',
  'valueType',
  'valueOrder',
  'valueNumber',
  'valueTime',
  'valueText',
  'secondMissing',
  'secondNotTaken',
  'expressionNeeded',
] as const;

export type ConditionProblem = (typeof CONDITION_PROBLEMS)[number];

const notComparable = { number: 'valueNumber', time: 'valueTime', text: 'valueText' } as const;

/** Follows `filterFaults`, its source apart. */
export function conditionProblems(condition: FilterCondition): ConditionProblem[] {
  const problems = [...valueProblem(condition), ...secondProblem(condition)];
  if (condition.operator === 'jsonata_exp' && condition.source.kind !== 'jsonata')
    problems.push('expressionNeeded');
  return problems;
}

function valueProblem(condition: FilterCondition): ConditionProblem[] {
  const { operator, value } = condition;
  const taken = valueTaken(operator);
  if (taken === 'none') return value === undefined ? [] : ['valueNotTaken'];
  if (value === undefined) return ['valueMissing'];
  if (taken === 'comparable') return comparableProblem(condition, value);
  if (typeof value !== 'string') return ['valueNotText'];
  if (value === '') return ['valueMissing'];
  if (operator === 'regex') return patternFault(value) === undefined ? [] : ['pattern'];
  return operator === 'istype' && !filterTypes.some((type) => type === value) ? ['valueType'] : [];
}

function secondProblem(condition: FilterCondition): ConditionProblem[] {
  const { operator, value2 } = condition;
  if (operator !== 'btwn') return value2 === undefined ? [] : ['secondNotTaken'];
  return value2 === undefined ? ['secondMissing'] : comparableProblem(condition, value2);
}

function comparableProblem(condition: FilterCondition, value: string | number | boolean): ConditionProblem[] {
  if (typeof value === 'boolean' && orderOperators.has(condition.operator)) return ['valueOrder'];
  const as = comparisonOf(condition);
  return comparable(value, as) === undefined ? [notComparable[as]] : [];
}
