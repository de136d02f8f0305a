import assert from 'node:assert/strict';
import { RateLimits } from '../../../src/sandbox/braze/rateLimit';
import { type BrazeSettingsPatch, SettingsInForce } from '../../../src/sandbox/braze/settings';
import { withBraze } from './brazeCaller';

/** A clock that tests move by hand, and what `take` says at each time. */
function limitsAt(patch: BrazeSettingsPatch) {
  const clock = { now: 0 };
  const limits = new RateLimits(() => clock.now);
  const { value } = new SettingsInForce(patch);
  return {
    take: (now: number) => {
      clock.now = now;
      return limits.take('track', value);
    },
  };
}

const three = { rateLimits: { track: { limit: 3, windowMs: 3000 } } };

describe('sandbox Braze: rate limits', () => {
  it('counts in windows that start on the clock, not with the first request', () => {
    const { take } = limitsAt(three);
    const verdicts = [2990, 2991, 2992, 2993, 3000].map((now) => take(now).exceeded);
    assert.deepEqual(verdicts, [false, false, false, true, false]);
  });

  it('gives the reset as epoch seconds in one style, also when exceeded', () => {
    const { take } = limitsAt(three);
    assert.deepEqual(take(6500).headers, {
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '2',
      'x-ratelimit-reset': '9',
    });
    for (let more = 0; more < 2; more++) take(6500);
    assert.deepEqual(take(6501), {
      exceeded: true,
      headers: { 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' },
    });
  });

  it('gives seconds to go in the other style, and only those to retry after when exceeded', () => {
    const { take } = limitsAt({ ...three, rateHeaders: 'mau' });
    assert.equal(take(6500).headers['x-ratelimit-reset'], '3');
    for (let more = 0; more < 2; more++) take(6500);
    assert.deepEqual(take(7100), { exceeded: true, headers: { 'x-ratelimit-retry-after': '2' } });
  });

  it('answers 429 and applies nothing past the limit of the pool', () =>
    withBraze({ settings: { rateLimits: { track: { limit: 1, windowMs: 3_600_000 } } } }, async (braze) => {
      await braze.send({ external_id: 'a', x: 1 });
      const refused = await braze.track({ attributes: [{ external_id: 'a', x: 2 }] });
      assert.equal(refused.status, 429);
      assert.equal(refused.headers.get('x-ratelimit-remaining'), '0');
      assert.equal(braze.custom('a').x, 1);
      assert.equal((await braze.get('/segments/list')).headers.get('x-ratelimit-remaining'), '249999');
    }));

  it('puts the headers on refusals too', () =>
    withBraze({}, async (braze) => {
      for (const answer of [await braze.track({}), await braze.call('POST', '/users/track', '{')]) {
        assert.equal(answer.status, 400);
        assert.equal(answer.headers.get('x-ratelimit-limit'), '3000');
      }
    }));
});
