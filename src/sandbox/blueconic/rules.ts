import { exactSum, type FilterType, isNumeric, valueProblem } from './propertyTypes';

/** Strategies of a property rule; `SUM` is another name of `INCREMENT` (contracts: blueconic 1.5, 8). */
export const ruleStrategies = ['ADD', 'SET', 'SET_IF_EMPTY', 'INCREMENT', 'SUM', 'REMOVE'] as const;
export type RuleStrategy = (typeof ruleStrategies)[number];

/** The list a rule leaves behind, or why the rule cannot be applied. */
export type RuleOutcome = { values: readonly string[] } | { problem: string };

/**
 * Applies one rule to a property's list; the incoming values are valid for the type already. An untouched list is
 * returned as it is, the same array.
 *
 * Decisions where the contract is silent: `SET` stores the list as it came, duplicates included; `INCREMENT` takes
 * all incoming values together, adds them to the first stored one, counts an empty property as 0, keeps decimals
 * exact, and refuses a number that grows past what its type holds; no incoming value at all changes nothing, except
 * for `SET`, which empties.
 */
export function applyRule(
  current: readonly string[],
  strategy: RuleStrategy,
  incoming: readonly string[],
  type: FilterType,
): RuleOutcome {
  switch (strategy) {
    case 'SET':
      return { values: incoming };
    case 'SET_IF_EMPTY':
      return { values: current.length === 0 ? incoming : current };
    case 'ADD':
      return { values: union(current, incoming) };
    case 'REMOVE': {
      const kept = current.filter((value) => !incoming.includes(value));
      return { values: kept.length === current.length ? current : kept };
    }
    case 'INCREMENT':
    case 'SUM': {
      if (!isNumeric(type)) return { problem: `${strategy} needs a number, decimal or currency property` };
      if (incoming.length === 0) return { values: current };
      const sum = exactSum([...current.slice(0, 1), ...incoming]);
      const problem = valueProblem(type, sum);
      return problem === undefined ? { values: [sum] } : { problem: `the sum ${problem}` };
    }
  }
}

function union(current: readonly string[], incoming: readonly string[]): readonly string[] {
  const added = incoming.filter((value, at) => !current.includes(value) && incoming.indexOf(value) === at);
  return added.length === 0 ? current : [...current, ...added];
}

/** The values of a rule that fit the type, and one message for each that does not. */
export interface CheckedValues {
  valid: readonly string[];
  problems: readonly string[];
}

const noProblems: readonly string[] = [];

/**
 * Sorts out invalid values. An empty string is no value and is left out without a message (decision: BlueConic's
 * lists are taken to hold no empty texts).
 */
export function checkValues(values: readonly string[], type: FilterType): CheckedValues {
  let problems: string[] | undefined;
  let valid: string[] | undefined;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    const problem = value === '' ? '' : valueProblem(type, value);
    if (problem === undefined) {
      valid?.push(value);
      continue;
    }
    valid ??= values.slice(0, at);
    if (problem !== '') {
      problems ??= [];
      problems.push(`value ${at + 1} ${problem}`);
    }
  }
  return { valid: valid ?? values, problems: problems ?? noProblems };
}
