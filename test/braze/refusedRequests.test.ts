import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { TrackTarget, type TrackTargetSettings } from '../../src/braze/trackTarget';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { type Fault, FaultRules } from '../../src/sandbox/faults';
import { type SentGoal, type SentGoalOptions, sendThrough } from '../run/pieces';
import { until } from '../support/until';

const track = { system: 'braze', path: '/users/track' } as const;
const badRequest: Fault = { kind: 'status', status: 400, body: { message: 'Bad Request' } };
const tooLarge: Fault = { kind: 'status', status: 413 };

describe('requests that Braze refuses as a whole', () => {
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

  function send(
    rows: number,
    { target, ...options }: Omit<SentGoalOptions, 'target'> & { target?: Partial<TrackTargetSettings> } = {},
  ): SentGoal {
    const client = createBrazeClient({ endpoint: braze.url, apiKey: braze.apiKey, http });
    const settings = {
      objectsPerRequest: 75,
      requestsInFlight: 1,
      retry: { baseWaitMs: 2, maxWaitMs: 8 },
      ...target,
    };
    return sendThrough(new TrackTarget(client, settings), rows, options);
  }

  const numbers = (upTo: number) => Array.from({ length: upTo }, (_, at) => at + 1);
  const numberOf = (update: ProfileUpdate) => Number(update.match[0]![0]!.value.slice(2));
  const points = (n: number) =>
    (braze.user(`u-${n}`) as { custom_attributes?: Record<string, unknown> } | undefined)?.custom_attributes
      ?.points;
  const answers = () => braze.calls()['POST /users/track'] ?? {};
  /** Whoever it strikes, no request that holds the user gets through. */
  const poison = (n: number, fault: Fault = badRequest) =>
    faults.add({ ...track, contains: `"u-${n}"`, fault });
  const rejectedUsers = ({ told }: SentGoal) =>
    told.rejected.map((update) => numberOf(update as unknown as ProfileUpdate)).sort((a, b) => a - b);
  const sum = (update: ProfileUpdate): ProfileUpdate => ({
    ...update,
    changes: [{ field: 'points', strategy: 'sum', as: 'one', values: [1] }],
  });

  for (const [name, fault, reason] of [
    ['a 400 without errors', badRequest, 'Braze could not read the request as JSON of the right form. (400)'],
    ['a 413', tooLarge, 'The request was larger than Braze takes. (413)'],
    ['a web page with 422', { kind: 'html', status: 422 }, 'Braze refused the request. (422)'],
  ] as [string, Fault, string][]) {
    it(`${name}: the one to blame is rejected alone, with its reason, and the others go through`, async () => {
      poison(13, fault);
      const sent = send(75, { batchRows: 75 });
      const { ledger, result } = await sent.ended;
      assert.deepEqual([ledger.accepted, result], [74, 'succeeded']);
      assert.deepEqual(ledger.reasons.rejected, { [reason]: 1 });
      assert.deepEqual(rejectedUsers(sent), [13]);
      assert.deepEqual(
        numbers(75).map(points),
        numbers(75).map((n) => (n === 13 ? undefined : n)),
      );
      assert.ok(ledger.work.requests <= 1 + 2 * Math.ceil(Math.log2(75)), `${ledger.work.requests} requests`);
      assert.equal(ledger.work.dataPoints, braze.dataPoints().total);
    });
  }

  it('whoever is to blame, in about 2·log2(n) requests for each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 75 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 75 }), { maxLength: 6 }),
        fc.boolean(),
        async (rows, blamed, once) => {
          faults.clear();
          braze.reset();
          braze.configure({ apply: { delayMs: 0 } });
          const bad = blamed.filter((n) => n <= rows);
          for (const n of bad) poison(n);
          const sent = send(rows, { batchRows: 75, ...(once && { change: sum }) });
          const { ledger } = await sent.ended;
          assert.deepEqual(
            rejectedUsers(sent),
            bad.sort((a, b) => a - b),
          );
          assert.deepEqual(
            numbers(rows).map(points),
            numbers(rows).map((n) => (bad.includes(n) ? undefined : once ? 1 : n)),
          );
          const bound = 1 + 2 * bad.length * Math.ceil(Math.log2(Math.max(2, rows)));
          assert.ok(ledger.work.requests <= bound, `${ledger.work.requests} requests for ${bad.length}`);
        },
      ),
      { numRuns: 25 },
    );
  }).timeout(60_000);

  it('what must not be repeated is taken apart too: a refusal proves that nothing was done', async () => {
    poison(40);
    const event = (update: ProfileUpdate) => ({
      ...update,
      changes: [],
      events: [{ name: 'quiz', time: '2026-01-31T10:00:00Z' }],
    });
    const { ledger } = await send(75, { batchRows: 75, change: event }).ended;
    assert.deepEqual([ledger.accepted, ledger.rejected, ledger.unknown], [74, 1, 0]);
    const users = braze.events().events.map((one) => one.external_id);
    assert.deepEqual(
      users,
      numbers(75)
        .filter((n) => n !== 40)
        .map((n) => `u-${n}`),
      'each once, and in order',
    );
  });

  it('updates of one user stay in their order', async () => {
    poison(30);
    // Three rows for each of 25 users; the last one is what must remain.
    const three = (update: ProfileUpdate): ProfileUpdate => {
      const n = numberOf(update);
      return {
        ...update,
        match: [[{ field: 'external_id', value: n === 30 ? 'u-30' : `twin-${n % 25}` }]],
        changes: [{ field: 'points', strategy: 'set', as: 'one', values: [n] }],
      };
    };
    await send(75, { batchRows: 75, change: three }).ended;
    const held = numbers(24).map(
      (n) =>
        (braze.user(`twin-${n}`) as { custom_attributes: Record<string, unknown> }).custom_attributes.points,
    );
    assert.deepEqual(
      held,
      numbers(24).map((n) => n + 50),
    );
  });

  it('users whose every object a refusal names are rejected by name, and the others go on without them', async () => {
    const errors = [
      { index: 4, input_array: 'attributes', type: 'EMAIL_BAD_FORMAT' },
      { index: 4, input_array: 'attributes', type: 'BAD_LOCATION_UPDATE' },
      { index: 9, input_array: 'attributes', type: 'BAD_LOCATION_UPDATE' },
      { index: 99, input_array: 'attributes', type: 'BAD_LOCATION_UPDATE' },
      'something is wrong',
    ];
    faults.add({
      ...track,
      times: 1,
      fault: { kind: 'status', status: 400, body: { message: 'Bad Request', errors } },
    });
    const sent = send(20, { batchRows: 20 });
    const { ledger } = await sent.ended;
    assert.deepEqual(rejectedUsers(sent), [5, 10]);
    assert.deepEqual(ledger.reasons.rejected, {
      "'email' is not a valid e-mail address.": 1,
      "'current_location' is not a valid location.": 1,
    });
    assert.deepEqual([ledger.accepted, ledger.work.requests, points(5), points(6)], [18, 2, undefined, 6]);
  });

  it('a 400 that calls nothing valid but names nobody is taken apart: some may be', async () => {
    const message = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.";
    faults.add({ ...track, times: 1, fault: { kind: 'status', status: 400, body: { message } } });
    const { ledger } = await send(10).ended;
    assert.deepEqual([ledger.accepted, ledger.work.requests, points(10)], [10, 3, 10]);
  });

  describe('because they hold too many objects', () => {
    it('smaller ones go out for the rest of the run, which says so once', async () => {
      braze.configure({ trackLimit: { objects: 50 } });
      const sent = send(300, { target: { requestsInFlight: 3 } });
      const { ledger, notices } = await sent.ended;
      assert.equal(ledger.accepted, 300);
      assert.deepEqual(numbers(300).map(points), numbers(300));
      const told = { code: 'fewerObjects', values: { objects: 50 } };
      assert.deepEqual([notices, sent.told.notices], [[told], [told]]);
      assert.ok((answers()[400] ?? 0) <= 3, 'only what was on its way already is refused');
    });

    it('whatever the account takes', async () => {
      for (const objects of [60, 20, 1]) {
        braze.reset();
        braze.configure({ apply: { delayMs: 0 }, trackLimit: { objects } });
        const { ledger } = await send(80, { change: sum }).ended;
        assert.equal(ledger.accepted, 80, `${objects} objects`);
        assert.deepEqual(
          numbers(80).map(points),
          numbers(80).map(() => 1),
        );
      }
    });

    it('75 in each array turn into 75 in total', async () => {
      const twofold = (update: ProfileUpdate) => ({
        ...update,
        events: [{ name: 'quiz', time: '2026-01-31T10:00:00Z' }],
      });
      const { ledger, notices } = await send(150, {
        change: twofold,
        batchRows: 150,
        target: { perArray: true },
      }).ended;
      assert.deepEqual(
        [ledger.accepted, notices],
        [150, [{ code: 'fewerObjects', values: { objects: 75 } }]],
      );
      assert.equal(braze.events().events.length, 150);
    });

    it('a user who alone has too many is rejected, and says why', async () => {
      braze.configure({ trackLimit: { objects: 50 } });
      const many = (update: ProfileUpdate) =>
        numberOf(update) === 7
          ? {
              ...update,
              events: numbers(60).map(() => ({ name: 'quiz', time: '2026-01-31T10:00:00Z' })),
            }
          : update;
      const sent = send(20, { change: many, batchRows: 20 });
      const { ledger } = await sent.ended;
      assert.deepEqual([rejectedUsers(sent), ledger.accepted], [[7], 19]);
      assert.match(Object.keys(ledger.reasons.rejected ?? {})[0]!, /more objects than/);
    });
  });

  describe('after a try that may have been applied', () => {
    it('leave unknown who is refused alone without a reason that names it', async () => {
      faults.add({ ...track, times: 1, fault: { kind: 'reset', after: true } });
      faults.add({ ...track, skip: 1, contains: '"u-3"', fault: badRequest });
      const { run, ended } = send(10);
      const { ledger } = await ended;
      assert.deepEqual([ledger.accepted, ledger.unknown, ledger.rejected], [9, 1, 0]);
      assert.equal(points(3), 3, 'it was applied, as nobody could know');
      assert.deepEqual(run.unitsToRepeat, ['file']);
    });
  });

  describe('after a try that may have been applied, and then', () => {
    /** Applied without an answer, then refused as a whole; what follows strikes the halves. */
    const appliedThenRefused = () => {
      faults.add({ ...track, times: 1, fault: { kind: 'reset', after: true } });
      faults.add({ ...track, skip: 1, times: 1, fault: badRequest });
    };

    it('the deadline: the halves that did not get through are unknown, to be read again', async () => {
      appliedThenRefused();
      faults.add({ ...track, skip: 2, fault: { kind: 'status', status: 429 } });
      const { run, ended } = send(10, { target: { retry: { baseWaitMs: 2, maxWaitMs: 8, deadlineMs: 50 } } });
      const { ledger } = await ended;
      assert.deepEqual([ledger.unknown, ledger.rejected, ledger.unsent], [10, 0, 0]);
      assert.deepEqual(numbers(10).map(points), numbers(10));
      assert.deepEqual(run.unitsToRepeat, ['file']);
    });

    it('a stop: the halves that were not sent any more are unknown too', async () => {
      appliedThenRefused();
      faults.add({ ...track, skip: 2, fault: { kind: 'latency', ms: 300 } });
      const { run, ended } = send(10, { run: { stopGraceMs: 10_000 } });
      await until(() => run.ledger.work.requests === 2, { what: 'the first half' });
      run.stop();
      const { ledger } = await ended;
      assert.deepEqual([ledger.accepted, ledger.unknown, ledger.unsent], [5, 5, 0]);
      assert.deepEqual(numbers(10).map(points), numbers(10));
    });
  });

  describe('and then the run ends early', () => {
    it('because the key stops working: who went through is accepted, the others are unsent', async () => {
      poison(1);
      faults.add({
        ...track,
        skip: 4,
        fault: { kind: 'status', status: 401, body: { message: 'Invalid API Key' } },
      });
      const sent = send(16, { batchRows: 16 });
      const { ledger, result, error } = await sent.ended;
      assert.deepEqual(
        [result, error?.code, sent.told.errors],
        ['failed', 'BRAZE_KEY_REJECTED', ['BRAZE_KEY_REJECTED']],
      );
      const there = numbers(16).filter((n) => points(n) !== undefined);
      assert.deepEqual(
        [ledger.accepted, ledger.accepted + ledger.unsent + ledger.rejected],
        [there.length, 16],
      );
      assert.ok(ledger.unsent > 0);
    });

    it('because everybody is refused: it is not the users, and not all of them are taken apart', async () => {
      faults.add({ ...track, fault: badRequest });
      const { ledger, result, error } = await send(2_000).ended;
      assert.deepEqual([result, error?.code], ['failed', 'BRAZE_REQUEST_REFUSED']);
      assert.match(error?.message ?? '', /200 users in a row.*proxy or firewall/);
      assert.equal(ledger.rejected, 200);
      assert.equal(ledger.unsent, ledger.read - 200);
      assert.ok(ledger.work.requests < 450);
    });
  });
});
