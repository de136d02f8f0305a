import { comparable } from '../../src/mapping/comparable';
import type { Comparison, FilterOperator } from '../../src/mapping/filter';
import { comparisonOf, orderOperators, valueTaken } from '../../src/mapping/filter';
import type { FilterCondition } from './mappingDocument';

export {
  comparisons as COMPARISONS,
  filterOperators as OPERATORS,
  filterTypes as VALUE_TYPES,
} from '../../src/mapping/filter';

/** Which inputs a condition needs beside its source and operator. */
export interface ConditionInputs {
  value: 'none' | 'text' | 'type';
  second: boolean;
  compare: boolean;
  ignoreCase: boolean;
}

export function inputsOf({ operator }: FilterCondition): ConditionInputs {
  const taken = valueTaken(operator);
  return {
    value: taken === 'none' ? 'none' : operator === 'istype' ? 'type' : 'text',
    second: operator === 'btwn',
    compare: taken === 'comparable',
    ignoreCase: operator === 'regex',
  };
}

/** Can a condition with this source have that operator? */
export function operatorPossible({ source }: FilterCondition, operator: FilterOperator): boolean {
  return operator !== 'jsonata_exp' || source.kind === 'jsonata';
}

/** The condition with another operator; what the new one takes is kept or begun, the rest left out. */
export function withOperator(condition: FilterCondition, operator: FilterOperator): FilterCondition {
  const { source, value, value2, ignoreCase } = condition;
  const bare: FilterCondition = { source, operator };
  const inputs = inputsOf(bare);
  if (inputs.value === 'none') return bare;
  if (inputs.value === 'type') return { ...bare, value: 'string' };
  const before = inputsOf(condition);
  const kept = before.value === 'text' && value !== undefined ? String(value) : '';
  const made: FilterCondition = { ...bare, value: kept };
  if (inputs.second) made.value2 = value2 ?? '';
  if (inputs.ignoreCase && ignoreCase === true) made.ignoreCase = true;
  if (!inputs.compare) return made;
  const compared = before.compare ? comparisonOf(condition) : 'text';
  // What was chosen stays; text is what goes without saying, and order is most often asked of numbers.
  const orders = orderOperators.has(operator) && !orderOperators.has(condition.operator);
  const numeric = kept === '' || comparable(kept, 'number') !== undefined;
  const compare = compared === 'text' && orders && numeric ? 'number' : compared;
  return withCompare(made, compare);
}

/** The condition comparing as something else. Text is what goes without saying. */
export function withCompare(condition: FilterCondition, compare: Comparison): FilterCondition {
  const { compare: _before, ...rest } = condition;
  const texts: FilterCondition = { ...rest };
  if (rest.value !== undefined) texts.value = String(rest.value);
  if (rest.value2 !== undefined) texts.value2 = String(rest.value2);
  return compare === 'text' ? texts : { ...texts, compare };
}

/** The condition with another source; an operator that cannot go with it becomes "is true". */
export function withConditionSource(
  condition: FilterCondition,
  source: FilterCondition['source'],
): FilterCondition {
  const moved = { ...condition, source };
  return operatorPossible(moved, condition.operator) ? moved : withOperator(moved, 'true');
}
