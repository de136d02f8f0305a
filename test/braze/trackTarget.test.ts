import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { TrackTarget, type TrackTargetSettings } from '../../src/braze/trackTarget';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import { Pace } from '../../src/pace/pace';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { type Fault, type FaultRule, FaultRules, sequence } from '../../src/sandbox/faults';
import { type SentGoal, type SentGoalOptions, sendThrough, sumOfOutcomes } from '../run/pieces';
import { freePort } from '../support/freePort';
import { until } from '../support/until';

const quick = { baseWaitMs: 2, maxWaitMs: 8 };
const track = { system: 'braze', path: '/users/track' } as const;

describe('users.track target', () => {
  const faults = new FaultRules();
  let braze: BrazeSandbox;
  let http: HttpClient;

  before(async () => {
    braze = await startBrazeSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(() => {
    faults.clear();
    braze.reset();
    braze.configure({ apply: { delayMs: 0 } });
  });
  after(async () => {
    await http.close();
    await braze.close();
  });

  type SendOptions = Omit<SentGoalOptions, 'target'> & {
    target?: Partial<TrackTargetSettings>;
    endpoint?: string;
    apiKey?: string;
  };

  /** Runs a goal of so many rows against the sandbox. */
  function send(rows: number, { target, endpoint, apiKey, ...options }: SendOptions = {}): SentGoal {
    const client = createBrazeClient({
      endpoint: endpoint ?? braze.url,
      apiKey: apiKey ?? braze.apiKey,
      http,
    });
    const settings = { objectsPerRequest: 10, requestsInFlight: 2, retry: quick, ...target };
    return sendThrough(new TrackTarget(client, settings), rows, options);
  }

  const user = (id: string) => braze.user(id) as { custom_attributes?: Record<string, unknown> } | undefined;
  const points = (id: string) => user(id)?.custom_attributes?.points;
  const numbers = (upTo: number) => Array.from({ length: upTo }, (_, at) => at + 1);
  const trackCalls = () => braze.calls()['POST /users/track'] ?? {};

  const sum = (update: ProfileUpdate): ProfileUpdate => ({
    ...update,
    changes: [{ field: 'points', strategy: 'sum', as: 'one', values: [1] }],
  });
  const event = (update: ProfileUpdate): ProfileUpdate => ({
    ...update,
    events: [{ name: 'quiz', time: '2026-01-31T10:00:00Z' }],
  });

  it('brings every value to its user, in full requests', async () => {
    const { ledger, result, complete } = await send(45).ended;
    assert.deepEqual(
      numbers(45).map((n) => points(`u-${n}`)),
      numbers(45),
    );
    assert.deepEqual([ledger.accepted, result, complete], [45, 'succeeded', true]);
    assert.deepEqual([ledger.work.requests, ledger.work.attempts, ledger.work.objects], [5, 5, 45]);
    assert.equal(ledger.work.dataPoints, braze.dataPoints().total);
  });

  it('counts what Braze charges where it refuses some objects of a user', async () => {
    const time = '2026-01-31T10:00:00Z';
    const purchase = { product_id: 'tee', currency: 'EUR', price: 19.9, time };
    const { ledger } = await send(30, {
      change: (update) => {
        const row = Number(update.changes[0]?.values[0]);
        return {
          ...update,
          changes: row % 4 === 0 ? [{ ...update.changes[0]!, field: 'email_subscribe' }] : update.changes,
          events: [{ name: row % 3 === 0 ? '' : 'quiz', time }],
          purchases: [
            { ...purchase, quantity: row % 5 === 0 ? 400 : 2 },
            { ...purchase, quantity: 3 },
          ],
        };
      },
    }).ended;
    assert.equal(ledger.accepted, 30);
    assert.equal(ledger.work.dataPoints, braze.dataPoints().total);
  });

  describe('how many objects go in one request', () => {
    const purchase = { product_id: 'tee', currency: 'EUR', price: 19.9, time: '2026-01-31T10:00:00Z' };
    /** Three objects of each user: one of each array. */
    const threefold = (update: ProfileUpdate) => ({ ...event(update), purchases: [purchase] });

    it('75 in total', async () => {
      const { ledger } = await send(75, {
        change: threefold,
        batchRows: 75,
        target: { objectsPerRequest: 75 },
      }).ended;
      assert.deepEqual([ledger.accepted, ledger.work.requests], [75, 3]);
      assert.deepEqual(trackCalls(), { 201: 3 });
      const { events, purchases } = braze.events();
      assert.deepEqual([points('u-75'), events.length, purchases.length], [75, 75, 75]);
    });

    it('75 in each array, by legacy contracts', async () => {
      braze.configure({ trackLimit: { mode: 'legacy' } });
      const target = { objectsPerRequest: 75, perArray: true };
      const { ledger } = await send(150, { change: threefold, batchRows: 150, target }).ended;
      assert.deepEqual([ledger.accepted, ledger.work.requests, ledger.work.objects], [150, 2, 450]);
      assert.deepEqual(trackCalls(), { 201: 2 });
      const { events, purchases } = braze.events();
      assert.deepEqual([points('u-150'), events.length, purchases.length], [150, 150, 150]);
    });

    it('fewer where they are large: 4 MB', async () => {
      const long = 'x'.repeat(95_000);
      const large = (update: ProfileUpdate) => ({
        ...update,
        events: [{ name: 'quiz', time: '2026-01-31T10:00:00Z', properties: { long: [long] } }],
      });
      const { ledger } = await send(60, { change: large, batchRows: 60, target: { objectsPerRequest: 75 } })
        .ended;
      assert.deepEqual([ledger.accepted, ledger.work.requests], [60, 2]);
      assert.equal(braze.events().events.length, 60);
    });
  });

  describe('tries again, and loses and doubles nothing,', () => {
    const passing: Record<string, Fault> = {
      'after a 429 that says until when': {
        kind: 'status',
        status: 429,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) - 1),
        },
        body: { message: 'Rate limit exceeded' },
      },
      'after a 429 that says how long': {
        kind: 'status',
        status: 429,
        headers: { 'x-ratelimit-retry-after': '0' },
        body: { message: 'Rate limit exceeded' },
      },
      'after a 429 that says nothing': { kind: 'status', status: 429 },
      'after a 503': { kind: 'status', status: 503 },
      'after a 500 with a web page': { kind: 'html', status: 502 },
      'after an answer that was lost on the way back': { kind: 'reset', after: true },
      'after a connection that broke before': { kind: 'reset' },
      'after an answer cut off in the middle': { kind: 'cutBody', share: 0.5 },
    };
    for (const [name, fault] of Object.entries(passing)) {
      it(name, async () => {
        faults.add({ ...track, times: 3, fault });
        const { ledger, result } = await send(30).ended;
        assert.deepEqual([ledger.accepted, ledger.rejected, ledger.unknown, result], [30, 0, 0, 'succeeded']);
        assert.deepEqual(
          numbers(30).map((n) => points(`u-${n}`)),
          numbers(30),
        );
        assert.ok(ledger.work.attempts > ledger.work.requests);
        assert.equal(ledger.work.requests, 3);
      });
    }
  });

  it('keeps to a wall of requests, in both styles of headers', async () => {
    for (const headerStyle of ['epoch', 'mau'] as const) {
      faults.clear();
      braze.reset();
      braze.configure({ apply: { delayMs: 0 } });
      faults.add({ ...track, fault: { kind: 'wall', limit: 2, windowMs: 1_000, headerStyle } });
      const { ledger } = await send(30).ended;
      assert.deepEqual([ledger.accepted, ledger.rejected], [30, 0], headerStyle);
    }
  });

  it('shares one pace with other sinks of its rate group, and neither is refused more than once', async () => {
    braze.configure({ rateLimits: { track: { limit: 6, windowMs: 1_000 } }, rateHeaders: 'mau' });
    const pace = new Pace({ learnsRate: true });
    const both = [send(60, { target: { pace } }), send(60, { target: { pace } })];
    const ledgers = (await Promise.all(both.map(({ ended }) => ended))).map(({ ledger }) => ledger);
    assert.deepEqual(
      ledgers.map(({ accepted }) => accepted),
      [60, 60],
    );
    assert.ok((trackCalls()[429] ?? 0) <= 1, `${trackCalls()[429]} of 12 were refused`);
  });

  describe('rows that must not go twice', () => {
    const lost: Record<string, { fault: Fault; applied: boolean }> = {
      'are unknown, once, when the answer is lost': { fault: { kind: 'reset', after: true }, applied: true },
      'are unknown, and not sent again, when the connection breaks': {
        fault: { kind: 'reset' },
        applied: false,
      },
      'are unknown after a 503': { fault: { kind: 'status', status: 503 }, applied: false },
      'are unknown after a 500 that comes too late': {
        fault: { kind: 'status', status: 500, after: true },
        applied: true,
      },
    };
    for (const [name, { fault, applied }] of Object.entries(lost)) {
      it(`${name} (sum)`, async () => {
        faults.add({ ...track, times: 1, fault });
        const { ledger, result } = await send(10, { change: sum }).ended;
        assert.deepEqual([ledger.unknown, ledger.accepted, result], [10, 0, 'failed']);
        assert.equal(ledger.work.attempts, 1);
        assert.equal(points('u-1'), applied ? 1 : undefined);
      });
    }

    it('are never applied twice: events', async () => {
      faults.add({ ...track, times: 1, fault: { kind: 'reset', after: true } });
      const { run, ended } = send(20, {
        change: event,
        target: { objectsPerRequest: 20, requestsInFlight: 1 },
      });
      const { ledger } = await ended;
      assert.deepEqual([ledger.unknown, ledger.accepted], [10, 10]);
      assert.equal(braze.events().events.length, 20);
      assert.deepEqual(run.unitsToRepeat, [], 'nor may the next run read them again');
    });

    it('are tried again where nothing can have been applied', async () => {
      faults.add({ ...track, times: 2, fault: { kind: 'status', status: 429 } });
      const { ledger } = await send(10, { change: sum }).ended;
      assert.deepEqual([ledger.accepted, ledger.unknown], [10, 0]);
      assert.equal(points('u-10'), 1);
    });

    it('do not hold back those beside them that may', async () => {
      faults.add({ ...track, times: 1, fault: { kind: 'reset', after: true } });
      const odd = (update: ProfileUpdate) =>
        Number(update.match[0]![0]!.value.slice(2)) % 2 === 1 ? sum(update) : update;
      const { ledger } = await send(20, { change: odd, target: { requestsInFlight: 1 } }).ended;
      assert.deepEqual([ledger.unknown, ledger.accepted], [10, 10]);
      assert.deepEqual(
        numbers(20).map((n) => points(`u-${n}`)),
        numbers(20).map((n) => (n % 2 === 1 ? 1 : n)),
      );
    });
  });

  describe('answers about single objects', () => {
    it('reach the profile they are about', async () => {
      braze.configure({ disallowedExternalIds: ['u-3', 'u-17'] });
      const { told, ended } = send(60);
      const { ledger, result } = await ended;
      assert.deepEqual([ledger.accepted, ledger.rejected, result], [58, 2, 'succeeded']);
      assert.deepEqual(
        told.rejected.map(({ match }) => (match as ProfileUpdate['match'])[0]![0]!.value).sort(),
        ['u-17', 'u-3'],
      );
      assert.deepEqual(
        [points('u-3'), points('u-4'), points('u-17'), points('u-18')],
        [undefined, 4, undefined, 18],
      );
      assert.equal(ledger.work.dataPoints, braze.dataPoints().total);
    });

    it('reach it by way of its events too, which have a numbering of their own', async () => {
      braze.configure({ disallowedExternalIds: ['u-4'] });
      const some = (update: ProfileUpdate) => {
        const n = Number(update.match[0]![0]!.value.slice(2));
        if (n % 2 === 0) return { ...event(update), changes: n % 4 === 0 ? [] : update.changes };
        return update;
      };
      const { told, ended } = send(8, { change: some });
      await ended;
      assert.deepEqual(
        told.rejected.map(({ match }) => (match as ProfileUpdate['match'])[0]![0]!.value),
        ['u-4'],
      );
      assert.deepEqual(
        braze.events().events.map((one) => one.external_id),
        ['u-2', 'u-6', 'u-8'],
      );
    });

    it('a user of whom something was taken is accepted', async () => {
      const answer = {
        message: 'success',
        attributes_processed: 1,
        // One object twice is still one object.
        errors: Array(2).fill({ index: 0, input_array: 'events', type: 'EVENT_BAD' }),
      };
      faults.add({ ...track, times: 1, fault: { kind: 'status', status: 201, body: answer } });
      const { ledger } = await send(1, { change: event }).ended;
      assert.deepEqual([ledger.accepted, ledger.rejected], [1, 0]);
      assert.deepEqual(Object.values(ledger.refusedAttributes), [1], 'and what was not is counted apart');
    });

    it('reject all of a request of which nothing is valid, each with its reason', async () => {
      braze.configure({ disallowedExternalIds: numbers(5).map((n) => `u-${n}`) });
      const { ledger, result, error } = await send(5).ended;
      assert.deepEqual([ledger.rejected, result], [5, 'failed']);
      assert.equal(error?.code, 'RUN_TOO_MANY_FAILURES');
      assert.deepEqual(ledger.reasons.rejected, { 'Braze does not accept this external id.': 5 });
      assert.deepEqual(trackCalls(), { 400: 1 });
    });

    it('reject by name, and leave the others unknown, when one of them names no object', async () => {
      braze.configure({ disallowedExternalIds: ['u-3'] });
      const errors = [{ index: 2, input_array: 'attributes', type: 'BAD_LOCATION_UPDATE' }, { type: 'x' }];
      faults.add({
        ...track,
        times: 1,
        fault: { kind: 'status', status: 201, after: true, body: { message: 'success', errors } },
      });
      const { run, told, ended } = send(5);
      const { ledger } = await ended;
      assert.deepEqual([ledger.unknown, ledger.rejected, ledger.accepted], [4, 1, 0]);
      assert.equal((told.rejected[0]!.match as ProfileUpdate['match'])[0]![0]!.value, 'u-3');
      assert.deepEqual([points('u-3'), points('u-4')], [undefined, 4]);
      assert.deepEqual(run.unitsToRepeat, ['file']);
    });

    it('count once, however often an object is listed', async () => {
      braze.configure({ disallowedExternalIds: ['u-4'] });
      faults.add({ ...track, fault: { kind: 'bentErrors', how: 'repeated' } });
      const both = (update: ProfileUpdate) => ({ ...event(update), match: update.match });
      const { ledger } = await send(6, { change: both }).ended;
      assert.deepEqual([ledger.accepted, ledger.rejected, ledger.refusedAttributes], [5, 1, {}]);
    });

    it('leave all of a request unknown when they name no object', async () => {
      const answer = { message: 'success', attributes_processed: 1, errors: ['something is wrong'] };
      faults.add({ ...track, times: 1, fault: { kind: 'status', status: 201, body: answer } });
      const { ledger } = await send(2).ended;
      assert.deepEqual([ledger.unknown, ledger.accepted], [2, 0]);
    });
  });

  it('takes a web page with a success status for no success', async () => {
    faults.add({ ...track, fault: { kind: 'html', status: 200 } });
    const { ledger, result } = await send(10).ended;
    assert.deepEqual([ledger.unknown, ledger.accepted, result], [10, 0, 'failed']);
  });

  it('counts users whom Braze may not know as unconfirmed', async () => {
    braze.addUsers([{ external_id: 'u-1' }]);
    const updateOnly = (update: ProfileUpdate) => ({
      ...update,
      allowCreate: update.match[0]![0]!.value === 'u-3',
    });
    const { ledger } = await send(3, { change: updateOnly }).ended;
    assert.deepEqual([ledger.accepted, ledger.unconfirmed], [3, 2]);
    assert.deepEqual([points('u-1'), user('u-2'), points('u-3')], [1, undefined, 3]);
  });

  it('tells which attributes were left out of rows that went through', async () => {
    const { ledger } = await send(3, {
      change: (update) => ({
        ...update,
        changes: [...update.changes, { field: ' padded ', strategy: 'set', as: 'one', values: ['x'] }],
      }),
    }).ended;
    assert.deepEqual([ledger.accepted, points('u-1')], [3, 1]);
    assert.deepEqual(Object.values(ledger.refusedAttributes), [3]);
  });

  it('rejects an update with nobody in it, and one with nothing left to send', async () => {
    const { ledger } = await send(3, {
      change: (update) => {
        if (update.match[0]![0]!.value === 'u-1')
          return { ...update, match: [[{ field: 'shoe', value: '42' }]] };
        return update.match[0]![0]!.value === 'u-2' ? { ...update, changes: [] } : update;
      },
    }).ended;
    assert.deepEqual([ledger.accepted, ledger.rejected], [1, 2]);
    assert.equal(ledger.reasons.rejected?.['nothing to send'], 1);
  });

  describe('settings that cannot work', () => {
    it('end the run at once when the key is wrong, with nothing sent', async () => {
      const { told, ended } = send(200, { apiKey: 'wrong-key' });
      const { ledger, result, error } = await ended;
      assert.deepEqual([result, error?.code], ['failed', 'BRAZE_KEY_REJECTED']);
      assert.equal(ledger.unsent, ledger.read);
      assert.match(error?.message ?? '', /instance is wrong/);
      assert.deepEqual(told.errors, ['BRAZE_KEY_REJECTED']);
      assert.deepEqual([...braze.users()], []);
      assert.ok((trackCalls()[401] ?? 0) <= 2, 'no request after the first refusals');
    });

    it('end it when the permission is missing', async () => {
      braze.configure({ keys: [{ key: 'narrow', permissions: ['segments.list'] }] });
      const { ledger, result, error } = await send(200, { apiKey: 'narrow' }).ended;
      assert.deepEqual([result, error?.code], ['failed', 'BRAZE_PERMISSION_MISSING']);
      assert.match(error?.message ?? '', /users\.track.*Make a new API key/);
      assert.equal(ledger.unsent, ledger.read);
      assert.deepEqual([...braze.users()], []);
      assert.ok((trackCalls()[403] ?? 0) <= 2, 'no request after the first refusals');
    });

    it('end it after a few tries when nobody listens there', async () => {
      const endpoint = `http://127.0.0.1:${await freePort()}`;
      const { ledger, result, error } = await send(20, { endpoint }).ended;
      assert.deepEqual([result, error?.code, ledger.unsent], ['failed', 'NET_REFUSED', 20]);
      assert.ok(ledger.work.attempts <= 6);
    });

    it('leave rows unknown that may have been applied before the key was refused', async () => {
      faults.add({ ...track, times: 1, fault: { kind: 'reset', after: true } });
      faults.add({
        ...track,
        skip: 1,
        fault: { kind: 'status', status: 401, body: { message: 'Invalid API Key' } },
      });
      const { ledger, error } = await send(10).ended;
      assert.deepEqual([ledger.unknown, ledger.unsent], [10, 0]);
      assert.equal(error?.code, 'BRAZE_KEY_REJECTED', 'and the run ends for that');
      assert.equal(points('u-1'), 1);
    });
  });

  it('rejects for a passing cause when the deadline is over, to be read again', async () => {
    faults.add({ ...track, fault: { kind: 'status', status: 429, headers: { 'retry-after': '60' } } });
    const { run, ended } = send(10, { target: { retry: { deadlineMs: 1_000 } } });
    const { ledger } = await ended;
    assert.equal(ledger.rejected, 10);
    assert.deepEqual(run.unitsToRepeat, ['file']);
  });

  describe('when the run is stopped', () => {
    it('ends a wait for another try at once: nothing was sent', async () => {
      faults.add({ ...track, fault: { kind: 'status', status: 429, headers: { 'retry-after': '60' } } });
      const { run, told, ended } = send(10);
      await until(() => told.notes.length > 0, { what: 'a wait' });
      run.stop();
      const { ledger, result } = await ended;
      assert.deepEqual([ledger.unsent, result], [10, 'stopped']);
      assert.deepEqual([...braze.users()], []);
    });

    it('leaves unknown what Braze never answered, within the grace', async () => {
      faults.add({ ...track, skip: 1, fault: { kind: 'hang', after: true } });
      const { run, ended } = send(30, { target: { requestsInFlight: 1 } });
      await until(() => points('u-20') === 20, { what: 'the request that is never answered' });
      run.stop();
      const { ledger, result } = await ended;
      assert.deepEqual([ledger.accepted, ledger.unknown, ledger.unsent, result], [10, 10, 10, 'stopped']);
      assert.equal(points('u-21'), undefined);
    });

    it('still takes the answers that come within the grace', async () => {
      faults.add({ ...track, fault: { kind: 'latency', ms: 60 } });
      const { run, ended } = send(10, { run: { stopGraceMs: 10_000 } });
      await until(() => run.ledger.work.attempts > 0, { what: 'a request' });
      run.stop();
      assert.equal((await ended).ledger.accepted, 10);
    });
  });

  /** Faults for the whole run, a mapping of rows that may not go twice, and perhaps a stop in the middle. */
  const scripts = fc.record({
    seed: fc.integer({ min: 0, max: 1_000_000 }),
    rows: fc.integer({ min: 1, max: 90 }),
    objectsPerRequest: fc.integer({ min: 1, max: 30 }),
    requestsInFlight: fc.integer({ min: 1, max: 4 }),
    batchRows: fc.integer({ min: 1, max: 40 }),
    window: fc.integer({ min: 1, max: 120 }),
    sumEvery: fc.constantFrom(0, 2, 5),
    disallowEvery: fc.constantFrom(0, 7),
    stopAfterMs: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
    faults: fc.array(
      fc.record({
        share: fc.constantFrom(0.1, 0.3, 0.6),
        skip: fc.nat(3),
        times: fc.integer({ min: 1, max: 6 }),
        fault: fc.constantFrom<Fault>(
          { kind: 'status', status: 429 },
          { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
          { kind: 'status', status: 503 },
          { kind: 'status', status: 500, after: true },
          { kind: 'html', status: 502 },
          { kind: 'html', status: 200 },
          { kind: 'reset' },
          { kind: 'reset', after: true },
          { kind: 'cutBody', share: 0.4 },
          { kind: 'latency', ms: 3, jitterMs: 5 },
          { kind: 'status', status: 401, body: { message: 'Invalid API Key' } },
        ),
      }),
      { maxLength: 4 },
    ),
  });

  it('keeps an account that is true, whatever goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        faults.clear();
        braze.reset();
        const random = sequence(script.seed);
        const isSum = (n: number) => script.sumEvery > 0 && n % script.sumEvery === 0;
        const isDisallowed = (n: number) => script.disallowEvery > 0 && n % script.disallowEvery === 0;
        braze.configure({
          apply: { delayMs: 0 },
          disallowedExternalIds: numbers(script.rows)
            .filter(isDisallowed)
            .map((n) => `u-${n}`),
        });
        for (const rule of script.faults) {
          faults.add({ ...track, seed: Math.floor(random() * 1e6), ...rule } satisfies FaultRule);
        }
        const { run, told, ended } = send(script.rows, {
          target: script,
          run: { window: script.window, stopGraceMs: 200 },
          batchRows: script.batchRows,
          change: (update) => (isSum(Number(update.match[0]![0]!.value.slice(2))) ? sum(update) : update),
        });
        if (script.stopAfterMs !== undefined) {
          await sleep(script.stopAfterMs);
          run.stop();
        }
        const { ledger, error } = await ended;
        assert.equal(ledger.balanced, true);
        assert.equal(ledger.undecided, 0);
        assert.equal(sumOfOutcomes(ledger), ledger.read);
        if (error === undefined && script.stopAfterMs === undefined) assert.equal(ledger.read, script.rows);
        const outcomes = new Map(
          told.settled.map(({ ref, outcome }) => [Number(ref.split('/')[2]), outcome]),
        );
        for (const [n, outcome] of outcomes) {
          const value = points(`u-${n}`);
          const whole = isSum(n) ? 1 : n;
          if (outcome === 'accepted') assert.equal(value, whole, `row ${n} was accepted`);
          else if (outcome === 'unknown')
            assert.ok(value === undefined || value === whole, `row ${n} at most once`);
          else assert.equal(value, undefined, `row ${n} was ${outcome}`);
          if (isDisallowed(n)) assert.notEqual(outcome, 'accepted');
        }
        for (let n = 1; n <= script.rows; n++) {
          if (!outcomes.has(n)) assert.equal(points(`u-${n}`), undefined, `row ${n} never reached the sink`);
        }
      }),
      { numRuns: 60 },
    );
  });
});
