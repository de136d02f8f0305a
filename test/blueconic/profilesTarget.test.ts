import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { ProfilesTarget, type ProfilesTargetSettings } from '../../src/blueconic/profilesTarget';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { type Fault, FaultRules } from '../../src/sandbox/faults';
import { type SentGoal, type SentGoalOptions, sendThrough, sumOfOutcomes } from '../run/pieces';
import { freePort } from '../support/freePort';
import { until } from '../support/until';

const { signal } = new AbortController();
const quick = { baseWaitMs: 2, maxWaitMs: 8 };
const bulk = { system: 'blueconic', method: 'PUT', path: '/profiles' } as const;

describe('BlueConic profiles target', () => {
  const faults = new FaultRules();
  let tenant: BlueConicSandbox;
  let http: HttpClient;

  before(async () => {
    tenant = await startBlueConicSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(async () => {
    faults.clear();
    tenant.reset();
    const client = clientOf({});
    await client.createProperty(
      { id: 'crm_key', name: 'CRM key', filterType: 'SELECT', indexed: true },
      signal,
    );
    await client.createProperty({ id: 'points', name: 'Points', filterType: 'RANGE' }, signal);
    await client.createProperty({ id: 'tier', name: 'Tier', filterType: 'SELECT' }, signal);
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  function clientOf(options: { url?: string; clientSecret?: string }) {
    const { url, clientId, clientSecret } = { ...tenant, ...options };
    return createBlueConicClient({ url, clientId, clientSecret, http });
  }

  type SendOptions = Omit<SentGoalOptions, 'target'> & {
    target?: Partial<ProfilesTargetSettings>;
    url?: string;
    clientSecret?: string;
  };

  /** Runs a goal of so many rows against the sandbox; each row's identifier is the tenant's CRM key. */
  function send(rows: number, { target, url, clientSecret, change, ...options }: SendOptions = {}): SentGoal {
    const client = clientOf({ ...(url && { url }), ...(clientSecret && { clientSecret }) });
    const settings = {
      ...{ entriesPerRequest: 10, requestsInFlight: 2, retry: quick, profiles: client },
      ...target,
    };
    return sendThrough(new ProfilesTarget(client, settings), rows, {
      ...options,
      change: (update) => {
        const { value } = update.match[0]![0]!;
        const keyed = { ...update, match: [[{ field: 'crm_key', value }]] };
        return change ? change(keyed) : keyed;
      },
    });
  }

  const points = (key: string) => tenant.profile('crm_key', key)?.properties.points?.[0];
  const bulkCalls = () =>
    Object.values(tenant.calls['PUT /profiles'] ?? {}).reduce((all, times) => all + times, 0);
  const numbers = (upTo: number) => Array.from({ length: upTo }, (_, at) => at + 1);
  const numberOf = (update: ProfileUpdate) => Number(update.match[0]![0]!.value.slice(2));
  const sum = (update: ProfileUpdate): ProfileUpdate => ({
    ...update,
    changes: [{ field: 'points', strategy: 'sum', as: 'one', values: [1] }],
  });

  it('creates and updates, and knows which it did', async () => {
    tenant.addProfiles([
      { properties: { crm_key: ['u-1'], points: ['7'] } },
      { properties: { crm_key: ['u-2'], points: ['2'] } },
    ]);
    const { ledger, result } = await send(25).ended;
    assert.deepEqual([ledger.accepted, ledger.created, ledger.updated], [24, 23, 1]);
    assert.deepEqual([ledger.unchanged, result], [1, 'succeeded']);
    assert.deepEqual(
      numbers(25).map((n) => points(`u-${n}`)),
      numbers(25).map(String),
    );
    assert.deepEqual([ledger.work.requests, ledger.work.objects], [3, 25]);
  });

  it('finds each result’s profile although BlueConic shuffles them', async () => {
    tenant.configure({ resultOrder: 'shuffled' });
    tenant.addProfiles(
      numbers(20)
        .filter((n) => n % 3 === 0)
        .map((n) => ({ properties: { crm_key: [`u-${n}`] } })),
    );
    const { told, ended } = send(20, { change: (update) => ({ ...update, allowCreate: false }) });
    const { ledger } = await ended;
    assert.deepEqual([ledger.accepted, ledger.filtered], [6, 14]);
    assert.deepEqual(ledger.reasons.filtered, { 'not-found': 14 });
    const accepted = told.settled
      .filter(({ outcome }) => outcome === 'accepted')
      .map(({ ref }) => Number(ref.split('/')[2]));
    assert.deepEqual(
      accepted.sort((a, b) => a - b),
      [3, 6, 9, 12, 15, 18],
    );
  });

  describe('values that BlueConic does not take', () => {
    const wrong = (update: ProfileUpdate, more: ProfileUpdate['changes'] = []): ProfileUpdate =>
      numberOf(update) === 13
        ? {
            ...update,
            allowCreate: false,
            changes: [{ field: 'points', strategy: 'set', as: 'one', values: ['many'] }, ...more],
          }
        : update;
    beforeEach(() => void tenant.addProfiles([{ properties: { crm_key: ['u-13'], points: ['99'] } }]));

    it('reject their profile where it has no other, and no profile beside it', async () => {
      const { told, ended } = send(20, { change: (update) => wrong(update) });
      const { ledger } = await ended;
      assert.deepEqual([ledger.accepted, ledger.rejected], [19, 1]);
      assert.deepEqual(
        told.rejected.map((update) => numberOf(update as unknown as ProfileUpdate)),
        [13],
      );
      assert.deepEqual(
        numbers(20).map((n) => points(`u-${n}`)),
        numbers(20).map((n) => (n === 13 ? '99' : String(n))),
      );
    });

    it('are counted apart where others of the profile were taken', async () => {
      const tier: ProfileUpdate['changes'][0] = {
        field: 'tier',
        strategy: 'set',
        as: 'one',
        values: ['gold'],
      };
      const { ledger } = await send(20, { change: (update) => wrong(update, [tier]) }).ended;
      assert.deepEqual([ledger.accepted, ledger.rejected], [20, 0]);
      assert.deepEqual(ledger.refusedAttributes, { 'invalid-value': 1 });
      assert.deepEqual(tenant.profile('crm_key', 'u-13')?.properties.tier, ['gold']);
    });
  });

  it('rejects a request that BlueConic refuses for no reason that is documented', async () => {
    faults.add({ ...bulk, fault: { kind: 'status', status: 422 } });
    const { ledger } = await send(10).ended;
    assert.deepEqual([ledger.rejected, ledger.work.attempts], [10, 1]);
  });

  describe('tries again, and loses and doubles nothing,', () => {
    const passing: Record<string, Fault> = {
      'after a 429': { kind: 'status', status: 429 },
      'after a 429 that says how long': { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
      'after a 503': { kind: 'status', status: 503 },
      'after a 502 with a web page': { kind: 'html', status: 502 },
      'after an answer that was lost on the way back': { kind: 'reset', after: true },
      'after a connection that broke before': { kind: 'reset' },
      'after an answer cut off in the middle': { kind: 'cutBody', share: 0.5 },
    };
    for (const [name, fault] of Object.entries(passing)) {
      it(name, async () => {
        faults.add({ ...bulk, times: 3, fault });
        const { ledger, result } = await send(30).ended;
        assert.deepEqual([ledger.accepted + ledger.unchanged, result], [30, 'succeeded']);
        assert.deepEqual(
          numbers(30).map((n) => points(`u-${n}`)),
          numbers(30).map(String),
        );
        assert.equal([...tenant.profiles()].length, 30, 'nobody was created twice');
      });
    }

    it('while BlueConic has too many requests at once', async () => {
      tenant.configure({ concurrentBulkRequests: 1, bulkMs: 5 });
      const { ledger } = await send(60, { target: { requestsInFlight: 4 } }).ended;
      assert.equal(ledger.accepted, 60);
      assert.ok(ledger.work.attempts > ledger.work.requests);
    });

    it('with a new token where the old one is not valid any more', async () => {
      const { run, ended } = send(60, { target: { requestsInFlight: 1 } });
      await until(() => run.ledger.of('accepted') > 0, { what: 'the first answer', everyMs: 1 });
      tenant.expireTokens();
      assert.equal((await ended).ledger.accepted, 60);
    });
  });

  describe('rows that must not go twice', () => {
    const lost: Record<string, { fault: Fault; applied: boolean }> = {
      'are unknown, once, when the answer is lost': { fault: { kind: 'reset', after: true }, applied: true },
      'are unknown, and not sent again, when the connection breaks': {
        fault: { kind: 'reset' },
        applied: false,
      },
      'are unknown after a 503': { fault: { kind: 'status', status: 503 }, applied: false },
    };
    for (const [name, { fault, applied }] of Object.entries(lost)) {
      it(name, async () => {
        faults.add({ ...bulk, times: 1, fault });
        const { run, ended } = send(10, { change: sum });
        const { ledger, result } = await ended;
        assert.deepEqual([ledger.unknown, ledger.work.attempts, result], [10, 1, 'failed']);
        assert.equal(points('u-1'), applied ? '1' : undefined);
        assert.deepEqual(run.unitsToRepeat, []);
      });
    }

    it('are tried again where nothing can have been applied', async () => {
      faults.add({ ...bulk, times: 2, fault: { kind: 'status', status: 429 } });
      const { ledger } = await send(10, { change: sum }).ended;
      assert.equal(ledger.accepted, 10);
      assert.equal(points('u-10'), '1');
    });
  });

  describe('adds numbers under either name of the rule', () => {
    for (const { incrementStrategy, sumStrategy, attempts } of [
      { incrementStrategy: 'accepted', sumStrategy: 'rejected', attempts: 3 },
      { incrementStrategy: 'rejected', sumStrategy: 'accepted', attempts: 4 },
    ] as const) {
      it(`with INCREMENT ${incrementStrategy} and SUM ${sumStrategy}`, async () => {
        tenant.configure({ incrementStrategy, sumStrategy });
        tenant.addProfiles([{ properties: { crm_key: ['u-1'], points: ['41'], tier: ['old'] } }]);
        const word: ProfileUpdate['changes'][0] = {
          field: 'tier',
          strategy: 'set',
          as: 'one',
          values: ['"strategy":"INCREMENT"'],
        };
        const { ledger } = await send(30, {
          target: { requestsInFlight: 1 },
          change: (update) => ({ ...sum(update), changes: [...sum(update).changes, word] }),
        }).ended;
        assert.equal(ledger.accepted, 30);
        assert.deepEqual(
          numbers(30).map((n) => points(`u-${n}`)),
          numbers(30).map((n) => (n === 1 ? '42' : '1')),
        );
        assert.deepEqual(tenant.profile('crm_key', 'u-30')?.properties.tier, word.values);
        assert.equal(bulkCalls(), attempts, 'the other name is found out once');
      });
    }

    it('and rejects the rows where neither is known, counting nothing', async () => {
      tenant.configure({ incrementStrategy: 'rejected', sumStrategy: 'rejected' });
      const { ledger } = await send(10, { change: sum }).ended;
      assert.deepEqual([ledger.rejected, [...tenant.profiles()].length], [10, 0]);
    });

    it('and is unknown, not sent a third time, when the answer to the second name is lost', async () => {
      tenant.configure({ incrementStrategy: 'rejected' });
      const lost: Fault = { kind: 'reset', after: true };
      faults.add({ ...bulk, contains: '"strategy":"SUM"', times: 1, fault: lost });
      const { ledger } = await send(10, { change: sum }).ended;
      assert.equal(ledger.unknown, 10);
      assert.equal(points('u-10'), '1');
    });
  });

  it('counts as unknown an entry that the answer does not speak of', async () => {
    faults.add({ ...bulk, times: 1, fault: { kind: 'status', status: 200, body: [], after: true } });
    const { run, ended } = send(5);
    assert.equal((await ended).ledger.unknown, 5);
    assert.deepEqual(run.unitsToRepeat, ['file']);
  });

  it('takes a web page with a success status for no success', async () => {
    faults.add({ ...bulk, fault: { kind: 'html', status: 200 } });
    const { ledger } = await send(10).ended;
    assert.deepEqual([ledger.unknown, ledger.accepted], [10, 0]);
  });

  describe('settings that cannot work', () => {
    it('end the run at once when the client secret is wrong', async () => {
      const { told, ended } = send(100, { clientSecret: 'wrong' });
      const { ledger, error } = await ended;
      assert.equal(error?.code, 'BLUECONIC_CLIENT_REJECTED');
      assert.equal(ledger.unsent, ledger.read);
      assert.deepEqual(told.errors, ['BLUECONIC_CLIENT_REJECTED']);
      assert.deepEqual([...tenant.profiles()], []);
    });

    it('end it after a few tries when nobody listens there', async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      const { ledger, error } = await send(20, { url }).ended;
      assert.deepEqual([error?.code, ledger.unsent], ['NET_REFUSED', 20]);
      assert.ok(ledger.work.attempts <= 6);
    });
  });

  describe('when the run is stopped', () => {
    it('ends a wait for another try at once: nothing was sent', async () => {
      faults.add({ ...bulk, fault: { kind: 'status', status: 429, headers: { 'retry-after': '60' } } });
      const { run, told, ended } = send(10);
      await until(() => told.notes.length > 0, { what: 'a wait' });
      run.stop();
      assert.equal((await ended).ledger.unsent, 10);
    });

    it('leaves unknown what BlueConic never answered, within the grace', async () => {
      faults.add({ ...bulk, fault: { kind: 'hang', after: true } });
      const { run, ended } = send(20, { target: { requestsInFlight: 1 } });
      await until(() => points('u-10') === '10', { what: 'the request that is never answered' });
      run.stop();
      const { ledger } = await ended;
      assert.deepEqual([ledger.unknown, ledger.unsent], [10, 10]);
    });
  });

  it('keeps an account that is true, whatever goes wrong', async () => {
    const script = fc.record({
      rows: fc.integer({ min: 1, max: 60 }),
      entriesPerRequest: fc.integer({ min: 1, max: 30 }),
      requestsInFlight: fc.integer({ min: 1, max: 4 }),
      sumEvery: fc.constantFrom(0, 3),
      faults: fc.array(
        fc.record({
          share: fc.constantFrom(0.2, 0.5),
          times: fc.integer({ min: 1, max: 6 }),
          seed: fc.nat(1_000_000),
          fault: fc.constantFrom<Fault>(
            { kind: 'status', status: 429 },
            { kind: 'status', status: 503 },
            { kind: 'status', status: 500, after: true },
            { kind: 'html', status: 200 },
            { kind: 'reset' },
            { kind: 'reset', after: true },
            { kind: 'cutBody', share: 0.4 },
          ),
        }),
        { maxLength: 3 },
      ),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(script, async ({ rows, sumEvery, faults: rules, ...target }) => {
        faults.clear();
        for (const rule of rules) faults.add({ ...bulk, ...rule });
        // People of their own for each round: a reset would take the properties too.
        const people = `r${++round}`;
        const isSum = (n: number) => sumEvery > 0 && n % sumEvery === 0;
        const { told, ended } = send(rows, {
          target,
          change: (update) => {
            const n = numberOf(update);
            const changed = isSum(n) ? sum(update) : update;
            return { ...changed, match: [[{ field: 'crm_key', value: `${people}-${n}` }]] };
          },
        });
        const { ledger } = await ended;
        assert.equal(sumOfOutcomes(ledger), rows);
        for (const { ref, outcome } of told.settled) {
          const n = Number(ref.split('/')[2]);
          const value = points(`${people}-${n}`);
          const whole = isSum(n) ? '1' : String(n);
          if (outcome === 'accepted' || outcome === 'unchanged') assert.equal(value, whole);
          else if (outcome === 'unknown') assert.ok(value === undefined || value === whole, `row ${n}`);
          else assert.equal(value, undefined, `row ${n} was ${outcome}`);
        }
        assert.equal(told.settled.length, rows);
      }),
      { numRuns: 40 },
    );
  });
});
