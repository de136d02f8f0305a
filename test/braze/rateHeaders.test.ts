import assert from 'node:assert/strict';
import fc from 'fast-check';
import { askedWaitMs, longestWaitMs, rateState, throttleWaitMs } from '../../src/braze/rateHeaders';

const now = Date.UTC(2026, 10, 23, 12, 30, 0);

describe('braze rate headers', () => {
  it('reads limit, remaining and both kinds of reset', () => {
    const delta = { 'x-ratelimit-limit': '250000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '90' };
    assert.deepEqual(rateState(delta, now), { limit: 250000, remaining: 0, resetInMs: 90_000 });
    const epoch = { 'x-ratelimit-reset': String(now / 1000 + 90) };
    assert.deepEqual(rateState(epoch, now), { resetInMs: 90_000, resetAt: now + 90_000 });
    assert.deepEqual(rateState({ 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': '-1' }, now), {});
  });

  it("tells the end of the window on the server's clock, and whether it was named or counted", () => {
    const date = new Date(now + 7_000).toUTCString();
    const counted = rateState({ date, 'x-ratelimit-reset': '3' }, now);
    assert.deepEqual(counted, {
      resetInMs: 3_000,
      resetAt: now + 10_000,
      counted: true,
      serverTime: now + 7_000,
    });
    const refused = rateState({ date, 'x-ratelimit-retry-after': '2' }, now);
    assert.deepEqual(refused, { retryInMs: 2_000, serverTime: now + 7_000 });
  });

  it('prefers the wait that is named over the end of the window', () => {
    const reset = { 'x-ratelimit-reset': '600' };
    assert.equal(throttleWaitMs({ ...reset, 'retry-after': '7', 'x-ratelimit-retry-after': '3' }, now), 3000);
    assert.equal(throttleWaitMs({ ...reset, 'retry-after': '7' }, now), 7000);
    assert.equal(throttleWaitMs({ ...reset, 'retry-after': 'soon' }, now), 600_000);
    assert.equal(throttleWaitMs({}, now), undefined);
    assert.equal(askedWaitMs(reset, now), undefined);
  });

  it("measures points in time with the answer's own clock", () => {
    const date = new Date(now + 50_000).toUTCString();
    assert.equal(throttleWaitMs({ date, 'x-ratelimit-reset': String(now / 1000 + 60) }, now), 10_000);
    assert.equal(askedWaitMs({ date, 'retry-after': new Date(now + 55_000).toUTCString() }, now), 5000);
  });

  it('never waits less than nothing or more than an hour, whatever the headers hold', () => {
    const text = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.constant('1e400'),
    );
    const headers = fc.record(
      { 'x-ratelimit-retry-after': text, 'retry-after': text, 'x-ratelimit-reset': text, date: text },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(headers, (given) => {
        const wait = throttleWaitMs(given as Record<string, string>, now);
        return wait === undefined || (wait >= 0 && wait <= longestWaitMs);
      }),
    );
  });
});
