import assert from 'node:assert/strict';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { TrackTarget } from '../../src/braze/trackTarget';
import { seededWrite } from '../../src/delta/sendingPermit';
import { storeSecret } from '../../src/delta/storeSecret';
import { UserGate } from '../../src/delta/userGate';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { GoalRun } from '../../src/run/goalRun';
import type { LaneSettings } from '../../src/run/laneSettings';
import type { RunSummary } from '../../src/run/runSummary';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import type { BrazeUserRecord } from '../../src/sandbox/braze/userRecord';
import { FaultRules } from '../../src/sandbox/faults';
import { MemoryStore } from '../../src/store/memoryStore';
import { sendThrough } from '../run/pieces';

const ceilings = { dataPoints: undefined, emptyStoreDataPoints: 100, removalShare: undefined };

/** What a store then holds and Braze then has, of runs that change detection and the ceilings watch over. */
describe('ceilings of users.track on the sandbox', () => {
  const faults = new FaultRules();
  let braze: BrazeSandbox;
  let http: HttpClient;
  let store: MemoryStore;

  before(async () => {
    braze = await startBrazeSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(() => {
    faults.clear();
    braze.reset();
    braze.configure({ apply: { delayMs: 0 } });
    store = new MemoryStore();
  });
  after(async () => {
    await http.close();
    await braze.close();
  });

  /** Runs a goal of so many users with one attribute each; what it remembers is in the store. */
  function send(
    rows: number,
    lanes: LaneSettings = {},
    options: {
      dryRun?: boolean;
      change?: (update: ProfileUpdate) => ProfileUpdate;
      partial?: boolean;
      objectsPerRequest?: number;
    } = {},
  ): Promise<RunSummary> {
    const { change, objectsPerRequest = 10, ...run } = options;
    const client = createBrazeClient({ endpoint: braze.url, apiKey: braze.apiKey, http });
    const target = new TrackTarget(client, {
      objectsPerRequest,
      requestsInFlight: 4,
      workspace: { name: 'test' },
    });
    return sendThrough(target, rows, {
      ...(change && { change }),
      lanes: { settleMs: 0, ceilings, ...lanes },
      run: {
        ...run,
        detection: {
          place: async () => ({ store, secret: await storeSecret(store) }),
          gate: () => new UserGate(),
        },
        settle: async (ended: GoalRun) => {
          const kept = ended.takeKept();
          await store.commit(kept.writes);
          kept.durable();
        },
      },
    }).ended;
  }

  async function keys(): Promise<string[]> {
    const found: string[] = [];
    for await (const key of store.keys('fingerprint', '')) found.push(key.toString('hex'));
    for await (const key of store.keys('setting', '')) found.push(key.toString());
    return found;
  }

  it('with an empty store a run stops at the limit, and so does the next one', async () => {
    const first = await send(250);
    assert.equal(braze.dataPoints().total, 100);
    assert.equal(first.error?.code, 'COST_EMPTY_STORE');
    assert.match(first.error!.message, /Spent: 100\. The rest would cost 150 more, in 15 requests/);
    assert.match(first.error!.advice, /Seed the store .* or tick "send everything"/);

    const second = await send(250);
    assert.equal(second.error?.code, 'COST_EMPTY_STORE');
    assert.equal(braze.dataPoints().total, 100, 'nothing more was spent');
    assert.deepEqual([second.ledger.unchanged, second.price?.dataPoints], [100, 150]);
  });

  it('"send everything" lets one complete run through, and no second one send again', async () => {
    await send(250);
    const ticked = await send(250, { sendEverything: 'monday' });
    assert.deepEqual([ticked.result, ticked.ledger.accepted], ['succeeded', 250]);
    assert.equal(braze.dataPoints().total, 350);
    const next = await send(260, { sendEverything: 'monday' });
    assert.deepEqual([next.result, next.ledger.unchanged, next.ledger.accepted], ['succeeded', 250, 10]);
    assert.equal(braze.dataPoints().total, 360);
  });

  it('a run that was complete within the limit lifts it; a shortened one does not', async () => {
    await send(60, {}, { partial: true });
    assert.equal((await send(250)).error?.code, 'COST_EMPTY_STORE');
    assert.equal(braze.dataPoints().total, 100);
    await send(100);
    assert.equal((await send(250)).result, 'succeeded');
    assert.equal(braze.dataPoints().total, 250);
  });

  it('a seed lifts it', async () => {
    await send(250);
    const [unseeded] = (await keys()).filter((key) => key.startsWith('unseeded/'));
    await store.commit([seededWrite(unseeded!.slice('unseeded/'.length))]);
    assert.equal((await send(250)).result, 'succeeded');
  });

  it('a dry run sends nothing, remembers nothing, and prices what the real run then costs', async () => {
    const mixed = (update: ProfileUpdate): ProfileUpdate => ({
      ...update,
      changes: [
        ...update.changes,
        {
          field: 'address',
          strategy: 'set',
          as: 'object',
          values: [{ city: 'Bonn', geo: { lat: 1, lon: 2 } }],
        },
        { field: 'tags', strategy: 'add', as: 'list', values: ['a', 'b', 'c'] },
      ],
      ...(Number(update.changes[0]?.values[0]) % 5 === 0 && {
        events: [{ name: 'quiz', time: '2026-01-31T10:00:00Z' }],
      }),
    });
    const free = { ceilings: { ...ceilings, emptyStoreDataPoints: undefined } };
    const dry = await send(45, free, { dryRun: true, change: mixed });
    assert.equal(braze.calls()['POST /users/track'], undefined);
    assert.deepEqual(await keys().then((found) => found.filter((key) => key !== 'secret')), []);
    assert.equal(dry.price?.mayBeCreated, 45);

    const real = await send(45, free, { change: mixed });
    const { total, attributes, events } = braze.dataPoints();
    assert.equal(real.ledger.work.dataPoints, total);
    assert.equal(dry.price?.dataPoints, total);
    assert.equal(dry.price?.requests, real.ledger.work.requests);
    assert.equal(dry.price?.objects, real.ledger.work.objects);
    const byName = new Map(dry.price?.byAttribute.map(({ name, dataPoints }) => [name, dataPoints]));
    for (const [name, points] of Object.entries(attributes)) assert.equal(byName.get(name), points, name);
    for (const [name, points] of Object.entries(events)) assert.equal(byName.get(`event ${name}`), points);

    const again = await send(45, free, { dryRun: true, change: mixed });
    assert.equal(again.ledger.work.dataPointsSaved, 45 * 8);
    assert.equal(again.price?.mayBeCreated, 0);
  });

  describe('with more than 10,000 known users, of whom too many would lose a value', function () {
    this.timeout(60_000);
    const known = 10_500;
    /** Only the last of the judged users lose their value: 700 of the first 10,000, and all after them. */
    const kept = 9_300;
    const asBefore: LaneSettings = { ceilings: { ...ceilings, emptyStoreDataPoints: undefined } };
    const watching = (removalShare: number): LaneSettings => ({
      ceilings: { ...asBefore.ceilings!, removalShare },
    });
    const losing = (update: ProfileUpdate): ProfileUpdate => {
      const [change] = update.changes;
      if (Number(change!.values[0]) <= kept) return update;
      return { ...update, changes: [{ ...change!, strategy: 'clear', values: [] }] };
    };
    const full = { objectsPerRequest: 75 };

    function holding(): number {
      let users = 0;
      for (const user of braze.users() as Iterable<BrazeUserRecord>) {
        if (user.custom_attributes?.points !== undefined) users++;
      }
      return users;
    }

    beforeEach(async () => {
      const first = await send(known, asBefore, full);
      assert.deepEqual([first.result, first.ledger.accepted], ['succeeded', known]);
      assert.equal(holding(), known);
    });

    it('the run stops once it can judge, says how many, and sends nothing more', async () => {
      const stopped = await send(known, watching(0.05), { ...full, change: losing });
      assert.equal(stopped.result, 'failed');
      assert.equal(stopped.error?.code, 'REMOVALS_CEILING_REACHED');
      assert.match(
        stopped.error!.message,
        /^Of 10,000 known users among the first 10,000 records, 700 \(7 %\) would lose a value; more than 5 % may not\./,
      );
      assert.match(stopped.error!.advice, /raise "Removals"/);
      const { read, unchanged, accepted, unsent } = stopped.ledger;
      assert.ok(read < known, 'the source is not read to its end');
      assert.equal(unchanged, kept);
      assert.ok(unsent > 0);
      // What was sent before there were records enough to judge is gone; nobody after them is touched.
      assert.ok(accepted <= 10_000 - kept);
      assert.equal(holding(), known - accepted);
    });

    it('with the setting raised it sends', async () => {
      const sent = await send(known, watching(0.5), { ...full, change: losing });
      assert.deepEqual([sent.result, sent.ledger.accepted], ['succeeded', known - kept]);
      assert.equal(holding(), kept);
    });

    it('a dry run says so at its end, and sends nothing', async () => {
      const calls = braze.calls()['POST /users/track'];
      const dry = await send(known, watching(0.05), { ...full, change: losing, dryRun: true });
      assert.equal(dry.error?.code, 'REMOVALS_CEILING_REACHED');
      assert.equal(dry.price?.rows, known - kept);
      assert.equal(braze.calls()['POST /users/track'], calls);
      assert.equal(holding(), known);
    });
  });
});
