import assert from 'node:assert/strict';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { ProfilesTarget } from '../../src/blueconic/profilesTarget';
import { Sums } from '../../src/delta/sums';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { FieldChange, ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { BlueConicSettings } from '../../src/sandbox/blueconic/settings';
import type { Fault } from '../../src/sandbox/faults';
import { MemoryStore } from '../../src/store/memoryStore';
import { type SentGoal, type SentGoalOptions, sendThrough } from '../run/pieces';
import { RestClient } from '../sandbox/blueconic/restClient';

const quick = { baseWaitMs: 2, maxWaitMs: 8 };
const number = (update: ProfileUpdate) => Number(update.match[0]![0]!.value.slice(2));
const numbers = (upTo: number) => Array.from({ length: upTo }, (_, at) => at + 1);

function change(field: string, different: Partial<FieldChange> = {}): FieldChange {
  return { field, strategy: 'set', as: 'one', values: ['7'], ...different };
}

describe('properties that BlueConic does not have', () => {
  let rest: RestClient;
  let http: HttpClient;
  before(async () => {
    rest = await RestClient.start();
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(async () => {
    rest.sandbox.faults.clear();
    rest.sandbox.reset();
    await rest.signIn();
  });
  after(async () => {
    await http.close();
    await rest.close();
  });

  interface Setting {
    create?: boolean;
    /** Default: all of the application. */
    scopes?: string[];
    deadlineMs?: number;
    entriesPerRequest?: number;
    run?: SentGoalOptions['run'];
  }

  /** Runs a goal of so many rows, each of a customer of its own, with these changes and none other. */
  function send(
    rows: number,
    changes: (update: ProfileUpdate) => FieldChange[],
    { create = true, scopes, deadlineMs = 10_000, entriesPerRequest = 10, run }: Setting = {},
    different: (update: ProfileUpdate) => Partial<ProfileUpdate> = () => ({}),
  ): SentGoal {
    let { clientId, clientSecret } = rest.sandbox;
    if (scopes) {
      [clientId, clientSecret] = ['narrow', 'narrow-secret'];
      rest.sandbox.configure({
        applications: [{ clientId, clientSecret, scopes: new Set(scopes) as never }],
      });
    }
    const client = createBlueConicClient({ url: rest.sandbox.url, clientId, clientSecret, http });
    const target = new ProfilesTarget(client, {
      entriesPerRequest,
      requestsInFlight: 4,
      retry: { ...quick, deadlineMs },
      properties: { directory: client, create },
    });
    return sendThrough(target, rows, {
      ...(run && { run }),
      change: (update) => ({
        ...update,
        match: [[{ field: 'customer_id', value: `u-${number(update)}` }]],
        changes: changes(update),
        ...different(update),
      }),
    });
  }

  /** What the tenant holds, asked without the client under test. */
  const property = async (id: string) => (await rest.get(`/profileProperties/${id}`)).json;
  const held = (customer: number, id: string) =>
    rest.sandbox.profile('customer_id', `u-${customer}`)?.properties[id];
  const calls = (name: string) => {
    const answers = rest.sandbox.calls[name] as Record<string, number> | undefined;
    return Object.values(answers ?? {}).reduce((sum, count) => sum + count, 0);
  };
  const creations = () => calls('PUT /profileProperties/{property}');

  describe('to be created', () => {
    it('are there before they are written, once, of the type that the row says', async () => {
      const rows: [id: string, type: FieldChange['type'], value: string, filterType: string][] = [
        ['new_text', 'text', 'a', 'SELECT'],
        ['new_number', 'number', '1.5', 'DECIMAL'],
        ['new_integer', 'integer', '7', 'RANGE'],
        ['new_decimal', 'decimal', '1.25', 'DECIMAL'],
        ['new_boolean', 'boolean', 'true', 'SELECT'],
        ['new_time', 'time', '1795162500000', 'DATETIME'],
        ['new_date', 'date', '1795132800000', 'DATETIME'],
        ['new_email', 'email', 'ada@example.org', 'EMAIL'],
        ['new_phone', 'phone', '+49301234567', 'SELECT'],
        ['new_country', 'country', 'DE', 'SELECT'],
        ['new_json', 'json', '{"a":1}', 'SELECT'],
        ['handWritten', undefined, 'a', 'SELECT'],
      ];
      const { ledger, result } = await send(45, () => [
        ...rows.map(([id, type, value]) => change(id, { ...(type && { type }), values: [value] })),
        change('summed', { strategy: 'sum', values: ['2.5'] }),
      ]).ended;
      assert.deepEqual([ledger.accepted, ledger.created, result], [45, 45, 'succeeded']);
      assert.deepEqual(ledger.refusedAttributes, {});
      for (const [id, , value, filterType] of rows) {
        assert.equal((await property(id)).filterType, filterType, id);
        for (const customer of numbers(45)) assert.deepEqual(held(customer, id), [value], id);
      }
      assert.equal((await property('summed')).filterType, 'DECIMAL');
      assert.deepEqual(held(1, 'summed'), ['2.5']);
      const created = [...rows.map(([id]) => id), 'summed'];
      assert.deepEqual([...ledger.fieldsCreated].sort(), created.sort());
      assert.equal(creations(), created.length);
    });

    it('get a name that people can read, and nothing that nobody asked for', async () => {
      await send(1, () => [change('braze_lastOrder-at', { type: 'date', values: ['0'] })]).ended;
      const { name, filterType, indexed, dataSensitivity } = await property('braze_lastOrder-at');
      assert.deepEqual(
        [name, filterType, indexed, dataSensitivity],
        ['Braze last order at', 'DATETIME', false, 'NON_PII'],
      );
    });

    it('that are there are left as they are, whatever the row says', async () => {
      const before = await property('loyalty_tier');
      const { ledger } = await send(3, () => [change('loyalty_tier', { type: 'integer' })]).ended;
      assert.deepEqual([ledger.accepted, ledger.fieldsCreated, creations()], [3, [], 0]);
      assert.deepEqual(await property('loyalty_tier'), before);
    });

    it('by two runs at once are created once, and the first type stays', async () => {
      rest.sandbox.faults.add({
        system: 'blueconic',
        path: '/profileProperties',
        fault: { kind: 'latency', ms: 30, jitterMs: 30 },
      });
      const both = [
        send(20, () => [change('both', { type: 'integer' })]),
        send(20, () => [change('both', { type: 'text' })]),
      ];
      const ledgers = (await Promise.all(both.map(({ ended }) => ended))).map(({ ledger }) => ledger);
      assert.equal(creations(), 1);
      assert.deepEqual(
        ledgers.flatMap(({ fieldsCreated }) => fieldsCreated),
        ['both'],
      );
      assert.ok(['RANGE', 'SELECT'].includes((await property('both')).filterType));
      for (const customer of numbers(20)) assert.deepEqual(held(customer, 'both'), ['7']);
    });

    it('are looked up once per run, however many requests name them', async () => {
      await send(60, () => [change('loyalty_tier'), change('new_one')]).ended;
      const listing = calls('GET /profileProperties');
      assert.equal(listing, 1);
      assert.equal(creations(), 1);
    });

    it('are not created by a run that only asks what it would cost', async () => {
      const client = createBlueConicClient({ ...rest.sandbox, http });
      const target = new ProfilesTarget(client, {
        entriesPerRequest: 10,
        requestsInFlight: 1,
        properties: { directory: client, create: true },
      });
      const { ledger } = await sendThrough(target, 3, {
        run: { dryRun: true },
        change: (update) => ({ ...update, changes: [change('new_one')] }),
      }).ended;
      assert.deepEqual([ledger.unsent, creations()], [3, 0]);
    });

    for (const scope of ['read:profile-properties', 'write:profile-properties']) {
      it(`need the scope ${scope}, which the error names; nothing was sent`, async () => {
        const scopes = ['write:profiles', 'read:profile-properties', 'write:profile-properties'];
        const { error, ledger, result } = await send(20, () => [change('new_one')], {
          scopes: scopes.filter((granted) => granted !== scope),
        }).ended;
        assert.deepEqual([result, error?.code], ['failed', 'BLUECONIC_SCOPE_MISSING']);
        assert.ok(error?.message.includes(scope));
        assert.deepEqual([ledger.unsent, calls('PUT /profiles')], [20, 0]);
      });
    }

    it('are refused one by one where BlueConic does not want them; the rest goes through', async () => {
      rest.sandbox.faults.add({
        system: 'blueconic',
        method: 'PUT',
        path: '/profileProperties/unwanted',
        fault: { kind: 'status', status: 400 },
      });
      const { ledger } = await send(12, (update) => [
        change('unwanted'),
        ...(number(update) > 2 ? [change('loyalty_tier')] : []),
      ]).ended;
      assert.deepEqual([ledger.accepted, ledger.rejected], [10, 2]);
      assert.deepEqual(ledger.refusedAttributes, { 'property-not-created: unwanted': 12 });
      assert.deepEqual(ledger.reasons.rejected, { 'property-not-created: unwanted': 2 });
      assert.deepEqual(held(3, 'loyalty_tier'), ['7']);
      assert.deepEqual(ledger.fieldsCreated, []);
    });

    it('of an id that BlueConic could not have are refused with that reason', async () => {
      const { ledger } = await send(2, () => [change('naïve id'), change('loyalty_tier')]).ended;
      assert.deepEqual([ledger.accepted, ledger.refusedAttributes], [2, { 'field-name': 2 }]);
      assert.equal(creations(), 0);
    });

    it('stop at two hundred in one run: so many names are made of data', async () => {
      const { ledger } = await send(
        230,
        (update) => [change(`made_${number(update)}`), change('loyalty_tier')],
        { entriesPerRequest: 230 },
      ).ended;
      assert.deepEqual([ledger.accepted, ledger.fieldsCreated.length, creations()], [230, 200, 200]);
      const reasons = Object.keys(ledger.refusedAttributes);
      assert.ok(reasons.every((reason) => reason.startsWith('too-many-new-properties')));
    });

    const passing: Record<string, Fault> = {
      'a 503': { kind: 'status', status: 503 },
      'a 429': { kind: 'status', status: 429 },
      'a lost answer': { kind: 'reset', after: true },
      'a broken connection': { kind: 'reset' },
    };
    for (const [what, fault] of Object.entries(passing)) {
      it(`are tried again after ${what}, and told once`, async () => {
        for (const path of ['/profileProperties?', '/profileProperties/new_one'])
          rest.sandbox.faults.add({ system: 'blueconic', path, times: 2, fault });
        const { ledger, result } = await send(20, () => [change('new_one')]).ended;
        assert.deepEqual([result, ledger.accepted, ledger.fieldsCreated], ['succeeded', 20, ['new_one']]);
        for (const customer of numbers(20)) assert.deepEqual(held(customer, 'new_one'), ['7']);
      });
    }

    it('leave their rows to the next run where that never ends; nothing was sent of them', async () => {
      rest.sandbox.faults.add({
        system: 'blueconic',
        method: 'PUT',
        path: '/profileProperties/',
        fault: { kind: 'status', status: 503 },
      });
      const { ledger, repeat } = await send(5, () => [change('new_one')], { deadlineMs: 50 }).ended;
      assert.deepEqual([ledger.rejected, calls('PUT /profiles')], [5, 0]);
      assert.deepEqual(ledger.reasons.rejected, { 'BLUECONIC_UNAVAILABLE, until the deadline': 5 });
      assert.equal(repeat?.length, 1);
    });
  });

  describe('not to be created', () => {
    for (const unknownProperty of [
      'error',
      'ignore',
      'create',
    ] satisfies BlueConicSettings['unknownProperty'][]) {
      it(`are left out and told by name, where BlueConic would ${unknownProperty}`, async () => {
        rest.sandbox.configure({ unknownProperty });
        const { ledger, told } = await (async () => {
          const goal = send(
            12,
            (update) => [change('not_there'), ...(number(update) > 2 ? [change('loyalty_tier')] : [])],
            { create: false },
          );
          return { ...(await goal.ended), told: goal.told };
        })();
        assert.deepEqual([ledger.accepted, ledger.rejected, ledger.unchanged], [10, 2, 0]);
        assert.deepEqual(ledger.refusedAttributes, { 'property-unknown: not_there': 12 });
        assert.deepEqual(ledger.reasons.rejected, { 'property-unknown: not_there': 2 });
        assert.deepEqual(
          told.rejected.map((update) => number(update as unknown as ProfileUpdate)).sort(),
          [1, 2],
        );
        assert.equal((await rest.get('/profileProperties/not_there')).status, 404);
        assert.deepEqual(held(3, 'loyalty_tier'), ['7']);
      });
    }

    it('are counted of rows with sums too, which travel in two parts', async () => {
      const store = new MemoryStore();
      const { ledger } = await send(
        4,
        (update) => [
          change('not_there'),
          change('loyalty_tier'),
          change(number(update) > 1 ? 'orders' : 'not_there_either', { strategy: 'sum', values: ['2'] }),
        ],
        {
          create: false,
          run: {
            sums: (target, firstTotal) =>
              new Sums({
                store,
                secret: Buffer.alloc(32),
                target,
                goalId: 'goal',
                meaning: 'amount',
                firstTotal,
              }),
          },
        },
      ).ended;
      assert.equal(ledger.accepted, 4);
      assert.equal(ledger.refusedAttributes['property-unknown: not_there'], 4);
      assert.ok((ledger.refusedAttributes['property-unknown: not_there_either'] ?? 0) > 0);
      assert.deepEqual([held(1, 'loyalty_tier'), held(2, 'orders')], [['7'], ['2']]);
    });

    it('without the scope to read them, BlueConic decides', async () => {
      const { ledger } = await send(4, () => [change('not_there'), change('loyalty_tier')], {
        create: false,
        scopes: ['write:profiles'],
      }).ended;
      assert.deepEqual([ledger.accepted, ledger.refusedAttributes], [4, { 'invalid-value': 4 }]);
      assert.equal(calls('GET /profileProperties/{property}'), 0);
    });

    it('do not hold up a run while the list cannot be read', async () => {
      rest.sandbox.faults.add({
        system: 'blueconic',
        path: '/profileProperties',
        fault: { kind: 'status', status: 503 },
      });
      const { ledger } = await send(20, () => [change('loyalty_tier')], { create: false }).ended;
      assert.equal(ledger.accepted, 20);
      assert.equal(calls('GET /profileProperties'), 1);
    });
  });

  describe('as identifiers', () => {
    for (const create of [true, false]) {
      it(`are never created, and reject their rows (create: ${create})`, async () => {
        const { ledger } = await send(
          6,
          () => [change('loyalty_tier')],
          { create },
          () => ({
            match: [[{ field: 'crm_key', value: 'a' }]],
          }),
        ).ended;
        assert.equal(ledger.rejected, 6);
        assert.deepEqual(ledger.reasons.rejected, { 'identifier: property-unknown: crm_key': 6 });
        assert.equal(creations(), 0);
      });

      it(`leave the other ways to find a profile (create: ${create})`, async () => {
        const { ledger } = await send(
          6,
          () => [change('loyalty_tier')],
          { create },
          (update) => ({
            match: [
              [{ field: 'crm_key', value: 'a' }],
              [{ field: 'customer_id', value: `u-${number(update)}` }],
            ],
          }),
        ).ended;
        assert.equal(ledger.created, 6);
        for (const customer of numbers(6)) assert.deepEqual(held(customer, 'loyalty_tier'), ['7']);
      });
    }
  });
});
