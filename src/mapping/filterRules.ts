import { comparable } from './comparable';
import {
  comparisonOf,
  type Filter,
  type FilterCondition,
  filterTypes,
  orderOperators,
  valueTaken,
} from './filter';
import type { MappingFault } from './mappingRules';
import { patternFault } from './pattern';
import { sourceFault } from './sourceRules';

/** Names a condition as the dialog shows it, counted from 1. */
export function conditionName(at: number): string {
  return `condition ${at + 1}`;
}

/** Finds every condition that could never decide what it says. */
export function filterFaults({ conditions }: Filter): MappingFault[] {
  if (conditions.length === 0) {
    return [{ path: ['filter'], message: 'filter: at least one condition is needed; leave the filter out' }];
  }
  return conditions.flatMap((condition, at) =>
    conditionFaults(condition).map((reason) => ({
      path: ['filter', 'conditions', at],
      message: `${conditionName(at)}: ${reason}`,
    })),
  );
}

function conditionFaults(condition: FilterCondition): string[] {
  const reasons = [sourceFault(condition.source), valueFault(condition), otherEndFault(condition)];
  reasons.push(expressionFault(condition));
  return reasons.filter((reason) => reason !== undefined);
}

function valueFault(condition: FilterCondition): string | undefined {
  const { operator, value } = condition;
  const taken = valueTaken(operator);
  if (taken === 'none') return value === undefined ? undefined : `${operator} takes no value`;
  if (value === undefined) return `${operator} needs a value`;
  if (taken === 'comparable') return comparableFault(condition, value);
  if (typeof value !== 'string') return `${operator} needs a text`;
  if (value === '') return `the value of ${operator} is empty`;
  if (operator === 'regex') {
    const fault = patternFault(value);
    return fault && `the pattern ${fault}`;
  }
  if (operator === 'istype' && !filterTypes.some((type) => type === value)) {
    return `istype needs one of ${filterTypes.join(', ')}`;
  }
  return undefined;
}

function otherEndFault(condition: FilterCondition): string | undefined {
  const { operator, value2 } = condition;
  if (operator !== 'btwn') return value2 === undefined ? undefined : `${operator} takes no second value`;
  return value2 === undefined ? 'btwn needs a second value' : comparableFault(condition, value2);
}

function comparableFault(condition: FilterCondition, value: string | number | boolean): string | undefined {
  if (typeof value === 'boolean' && orderOperators.has(condition.operator)) {
    return `${condition.operator} cannot compare with true or false`;
  }
  const as = comparisonOf(condition);
  return comparable(value, as) === undefined ? `the value to compare with is not a ${as}` : undefined;
}

function expressionFault({ operator, source }: FilterCondition): string | undefined {
  return operator === 'jsonata_exp' && source.kind !== 'jsonata'
    ? 'jsonata_exp needs an expression as its source'
    : undefined;
}
