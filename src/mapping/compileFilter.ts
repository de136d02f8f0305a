import type { Filter, FilterCondition } from './filter';
import { conditionName } from './filterRules';
import { type ConditionTest, conditionTest } from './filterTest';
import type { ProfileRecord } from './profileUpdate';
import { type Answers, expressionFailed, type SourceReaders, type ValueReader } from './sourceReaders';

/** Why a record is left out; it names the condition, so that there are as many reasons as conditions. */
export interface FilterVerdict {
  readonly reason: string;
}

/** `undefined`: the record passes. `undecidable`: an expression failed, and what else there is does not decide. */
export type CompiledFilter = (
  record: ProfileRecord,
  answers: Answers,
) => FilterVerdict | 'undecidable' | undefined;

interface FilterStep {
  readonly read: ValueReader;
  readonly fits: ConditionTest;
  readonly verdict: FilterVerdict;
}

const noneFits: FilterVerdict = { reason: 'filter: none of the conditions fits' };

/** Makes the filter ready for records; conditions are asked in their order until the answer is clear. */
export function compileFilter({ join, conditions }: Filter, sources: SourceReaders): CompiledFilter {
  const steps = conditions.map(
    (condition, at): FilterStep => ({
      read: sources.read(condition.source),
      fits: conditionTest(condition),
      verdict: { reason: `filter: ${conditionName(at)} (${conditionText(condition)}) does not fit` },
    }),
  );
  return join === 'all' ? (...input) => allFit(steps, ...input) : (...input) => anyFits(steps, ...input);
}

function allFit(
  steps: readonly FilterStep[],
  record: ProfileRecord,
  answers: Answers,
): ReturnType<CompiledFilter> {
  let failed = false;
  for (const { read, fits, verdict } of steps) {
    const found = read(record, answers);
    if (found === expressionFailed) failed = true;
    else if (!fits(found)) return verdict;
  }
  return failed ? 'undecidable' : undefined;
}

function anyFits(
  steps: readonly FilterStep[],
  record: ProfileRecord,
  answers: Answers,
): ReturnType<CompiledFilter> {
  let failed = false;
  for (const { read, fits } of steps) {
    const found = read(record, answers);
    if (found === expressionFailed) failed = true;
    else if (fits(found)) return undefined;
  }
  return failed ? 'undecidable' : noneFits;
}

function conditionText({ source, operator }: FilterCondition): string {
  return source.kind === 'field' ? `${source.path} ${operator}` : `expression ${operator}`;
}
