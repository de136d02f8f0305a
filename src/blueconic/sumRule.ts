import type { BulkAnswer } from './bulkAnswer';

/** The two names that BlueConic's own documentation gives the rule that adds a number (contracts: blueconic 8, trap 1). */
export type SumRule = 'INCREMENT' | 'SUM';

/** Makes one bulk request of the body as it was put together, or with its sums under the other name. */
export type PutBody = (rename: ((json: string) => string) | undefined) => Promise<BulkAnswer>;

/**
 * Which name a tenant takes. `INCREMENT` is tried first; where the request is refused as malformed, of which nothing
 * was done, it goes out once more with `SUM`, and the name that worked stays. A refusal of both has another cause, and
 * the first one is told.
 */
export class SumRuleName {
  #name: SumRule = 'INCREMENT';

  async put(send: PutBody): Promise<BulkAnswer> {
    if (this.#name === 'SUM') return send(entryWithSum);
    const answer = await send(undefined);
    if (!mayBeTheName(answer)) return answer;
    const second = await send(entryWithSum);
    if (second.kind === 'done' || second.kind === 'too-many') this.#name = 'SUM';
    return second.kind === 'refused' ? answer : second;
  }
}

/** A refusal that names other places only, for example the matching, is not about a rule. */
function mayBeTheName(answer: BulkAnswer): boolean {
  if (answer.kind !== 'refused' || answer.reason !== 'malformed') return false;
  return answer.fields.length === 0 || answer.fields.some((field) => /propert|strategy/i.test(field));
}

/** Values may hold the word too, so the entry is read and not searched. */
function entryWithSum(json: string): string {
  const entry = JSON.parse(json) as { properties: { strategy: string }[] };
  for (const rule of entry.properties) if (rule.strategy === 'INCREMENT') rule.strategy = 'SUM';
  return JSON.stringify(entry);
}
