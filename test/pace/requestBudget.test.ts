import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RequestBudget } from '../../src/pace/requestBudget';

/** Sends whenever it may, at the moments given, and then as fast as it may. */
function sends(budget: RequestBudget, moments: readonly number[], more: number): number[] {
  const sent: number[] = [];
  const send = (now: number) => {
    budget.sent(now);
    sent.push(now);
  };
  let now = 0;
  for (const step of moments) {
    now += step;
    if (budget.holdMs(now) === 0) send(now);
  }
  for (let n = 0; n < more; n++) {
    for (let hold = budget.holdMs(now); hold > 0; hold = budget.holdMs(now)) now += hold;
    send(now);
  }
  return sent;
}

const limits = fc.record({
  requests: fc.integer({ min: 1, max: 60 }),
  windowMs: fc.constantFrom(3_000, 60_000),
});

describe('request budget', () => {
  it('is never exceeded in any span of its length, wherever the span begins', () => {
    fc.assert(
      fc.property(
        limits,
        fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 200 }),
        (limit, moments) => {
          const { requests, windowMs } = limit;
          const sent = sends(new RequestBudget(requests, windowMs), moments, 3 * requests);
          for (const [at, time] of sent.entries()) {
            const before = sent[at - requests];
            assert.ok(before === undefined || time - before > windowMs - 0.001, `${time} after ${before}`);
          }
        },
      ),
    );
  });

  it('wastes next to nothing of itself', () => {
    fc.assert(
      fc.property(limits, ({ requests, windowMs }) => {
        const rounds = 5;
        const sent = sends(new RequestBudget(requests, windowMs), [], rounds * requests + 1);
        assert.ok(
          sent.at(-1)! <= rounds * windowMs * 1.01,
          `${sent.at(-1)} ms for ${rounds} times ${windowMs}`,
        );
      }),
    );
  });

  it('is spread where it is short, and let go at once where it is long', () => {
    const short = sends(new RequestBudget(300, 3_000), [], 300);
    assert.ok(short[150]! > 1_000 && short[150]! < 1_600, `half after ${short[150]} ms`);
    const long = sends(new RequestBudget(300, 3_600_000), [], 300);
    assert.equal(long.at(-1), 0);
  });
});
