import { asSyncError, type SyncError } from '../errors/syncError';
import type { Pace } from '../pace/pace';
import type { Heard } from '../pace/rateReport';
import { type Attempt, gaveUpVerdict, type RetryOptions, retrying } from './retry';
import type { SendContext, Verdict } from './sinkTarget';

/** One request as a target puts it together. */
export interface DeliverableRequest<Answer> {
  /** Rows in it; as many verdicts come back. */
  rows: number;
  objects: number;
  body: Buffer;
  /** False: an unknown outcome stays unknown (R13). */
  repeatable: boolean;
  call(body: Buffer): Promise<Answer>;
  /** What an answer means for the pace of all requests. */
  heard(answer: Answer): Heard;
  /** What an answer means; throws a SyncError where a setting is wrong. */
  judge(answer: Answer): Attempt<Verdict[]>;
}

/** How long a request is tried again where nothing else is said. */
export const defaultDeadlineMs = 5 * 60_000;
/** Before the other side has answered once, a connection that fails this often points at a setting, not at bad luck. */
const triesWithoutAnyAnswer = 3;

/** The part of sending that is the same for every target: pace, tries, what they cost, and when to give up. */
export class Delivery {
  readonly #pace: Pace;
  readonly #retry: RetryOptions;
  /** The other side has answered something, so its address is right. */
  #answered = false;

  constructor(pace: Pace, retry: Partial<RetryOptions> = {}) {
    this.#pace = pace;
    this.#retry = { deadlineMs: defaultDeadlineMs, ...retry };
  }

  async send<Answer>(request: DeliverableRequest<Answer>, context: SendContext): Promise<Verdict[]> {
    const { work } = context;
    work.requests++;
    work.objects += request.objects;
    let tries = 0;
    let refused = '';
    const tried = await retrying<Verdict[]>(
      async (leftMs) => {
        const pass = await this.#pace.enter(work, {
          signal: context.stopped,
          again: refused !== '',
          withinMs: leftMs,
          waiting: context.pausing,
        });
        if (!pass) return { again: refused, waitMs: Number.POSITIVE_INFINITY, maybeApplied: false };
        tries++;
        work.attempts++;
        work.bytesSent += request.body.length;
        let answer: Answer;
        try {
          answer = await request.call(request.body);
        } catch (thrown) {
          pass.heard({ how: context.abandoned.aborted ? 'dropped' : 'silent' });
          const attempt = this.#unanswered(asSyncError(thrown, 'sending a request'), request, tries);
          if ('again' in attempt) refused = attempt.again;
          return attempt;
        }
        this.#answered = true;
        const heard = request.heard(answer);
        pass.heard(heard);
        const attempt = request.judge(answer);
        if (!('again' in attempt)) return attempt;
        refused = attempt.again;
        // Refused for its rate, it waits in the pace, where all wait together.
        return heard.how === 'throttled' ? { ...attempt, waitMs: 0 } : attempt;
      },
      context,
      this.#retry,
    );
    return 'done' in tried ? tried.done : sameVerdict(request.rows, gaveUpVerdict(tried));
  }

  #unanswered<Answer>(
    error: SyncError,
    { rows, repeatable }: DeliverableRequest<Answer>,
    tries: number,
  ): Attempt<Verdict[]> {
    if (error.retry === 'never') throw error;
    if (error.maybeApplied && !repeatable) {
      return { done: sameVerdict(rows, { outcome: 'unknown', reason: error.code }) };
    }
    if (!this.#answered && !error.maybeApplied && tries >= triesWithoutAnyAnswer) throw error;
    return { again: error.code, maybeApplied: error.maybeApplied };
  }
}

export function sameVerdict(rows: number, verdict: Verdict): Verdict[] {
  return new Array<Verdict>(rows).fill(verdict);
}
