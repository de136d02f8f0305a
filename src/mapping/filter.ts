import type { MappingSource } from './mapping';

/** The operators of Node-RED's switch node that make sense for one record, under its names. */
export const filterOperators = [
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'btwn',
  'cont',
  'regex',
  'true',
  'false',
  'null',
  'nnull',
  'empty',
  'nempty',
  'istype',
  'hask',
  'jsonata_exp',
] as const;

export type FilterOperator = (typeof filterOperators)[number];

/** What `istype` can ask for. `json` is a text that holds JSON; `undefined` is a field that is not there. */
export const filterTypes = [
  'string',
  'number',
  'boolean',
  'array',
  'object',
  'json',
  'null',
  'undefined',
] as const;

/** What both sides are read as before they are compared; without it, what `value` is in JSON: a number, or else a text. */
export const comparisons = ['text', 'number', 'time'] as const;

export type Comparison = (typeof comparisons)[number];

/** One condition on a record. Which operator needs what, `filterFaults` says; how each decides, `filterTest`. */
export interface FilterCondition {
  source: Exclude<MappingSource, { kind: 'static' }>;
  operator: FilterOperator;
  value?: string | number | boolean | undefined;
  /** The other end for `btwn`. */
  value2?: string | number | undefined;
  compare?: Comparison | undefined;
  /** For `regex`. */
  ignoreCase?: boolean | undefined;
}

/** Which records are mapped at all: those that fit all conditions, or any of them. The others count as filtered. */
export interface Filter {
  join: 'all' | 'any';
  conditions: FilterCondition[];
}

/** The comparing operators, which take a value of the kind that `compare` names. */
export const orderOperators: ReadonlySet<FilterOperator> = new Set(['lt', 'lte', 'gt', 'gte', 'btwn']);
const equalityOperators: ReadonlySet<FilterOperator> = new Set(['eq', 'neq']);
const textOperators: ReadonlySet<FilterOperator> = new Set(['cont', 'regex', 'istype', 'hask']);

/** Says what kind of `value` an operator takes. */
export function valueTaken(operator: FilterOperator): 'comparable' | 'text' | 'none' {
  if (orderOperators.has(operator) || equalityOperators.has(operator)) return 'comparable';
  return textOperators.has(operator) ? 'text' : 'none';
}

export function comparisonOf({ compare, value }: FilterCondition): Comparison {
  return compare ?? (typeof value === 'number' ? 'number' : 'text');
}
