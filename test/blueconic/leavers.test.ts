import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BlueConicClient, createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { segmentReading } from '../../src/blueconic/segmentReading';
import { SegmentSource } from '../../src/blueconic/segmentSource';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { readsAnything } from '../../src/mapping/fieldsRead';
import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import { checkpointDeletes, loadCheckpoint } from '../../src/run/checkpoint';
import { Checkpointer } from '../../src/run/checkpointer';
import type { GoalRun } from '../../src/run/goalRun';
import type { Outcome } from '../../src/run/ledger';
import { pump } from '../../src/run/pump';
import { parseRef } from '../../src/run/ref';
import { RunRegistry } from '../../src/run/registry';
import type { RunSummary } from '../../src/run/runSummary';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { FaultRules } from '../../src/sandbox/faults';
import { MemoryStore } from '../../src/store/memoryStore';
import { goal, readAndRemember } from '../run/pieces';

const pages = { system: 'blueconic', path: '/segments/members/profiles' } as const;
const customer = (index: number) => `cust-${String(index).padStart(8, '0')}`;

interface Told {
  summary: RunSummary | undefined;
  members: string[];
  left: string[];
  records: ProfileRecord[];
}

interface Life {
  fullRead?: boolean;
  leavers?: boolean;
  outcome?: (customer: string) => Outcome;
  /** The process is gone after so many decided rows, each of which is durable. */
  dieAfter?: number;
  /** Called for each record that arrives. */
  arrives?: () => void;
  /** Writes of progress fail from then on. */
  failWrites?: () => boolean;
}

describe('profiles that left a BlueConic segment', () => {
  const faults = new FaultRules();
  let tenant: BlueConicSandbox;
  let http: HttpClient;
  let store: MemoryStore;

  before(async () => {
    tenant = await startBlueConicSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(() => {
    faults.clear();
    tenant.reset();
    store = new MemoryStore();
    tenant.seedPeople({ seed: 1, from: 0, to: 40, modifiedAt: Date.now() - 5 * 3_600_000 });
    members('all');
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  /** Puts these into the segment without modifying anybody. */
  function members(who: 'all' | number[]): void {
    const rule =
      who === 'all' ? who : { property: 'customer_id', operator: 'CONTAINS_ANY', values: who.map(customer) };
    tenant.defineSegment({ id: 'members', name: 'Members', rule });
  }

  function clientOf(): BlueConicClient {
    const { url, clientId, clientSecret } = tenant;
    return createBlueConicClient({ url, clientId, clientSecret, http });
  }

  function source({ fullRead = true, leavers = true }: Life): SegmentSource {
    return new SegmentSource(clientOf(), store, {
      goalId: goal.id,
      segmentId: 'members',
      reading: segmentReading({ chosen: ['customer_id'], leavers, read: readsAnything }),
      leavers,
      pageRows: 10,
      fullRead,
      fullReads: { firstRun: 'whole', everyDays: 0, scope: '' },
    });
  }

  /** One life of a run as nodes make it, with checkpoints: until its end or its death. The next life goes on with it. */
  async function run(life: Life = {}): Promise<Told> {
    const told: Told = { summary: undefined, members: [], left: [], records: [] };
    const from = source(life);
    const resume = await loadCheckpoint(store, goal.id);
    let dead = false;
    let over!: (summary: RunSummary | undefined) => void;
    const end = new Promise<RunSummary | undefined>((resolve) => {
      over = resolve;
    });
    const run: GoalRun = new RunRegistry().start({
      goal,
      path: { sink: 'sink', single: true, between: [] },
      ...(resume && { resume }),
      settle: async (ended) => {
        if (dead) return;
        await checkpointer.close();
        const again = new Set(ended.unitsToRepeat);
        const learned = ended.complete ? from.remember((unit) => again.has(unit), again.size > 0) : [];
        const kept = ended.takeKept();
        await store.commit([...kept.writes, ...learned, ...(await checkpointDeletes(store, goal.id))]);
      },
    });
    const mortal = Object.create(store) as MemoryStore;
    mortal.commit = async (writes) => {
      if (life.failWrites?.()) throw new Error('the disk is full');
      if (!dead) await store.commit(writes);
    };
    const checkpointer: Checkpointer = new Checkpointer(run, from, mortal, { configHash: 'same' });
    run.listen({ finished: over });
    let decided = 0;
    const decide = async (records: ProfileRecord[]): Promise<void> => {
      for (const { _ref, ...record } of records) {
        if (dead) return;
        const { unit, row } = parseRef(_ref)!;
        const name = (record.properties as { customer_id: string[] }).customer_id[0]!;
        told.records.push(record);
        if (record.inSegment === false) told.left.push(name);
        else told.members.push(name);
        life.arrives?.();
        const outcome = life.outcome?.(name) ?? 'accepted';
        run.decide(unit, row, outcome, undefined, { repeatable: outcome === 'unknown' });
        if (life.dieAfter !== undefined) await checkpointer.write();
        if (++decided !== life.dieAfter) continue;
        dead = true;
        over(undefined);
        run.stop();
      }
    };
    void pump(run, from, {
      batchRows: 3,
      ...(resume && { resume }),
      checkpoint: () => checkpointer.write(),
      emit: ({ records }) => setImmediate(() => void decide(records)),
    });
    told.summary = await end;
    told.left.sort();
    return told;
  }

  const rest = (...gone: number[]) =>
    Array.from({ length: 40 }, (_, at) => at).filter((index) => !gone.includes(index));

  it('are told once, by the next full read, with their values; nobody by the first', async () => {
    const first = await run();
    assert.deepEqual([first.members.length, first.left], [40, []]);
    assert.ok(first.records.every(({ inSegment }) => inSegment === true));
    members(rest(7, 21));
    assert.deepEqual((await run({ fullRead: false })).left, []);
    const second = await run();
    assert.deepEqual([second.members.length, second.left], [38, [customer(7), customer(21)]]);
    assert.equal(second.summary?.complete, true);
    const record = second.records.find(({ inSegment }) => inSegment === false);
    assert.deepEqual(Object.keys(record!.properties as object).sort(), ['customer_id', 'lastmodifieddate']);
    assert.deepEqual((await run()).left, []);
    members('all');
    assert.deepEqual((await run()).left, []);
    members(rest(7));
    assert.deepEqual((await run()).left, [customer(7)]);
  });

  it('are found too where a read in between was the only one to meet them', async () => {
    members(rest(3));
    await run();
    members('all');
    tenant.touch({ property: 'customer_id', value: customer(3) });
    assert.deepEqual((await run({ fullRead: false })).members, [customer(3)]);
    members(rest(3));
    assert.deepEqual((await run()).left, [customer(3)]);
  });

  it('are nobody after a read that failed half way, and are told by the next good one', async () => {
    await run();
    members(rest(7, 21));
    faults.add({ ...pages, skip: 2, fault: { kind: 'status', status: 400 } });
    const failed = await run();
    assert.deepEqual([failed.summary?.result, failed.left], ['failed', []]);
    faults.clear();
    assert.deepEqual((await run()).left, [customer(7), customer(21)]);
  });

  it('are nobody where it could not be stored who was met', async () => {
    await run();
    let arrived = 0;
    const failed = await run({ arrives: () => arrived++, failWrites: () => arrived > 0 });
    assert.deepEqual([failed.summary?.error?.code, failed.left], ['STORE_WRITE_FAILED', []]);
  });

  it('are told again where their outcome is not known', async () => {
    await run();
    members(rest(7, 21));
    const unknown = await run({ outcome: (name) => (name === customer(21) ? 'unknown' : 'accepted') });
    assert.deepEqual(unknown.left, [customer(7), customer(21)]);
    assert.deepEqual((await run()).left, [customer(7), customer(21)]);
    assert.deepEqual((await run()).left, []);
  });

  it('are not those who are back, were merged away, or are gone', async () => {
    await run();
    members(rest(7, 21, 30));
    const idOf = (index: number) => tenant.profile('customer_id', customer(index))!.profileId;
    tenant.merge(idOf(21), idOf(22));
    // The segment is one page of 200 at most here, and it has been read when its first record arrives.
    const told = await run({ arrives: () => members(rest(30)) });
    assert.deepEqual(told.left, [customer(30)]);
    assert.equal(told.summary?.result, 'succeeded');
    members(rest(7, 30));
    assert.deepEqual((await run()).left, [customer(7)]);
  });

  it('are nobody for a dry run or a trial, nor is anything remembered then', async () => {
    members(rest(7));
    await readAndRemember(source({}), store);
    for await (const key of store.keys('member', '')) assert.fail(key.toString());
    members('all');
    await run();
    members(rest(7));
    const { records } = await readAndRemember(source({}), store);
    assert.ok(records.every(({ inSegment }) => inSegment === true));
    assert.deepEqual((await run()).left, [customer(7)]);
  });

  it('are left alone unless asked for', async () => {
    const { records } = await run({ leavers: false });
    assert.ok(records.every((record) => !('inSegment' in record)));
    for await (const key of store.keys('member', '')) assert.fail(key.toString());
  });

  it('are neither lost nor told twice, whenever the process dies', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
        async (gone, deaths) => {
          store = new MemoryStore();
          members('all');
          await run();
          members(rest(...gone));
          const [left, there]: [string[], string[]] = [[], []];
          for (const dieAfter of [...deaths, Number.POSITIVE_INFINITY]) {
            const told = await run({ dieAfter });
            left.push(...told.left);
            there.push(...told.members);
            if (told.summary) break;
          }
          assert.deepEqual(left.sort(), gone.map(customer).sort());
          assert.deepEqual(
            there.sort(),
            rest(...gone)
              .map(customer)
              .sort(),
          );
          assert.deepEqual((await run()).left, []);
        },
      ),
      { numRuns: 15 },
    );
  });
});
