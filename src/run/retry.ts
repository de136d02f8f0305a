import { setTimeout as sleep } from 'node:timers/promises';
import { asSyncError } from '../errors/syncError';
import type { SendContext, Verdict } from './sinkTarget';

/** One try: done, or again after a while. `maybeApplied`: the other side may have done the work all the same. */
export type Attempt<T> = { done: T } | { again: string; waitMs?: number; maybeApplied: boolean };

/** How a series of tries ended. `maybeApplied`: at least one of them may have been applied. */
export type Tried<T> =
  | { done: T }
  | { gaveUp: string; why: 'deadline' | 'stopped' | 'error'; maybeApplied: boolean };

export interface RetryOptions {
  /** No try begins later than this after the first one failed. */
  deadlineMs: number;
  /** First wait where the answer names none; doubles up to `maxWaitMs`, and is spread by up to its own length. */
  baseWaitMs?: number;
  maxWaitMs?: number;
}

/**
 * Tries until done, until the deadline, or until the run is stopped. `gaveUp` is the cause of the last try that was to
 * be repeated. An error of a try passes through only if no try before it can have been applied: whoever catches it may
 * take nothing for done.
 *
 * @param attempt is told how many milliseconds are left until the deadline; the first has no deadline.
 */
export async function retrying<T>(
  attempt: (leftMs: number) => Promise<Attempt<T>>,
  context: Pick<SendContext, 'stopped' | 'pausing' | 'mayRepeat'>,
  options: RetryOptions,
): Promise<Tried<T>> {
  let deadline = Number.POSITIVE_INFINITY;
  let wait = options.baseWaitMs ?? 500;
  let maybeApplied = false;
  for (;;) {
    let result: Attempt<T>;
    try {
      result = await attempt(deadline - Date.now());
    } catch (thrown) {
      if (!maybeApplied) throw thrown;
      return { gaveUp: asSyncError(thrown, 'trying again').code, why: 'error', maybeApplied };
    }
    if ('done' in result) return result;
    if (deadline === Number.POSITIVE_INFINITY) deadline = Date.now() + options.deadlineMs;
    maybeApplied ||= result.maybeApplied;
    if (context.stopped.aborted) return { gaveUp: result.again, why: 'stopped', maybeApplied };
    if (result.maybeApplied && context.mayRepeat?.() === false) {
      return { gaveUp: result.again, why: 'error', maybeApplied };
    }
    const pause = result.waitMs ?? wait * (0.5 + Math.random());
    wait = Math.min(wait * 2, options.maxWaitMs ?? 30_000);
    if (Date.now() + pause > deadline) return { gaveUp: result.again, why: 'deadline', maybeApplied };
    if (pause === 0) continue;
    context.pausing(pause, result.again);
    try {
      await sleep(pause, undefined, { signal: context.stopped });
    } catch {
      return { gaveUp: result.again, why: 'stopped', maybeApplied };
    }
    context.pausing(0, '');
  }
}

/** What giving up means for the rows of the request (rule R5): unknown where the work may have been done. */
export function gaveUpVerdict(tried: Extract<Tried<unknown>, { gaveUp: string }>): Verdict {
  if (tried.maybeApplied) return { outcome: 'unknown', reason: tried.gaveUp, repeatable: true };
  if (tried.why === 'stopped') return { outcome: 'unsent' };
  return { outcome: 'rejected', reason: `${tried.gaveUp}, until the deadline`, repeatable: true };
}
