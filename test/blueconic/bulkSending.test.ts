import assert from 'node:assert/strict';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { ProfilesTarget, type ProfilesTargetSettings } from '../../src/blueconic/profilesTarget';
import { Sums } from '../../src/delta/sums';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { MatchTerm, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { type FaultRule, FaultRules } from '../../src/sandbox/faults';
import { ComparingGoals, type ComparingOptions } from '../run/comparingGoals';

const { signal } = new AbortController();
const bulk = { system: 'blueconic', method: 'PUT', path: '/profiles' } as const;

interface SeenEntry {
  matching: { id: string; value: string }[][];
}

describe('BlueConic profiles: requests', () => {
  const faults = new FaultRules();
  let tenant: BlueConicSandbox;
  let http: HttpClient;
  let goals: ComparingGoals;
  /** Entries of each request, in the order in which they left. */
  let requests: SeenEntry[][];
  let inFlight: SeenEntry[][];

  before(async () => {
    tenant = await startBlueConicSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(async () => {
    faults.clear();
    tenant.reset();
    requests = [];
    inFlight = [];
    goals = new ComparingGoals();
    for (const id of ['crm_key', 'mail']) {
      await clientOf().createProperty({ id, name: id, filterType: 'SELECT', indexed: true }, signal);
    }
    await clientOf().createProperty({ id: 'points', name: 'Points', filterType: 'RANGE' }, signal);
    await clientOf().createProperty({ id: 'tier', name: 'Tier', filterType: 'SELECT' }, signal);
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  function clientOf() {
    const { url, clientId, clientSecret } = tenant;
    return createBlueConicClient({ url, clientId, clientSecret, http });
  }

  /** The target, with an eye on what is in flight at once. */
  function watchedTarget(settings: Partial<ProfilesTargetSettings> = {}): ProfilesTarget {
    const client = clientOf();
    const watched: typeof client = {
      ...client,
      async putProfiles(body, options, abandoned) {
        const entries = JSON.parse(body.toString()) as SeenEntry[];
        requests.push(entries);
        inFlight.push(entries);
        try {
          assertApart(inFlight);
          return await client.putProfiles(body, options, abandoned);
        } finally {
          inFlight.splice(inFlight.indexOf(entries), 1);
        }
      },
    };
    const retry = { baseWaitMs: 1, maxWaitMs: 2, deadlineMs: 500 };
    return new ProfilesTarget(watched, { entriesPerRequest: 10, requestsInFlight: 4, retry, ...settings });
  }

  function run(
    rows: readonly ProfileUpdate[],
    settings: Partial<ProfilesTargetSettings> = {},
    options: ComparingOptions = {},
  ) {
    return goals.run(watchedTarget(settings), rows, options);
  }

  const tier = (key: string) => tenant.profile('crm_key', key)?.properties.tier?.[0];
  const numbers = (upTo: number) => Array.from({ length: upTo }, (_, at) => at + 1);
  const people = (upTo: number) => numbers(upTo).map((n) => row([[crm(`u-${n}`)]], `tier of ${n}`));

  describe('of rows that hit one profile', () => {
    it('never two at once, and what the last row says holds', async () => {
      tenant.configure({ bulkMs: 5 });
      const rows = numbers(60).map((n) => row([[crm(`u-${n % 4}`)]], `${n}`));
      const { ledger } = await run(rows, { entriesPerRequest: 2 });
      assert.equal(ledger.accepted, 60);
      assert.deepEqual(
        numbers(4).map((n) => tier(`u-${n % 4}`)),
        ['57', '58', '59', '60'],
      );
      assert.ok(requests.length < 60, 'rows that wait go on as one');
    });

    it('by whichever of their identifiers they are found', async () => {
      tenant.configure({ bulkMs: 5 });
      tenant.addProfiles([{ properties: { crm_key: ['a'], mail: ['a@example.org'] } }]);
      const both = [[crm('a')], [mail('a@example.org')]];
      const rows = [
        row(both, '1'),
        row([[mail('a@example.org')]], '2'),
        row(both, '3'),
        row([[crm('a')]], '4'),
      ];
      const { ledger } = await run(rows, { entriesPerRequest: 1 });
      assert.equal(ledger.accepted, 4);
      assert.equal(tier('a'), '4');
    });

    it('without change detection, too', async () => {
      tenant.configure({ bulkMs: 5 });
      const rows = numbers(12).map((n) => row([[crm('a')]], `${n}`));
      await run(rows, { entriesPerRequest: 1 }, { lanes: { changeDetection: 'off' } });
      assert.equal(tier('a'), '12');
    });

    it('when all they have are sums: a profile is created once', async () => {
      tenant.configure({ bulkMs: 5 });
      const sums = new Sums({
        ...{ store: goals.store, secret: Buffer.alloc(32, 7), target: 't', goalId: 'source' },
        ...{ meaning: 'amount', firstTotal: 'add' },
      });
      const rows = numbers(6).map(
        (n): ProfileUpdate => ({
          ...row([[crm('a')]], ''),
          changes: [{ field: 'points', strategy: 'sum', as: 'one', values: [n] }],
        }),
      );
      const { ledger } = await run(rows, { entriesPerRequest: 1 }, { run: { sums: () => sums } });
      assert.deepEqual([ledger.accepted, ledger.created], [6, 1]);
      assert.deepEqual(tenant.profile('crm_key', 'a')?.properties.points, ['21']);
    });

    it('creates for the one row that may, though others of the same profile may not', async () => {
      const creating = row([[crm('a')]], 'gold');
      const updating = { ...row([[crm('a')]], 'silver'), allowCreate: false };
      const { ledger } = await run([row([[crm('b')]], 'x'), creating, updating], { entriesPerRequest: 1 });
      assert.equal(ledger.accepted, 3);
      assert.equal(tier('a'), 'silver');
    });
  });

  it('never hold more than 1,000 entries, whatever the setting', async () => {
    await run(people(1_200), { entriesPerRequest: 5_000 }, { batchRows: 1_200 });
    assert.deepEqual(
      requests.map((entries) => entries.length).sort((a, b) => a - b),
      [200, 1_000],
    );
  });

  describe('that are refused as a whole', () => {
    it('413 without results: halved until the good ones are through, and smaller from then on', async () => {
      // Something before BlueConic takes no body that holds the tenth row along with others.
      const tooLarge: FaultRule = { ...bulk, contains: '"tier of 10"', fault: { kind: 'html', status: 413 } };
      faults.add(tooLarge);
      const { ledger } = await run(people(30));
      assert.deepEqual([ledger.accepted, ledger.rejected], [29, 1]);
      assert.deepEqual(ledger.reasons.rejected, { 'BlueConic refused the request (413, too-large)': 1 });
      assert.deepEqual(
        numbers(30).map((n) => tier(`u-${n}`)),
        numbers(30).map((n) => (n === 10 ? undefined : `tier of ${n}`)),
      );
    });

    it('400: the entries that it names are left out, and if it names none, it is halved', async () => {
      faults.add({ ...bulk, contains: '"tier of 4"', fault: { kind: 'status', status: 400, body: {} } });
      const { ledger } = await run([
        ...people(9),
        row([[crm('u-10')], [{ field: 'tier', value: 'x' }]], 'x'),
      ]);
      assert.deepEqual([ledger.accepted, ledger.rejected], [8, 2]);
      assert.deepEqual(ledger.reasons.rejected, { 'BlueConic refused the request (400, malformed)': 2 });
    });

    it('where nothing gets through, requests are not taken apart for ever', async () => {
      faults.add({ ...bulk, fault: { kind: 'status', status: 400, body: {} } });
      const { ledger } = await run(people(400), { entriesPerRequest: 100, requestsInFlight: 1 });
      assert.equal(ledger.rejected, 400);
      assert.ok(requests.length < 60, `${requests.length} requests`);
    });

    it('a row whose request may have been applied before it was refused is not called rejected', async () => {
      faults.add({ ...bulk, times: 1, fault: { kind: 'status', status: 503, after: true } });
      faults.add({ ...bulk, skip: 1, fault: { kind: 'html', status: 413 } });
      const { ledger } = await run(people(4));
      assert.deepEqual([ledger.unknown, ledger.rejected], [4, 0]);
    });
  });

  describe('where several profiles have the identifier', () => {
    for (const severalMatches of ['first', 'newest'] as const) {
      it(`and BlueConic takes the ${severalMatches} one, that one alone is written, and once`, async () => {
        tenant.configure({ severalMatches });
        tenant.addProfiles([
          { properties: { crm_key: ['a'], tier: ['of the first'] }, createdAt: 1_000 },
          { properties: { crm_key: ['a'], tier: ['of the newest'] }, createdAt: 2_000 },
        ]);
        const { ledger } = await run([row([[crm('a')]], 'gold')]);
        assert.deepEqual([ledger.accepted, ledger.created], [1, 0]);
        const left = severalMatches === 'first' ? 'of the newest' : 'of the first';
        const held = [...tenant.profiles()].map(({ properties }) => properties.tier?.[0]);
        assert.deepEqual(new Set(held), new Set(['gold', left]));
        assert.equal((await run([row([[crm('a')]], 'gold')])).ledger.unchanged, 1);
      });
    }

    it('and BlueConic takes none, the row counts as filtered and nothing is remembered of it', async () => {
      tenant.configure({ severalMatches: 'error' });
      const two = { properties: { crm_key: ['a'], tier: ['old'] } };
      tenant.addProfiles([two, two]);
      for (const _time of [1, 2]) {
        const { ledger } = await run([row([[crm('a')]], 'gold')]);
        assert.deepEqual([ledger.filtered, ledger.reasons.filtered], [1, { skipped: 1 }]);
        assert.equal(ledger.work.objects, 1);
      }
      assert.deepEqual(
        [...tenant.profiles()].map(({ properties }) => properties.tier),
        [['old'], ['old']],
      );
    });
  });

  for (const resultOrder of ['same', 'shuffled'] as const) {
    it(`whose results come in ${resultOrder === 'same' ? 'their order' : 'any order'} give each row its own outcome`, async () => {
      tenant.configure({ resultOrder });
      tenant.addProfiles(
        [2, 5].map((n) => ({ properties: { crm_key: [`u-${n}`], tier: [`tier of ${n}`] } })),
      );
      const { ledger } = await run(people(6).map((one) => ({ ...one, allowCreate: false })));
      assert.deepEqual([ledger.unchanged, ledger.filtered], [2, 4]);
      tenant.addProfiles([{ properties: { crm_key: ['u-3'] } }]);
      const later = await run(people(6).map((one) => ({ ...one, allowCreate: false })));
      assert.deepEqual([later.ledger.accepted, later.ledger.unchanged, later.ledger.work.objects], [1, 2, 4]);
      assert.equal(tier('u-3'), 'tier of 3', 'what was remembered is that of its own row');
    });
  }
});

function crm(value: string): MatchTerm {
  return { field: 'crm_key', value };
}

function mail(value: string): MatchTerm {
  return { field: 'mail', value };
}

function row(match: MatchTerm[][], tier: string): ProfileUpdate {
  return {
    version: 1,
    match,
    allowCreate: true,
    changes: [{ field: 'tier', strategy: 'set', as: 'one', values: [tier] }],
  };
}

/** No identifier stands in two requests, nor twice in one. */
function assertApart(requests: readonly SeenEntry[][]): void {
  const seen = new Set<string>();
  for (const { matching } of requests.flat()) {
    for (const name of new Set(matching.flat().map(({ id, value }) => `${id} ${value}`))) {
      assert.ok(!seen.has(name), `${name} is under way twice`);
      seen.add(name);
    }
  }
}
