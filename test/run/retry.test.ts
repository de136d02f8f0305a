import assert from 'node:assert/strict';
import { SyncError } from '../../src/errors/syncError';
import { type Attempt, gaveUpVerdict, type RetryOptions, retrying, type Tried } from '../../src/run/retry';

const quick: RetryOptions = { deadlineMs: 60_000, baseWaitMs: 1, maxWaitMs: 2 };
const later = (cause = 'throttled', maybeApplied = false): Attempt<string> => ({
  again: cause,
  maybeApplied,
});

interface Series {
  tried: Promise<Tried<string>>;
  tries: () => number;
  pauses: [ms: number, why: string][];
  stop: () => void;
}

/** Plays the attempts one after the other; the last one repeats. */
function play(attempts: (Attempt<string> | Error)[], options: RetryOptions = quick): Series {
  const stopped = new AbortController();
  const pauses: [number, string][] = [];
  let tries = 0;
  const tried = retrying(
    async () => {
      const attempt = attempts[Math.min(tries++, attempts.length - 1)]!;
      if (attempt instanceof Error) throw attempt;
      return attempt;
    },
    { stopped: stopped.signal, pausing: (ms, why) => pauses.push([ms, why]) },
    options,
  );
  return { tried, tries: () => tries, pauses, stop: () => stopped.abort() };
}

function configurationError(): SyncError {
  return new SyncError({ code: 'BRAZE_KEY_REJECTED', message: 'Wrong key.', advice: 'Mend it.' });
}

describe('retrying', () => {
  it('is done with the first success', async () => {
    const series = play([later(), later(), { done: 'answer' }]);
    assert.deepEqual(await series.tried, { done: 'answer' });
    assert.equal(series.tries(), 3);
  });

  it('waits as long as it was asked to, and says why', async () => {
    const series = play([{ again: 'slow down', waitMs: 7, maybeApplied: false }, { done: 'answer' }]);
    await series.tried;
    assert.deepEqual(series.pauses, [
      [7, 'slow down'],
      [0, ''],
    ]);
  });

  it('waits longer each time up to its longest, spread so that callers do not march in step', async () => {
    const series = play([...Array.from({ length: 8 }, () => later()), { done: 'answer' }], {
      deadlineMs: 60_000,
      baseWaitMs: 1,
      maxWaitMs: 4,
    });
    await series.tried;
    const waits = series.pauses.map(([ms]) => ms).filter((ms) => ms > 0);
    const bases = [1, 2, 4, 4, 4, 4, 4, 4];
    assert.equal(waits.length, bases.length);
    for (const [at, ms] of waits.entries()) {
      assert.ok(ms >= bases[at]! * 0.5 && ms <= bases[at]! * 1.5, `${ms} after ${at} tries`);
    }
  });

  it('gives up rather than begin a try past the deadline', async () => {
    const series = play([{ again: 'throttled', waitMs: 3_600_000, maybeApplied: false }]);
    assert.deepEqual(await series.tried, { gaveUp: 'throttled', why: 'deadline', maybeApplied: false });
    assert.equal(series.tries(), 1);
  });

  it('ends its wait when the run is stopped', async () => {
    const series = play([{ again: 'throttled', waitMs: 50_000, maybeApplied: false }]);
    setImmediate(series.stop);
    assert.deepEqual(await series.tried, { gaveUp: 'throttled', why: 'stopped', maybeApplied: false });
    assert.equal(series.tries(), 1);
  });

  it('does not try again once the run is stopped', async () => {
    const series = play([later()]);
    series.stop();
    assert.deepEqual(await series.tried, { gaveUp: 'throttled', why: 'stopped', maybeApplied: false });
    assert.equal(series.tries(), 1);
  });

  it('remembers that one of its tries may have been applied', async () => {
    const series = play([
      later('reset', true),
      { again: 'throttled', waitMs: 3_600_000, maybeApplied: false },
    ]);
    assert.deepEqual(await series.tried, { gaveUp: 'throttled', why: 'deadline', maybeApplied: true });
  });

  it('passes an error on where nothing can have been applied', async () => {
    await assert.rejects(play([later(), configurationError()]).tried, { code: 'BRAZE_KEY_REJECTED' });
  });

  it('keeps the doubt where an error comes after a try that may have been applied', async () => {
    const series = play([later('reset', true), configurationError()]);
    assert.deepEqual(await series.tried, {
      gaveUp: 'BRAZE_KEY_REJECTED',
      why: 'error',
      maybeApplied: true,
    });
  });

  describe('what giving up means for the rows', () => {
    it('is unknown where a try may have been applied, whatever ended the tries', () => {
      for (const why of ['deadline', 'stopped', 'error'] as const) {
        const verdict = gaveUpVerdict({ gaveUp: 'reset', why, maybeApplied: true });
        assert.deepEqual(verdict, { outcome: 'unknown', reason: 'reset', repeatable: true });
      }
    });

    it('is unsent where the run was stopped before anything can have been applied', () => {
      assert.deepEqual(gaveUpVerdict({ gaveUp: 'throttled', why: 'stopped', maybeApplied: false }), {
        outcome: 'unsent',
      });
    });

    it('is rejected for a passing cause at the deadline', () => {
      const verdict = gaveUpVerdict({ gaveUp: 'throttled', why: 'deadline', maybeApplied: false });
      assert.deepEqual([verdict.outcome, verdict.repeatable], ['rejected', true]);
    });
  });
});
