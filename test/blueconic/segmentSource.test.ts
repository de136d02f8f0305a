import assert from 'node:assert/strict';
import { type BlueConicClient, createBlueConicClient } from '../../src/blueconic/blueconicClient';
import type { FullReadTerms } from '../../src/blueconic/fullRead';
import { segmentReading } from '../../src/blueconic/segmentReading';
import { SegmentSource, type SegmentSourceSettings } from '../../src/blueconic/segmentSource';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { readsAnything } from '../../src/mapping/fieldsRead';
import type { EarlierLife } from '../../src/run/source';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { FaultRules } from '../../src/sandbox/faults';
import { MemoryStore } from '../../src/store/memoryStore';
import { readAndRemember, readFrom, sourceContext } from '../run/pieces';
import { until } from '../support/until';
import { FakeTenant } from './fakeTenant';

const hour = 3_600_000;
const whole: FullReadTerms = { firstRun: 'whole', everyDays: 7, scope: 'mapping' };
const reading = (chosen: string[], read = readsAnything) => segmentReading({ chosen, read });
const pages = { system: 'blueconic', path: '/segments/everybody/profiles' } as const;

describe('BlueConic segment source', () => {
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
    tenant.defineSegment({ id: 'everybody', name: 'Everybody', rule: 'all' });
    store = new MemoryStore();
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  function source(changes: Partial<SegmentSourceSettings> = {}, client = clientOf()): SegmentSource {
    return new SegmentSource(client, store, {
      goalId: 'goal',
      segmentId: 'everybody',
      reading: reading([]),
      pageRows: 10,
      fullReads: whole,
      ...changes,
    });
  }

  function clientOf(): BlueConicClient {
    const { url, clientId, clientSecret } = tenant;
    return createBlueConicClient({ url, clientId, clientSecret, http });
  }

  /** Customer numbers of one run, sorted; its watermark is remembered if it was complete. */
  const run = async (changes?: Partial<SegmentSourceSettings>) => {
    const { records, summary } = await readAndRemember(source(changes), store);
    const ids = records.map(({ properties }) => (properties as { customer_id: string[] }).customer_id[0]);
    return { ids: ids.sort(), records, summary };
  };

  /** Pages that the tenant has answered. */
  const asked = () => tenant.calls['GET /segments/{segment}/profiles']?.[200] ?? 0;
  const customer = (index: number) => `cust-${String(index).padStart(8, '0')}`;
  const customers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => customer(from + at));
  const seed = (from: number, to: number, hoursAgo: number) =>
    tenant.seedPeople({ seed: 1, from, to, modifiedAt: Date.now() - hoursAgo * hour });

  it('reads the whole segment the first time, page by page, everybody once', async () => {
    seed(0, 25, 5);
    const { ids, summary } = await run();
    assert.deepEqual(ids, customers(0, 25));
    assert.equal(summary.complete, true);
    assert.deepEqual(tenant.calls['GET /segments/{segment}/profiles'], { 200: 3 });
  });

  it('goes on with the pages that an earlier life left open, and does not read the others again', async () => {
    seed(0, 50, 5);
    const first = source();
    /** Two and four stay open; five was never handed out. */
    const open = new Set(['page 2', 'page 4']);
    const context = sourceContext({ isSettled: (unit) => !open.has(unit) });
    for await (const { name } of first.units(context)) {
      if (name !== 'page 4') continue;
      // The fifth is on its way already.
      await until(() => asked() === 5, { what: 'the page after the last to be answered' });
      break;
    }
    const again = source();
    const isDone = (unit: string) => ['page 1', 'page 3'].includes(unit);
    const earlier = { state: first.state(), isDone, ids: () => undefined };
    const names: string[] = [];
    for await (const { name } of again.units({ ...context, earlier })) names.push(name);
    assert.deepEqual(names, ['page 2', 'page 4', 'page 5']);
    assert.equal(asked(), 8);
  });

  it('asks again, for less, where pages fail for a passing cause, and reads everybody once all the same', async () => {
    seed(0, 250, 5);
    faults.add({ ...pages, skip: 1, times: 2, fault: { kind: 'status', status: 503 } });
    faults.add({ ...pages, skip: 4, times: 1, fault: { kind: 'cutBody', share: 0.5 } });
    const { ids, summary } = await run({ pageRows: 100 });
    assert.deepEqual(ids, customers(0, 250));
    assert.equal(summary.complete, true);
    assert.equal(summary.ledger.read, 250);
  });

  it('has the next page on its way while one is worked on, but no more', async () => {
    seed(0, 60, 5);
    const units = source().units(sourceContext());
    for (const expected of [2, 3, 4]) {
      await units.next();
      await until(() => asked() >= expected, { what: 'the next page to be asked for' });
      assert.equal(asked(), expected);
    }
    await units.return(undefined);
  });

  it('asks for less until the answer is one that can be taken', async () => {
    seed(0, 250, 5);
    const { ids: everybody } = await run();
    const calls = tenant.calls['GET /segments/{segment}/profiles']![200]!;
    const narrow = createHttpClient({ timeoutMs: 10_000, maxAnswerBytes: 60_000 });
    try {
      const { url, clientId, clientSecret } = tenant;
      const client = createBlueConicClient({ url, clientId, clientSecret, http: narrow });
      const { records, ended } = readFrom(source({ pageRows: 250, fullRead: true }, client));
      assert.equal((await ended).complete, true);
      assert.equal(new Set(records.map(({ id }) => id)).size, everybody.length);
      assert.equal(records.length, everybody.length);
      // More than the two pages of 200 and 50 that it would be otherwise.
      assert.ok(tenant.calls['GET /segments/{segment}/profiles']![200]! - calls > 4);
    } finally {
      await narrow.close();
    }
  });

  it('reads an open page again with the size that it had, whatever size pages have now', async () => {
    seed(0, 250, 5);
    const context = sourceContext({ isSettled: () => false });
    const idsOf = async (from: SegmentSource, earlier?: EarlierLife, until?: string) => {
      const found: Record<string, string[]> = {};
      for await (const { name, ids } of from.units({ ...context, ...(earlier && { earlier }) })) {
        found[name] = ids!;
        if (name === until) break;
      }
      return found;
    };
    const first = source({ pageRows: 40 });
    faults.add({ ...pages, skip: 2, times: 1, fault: { kind: 'status', status: 503 } });
    const before = await idsOf(first, undefined, 'page 3');
    assert.deepEqual(
      Object.values(before).map((ids) => ids.length),
      [40, 40, 20],
    );
    const earlier = { state: first.state(), isDone: () => false, ids: (unit: string) => before[unit] };
    const after = await idsOf(source({ pageRows: 100 }), earlier);
    assert.deepEqual({ ...after, ...before }, after);
    const all = Object.values(after).flat();
    assert.deepEqual([all.length, new Set(all).size], [250, 250]);
  });

  it('reads only those of its segment', async () => {
    seed(0, 20, 5);
    tenant.touch({ property: 'customer_id', value: customer(7), set: { country: ['XX'] } });
    tenant.defineSegment({ id: 'few', name: 'Few', rule: { property: 'country', equals: 'XX' } });
    assert.deepEqual((await run({ segmentId: 'few' })).ids, [customer(7)]);
  });

  it('reads the next time only who was modified since, counted by the tenant’s clock', async () => {
    seed(0, 20, 5);
    for (const clockOffsetMs of [0, 7 * hour]) {
      tenant.configure({ clockOffsetMs });
      await run();
      assert.deepEqual((await run()).ids, []);
      tenant.touch({ property: 'customer_id', value: customer(3) });
      tenant.touch({ property: 'customer_id', value: customer(11) });
      assert.deepEqual((await run()).ids, [customer(3), customer(11)]);
    }
  });

  it('reads again what was modified shortly before the last run, since clocks are not exact', async () => {
    seed(0, 3, 5);
    seed(3, 5, 0.1);
    await run();
    assert.deepEqual((await run()).ids, customers(3, 5));
  });

  it('reads the whole segment again once seven days have passed, by the tenant’s clock, and only once', async () => {
    seed(0, 20, 5);
    await run();
    tenant.configure({ clockOffsetMs: 6 * 24 * hour });
    assert.deepEqual((await run()).ids, []);
    tenant.configure({ clockOffsetMs: 7 * 24 * hour });
    assert.deepEqual((await run()).ids, customers(0, 20));
    assert.deepEqual((await run()).ids, []);
  });

  it('is read in full by age only if told to', async () => {
    seed(0, 5, 5);
    const never = { fullReads: { ...whole, everyDays: 0 } };
    await run(never);
    tenant.configure({ clockOffsetMs: 400 * 24 * hour });
    assert.deepEqual((await run(never)).ids, []);
  });

  it('finds with a full read who entered the segment without being modified', async () => {
    seed(0, 20, 5);
    tenant.defineSegment({ id: 'few', name: 'Few', rule: { property: 'customer_id', equals: customer(1) } });
    await run({ segmentId: 'few' });
    tenant.defineSegment({ id: 'few', name: 'Few', rule: { property: 'customer_id', equals: customer(2) } });
    assert.deepEqual((await run({ segmentId: 'few' })).ids, []);
    assert.deepEqual((await run({ segmentId: 'few', fullRead: true })).ids, [customer(2)]);
  });

  it('reads everybody once after the scope changed, however often that run fails', async () => {
    seed(0, 25, 5);
    await run();
    const changed = { fullReads: { ...whole, scope: 'mapping with one more field' } };
    faults.add({ ...pages, skip: 1, fault: { kind: 'status', status: 400 } });
    assert.equal((await run(changed)).summary.complete, false);
    faults.clear();
    assert.deepEqual((await run(changed)).ids, customers(0, 25));
    assert.deepEqual((await run(changed)).ids, []);
  });

  it('told to begin from now on, leaves older profiles alone until a full read is asked for', async () => {
    seed(0, 20, 5);
    const now = { fullReads: { ...whole, firstRun: 'now' as const } };
    assert.deepEqual((await run(now)).ids, []);
    tenant.touch({ property: 'customer_id', value: customer(4) });
    assert.deepEqual((await run(now)).ids, [customer(4)]);
    tenant.configure({ clockOffsetMs: 8 * 24 * hour });
    // Neither age nor another scope: only the change that the ten minutes of overlap read again.
    assert.deepEqual((await run({ fullReads: { ...now.fullReads, scope: 'other' } })).ids, [customer(4)]);
    assert.deepEqual((await run({ ...now, fullRead: true })).ids, customers(0, 20));
  });

  it('keeps its watermark for each goal and segment apart', async () => {
    seed(0, 4, 5);
    await run();
    assert.equal((await run({ goalId: 'other' })).ids.length, 4);
    tenant.defineSegment({ id: 'same', name: 'Same', rule: 'all' });
    assert.equal((await run({ segmentId: 'same' })).ids.length, 4);
  });

  it('asks for the chosen properties only, and says so', async () => {
    seed(0, 2, 5);
    const chosen = source({ reading: reading(['customer_id', 'country']) });
    const { records } = await readAndRemember(chosen, store);
    for (const { properties } of records) {
      assert.deepEqual(Object.keys(properties as object).sort(), [
        'country',
        'customer_id',
        'lastmodifieddate',
      ]);
    }
    assert.equal(chosen.asked.has(['properties', 'country']), true);
    assert.equal(chosen.asked.has(['properties', 'email']), false);
    assert.equal(chosen.asked.has(['segments']), true);
    assert.equal(chosen.propertyCount, 3);
    assert.equal(source().asked.has(['properties', 'email']), true);
    assert.equal(source().propertyCount, undefined);
  });

  it('asks for no more than what is read: of properties, segments and permission level', async () => {
    seed(0, 2, 5);
    const read = { fields: [['properties', 'customer_id']], identifiers: [] };
    const { records } = await readAndRemember(source({ reading: reading([], read) }), store);
    for (const record of records) {
      assert.deepEqual(Object.keys(record).sort(), [
        'consentedObjectives',
        'id',
        'lastModified',
        'properties',
        'refusedObjectives',
      ]);
      assert.deepEqual(Object.keys(record.properties as object).sort(), ['customer_id', 'lastmodifieddate']);
    }
    const parts = { fields: [['permissionLevel'], ['segments']], identifiers: [] };
    const { records: whole } = await readAndRemember(
      source({ goalId: 'other', reading: reading([], parts) }),
      store,
    );
    for (const { permissionLevel, segments, properties } of whole) {
      assert.equal(permissionLevel, 'PERSONAL');
      assert.ok((segments as { id: string }[]).some(({ id }) => id === 'everybody'));
      assert.deepEqual(Object.keys(properties as object), ['lastmodifieddate']);
    }
  });

  it('holds the watermark while a row has no known outcome', async () => {
    seed(0, 40, 5);
    const unknown = customer(3);
    const first = await readAndRemember(source(), store, {
      outcome: ({ properties }) =>
        (properties as { customer_id: string[] }).customer_id[0] === unknown ? 'unknown' : undefined,
    });
    assert.equal(first.summary.complete, true);
    assert.equal((await run()).ids.length, 40);
    assert.deepEqual((await run()).ids, []);
  });

  it('leaves the watermark where it is when a page cannot be read', async () => {
    seed(0, 25, 5);
    faults.add({ ...pages, skip: 1, fault: { kind: 'status', status: 400 } });
    const { summary } = await run();
    assert.deepEqual([summary.result, summary.complete], ['failed', false]);
    faults.clear();
    assert.equal((await run()).ids.length, 25);
  });

  it('says that there is no such segment', async () => {
    const { error } = await readFrom(source({ segmentId: 'none' })).ended;
    assert.equal(error?.code, 'BLUECONIC_SEGMENT_UNKNOWN');
  });

  it('ends a hanging page when the run is stopped', async () => {
    seed(0, 25, 5);
    faults.add({ ...pages, skip: 1, fault: { kind: 'hang' } });
    const { run: running, ended, records } = readFrom(source(), { batchRows: 5 });
    while (records.length === 0) await new Promise(setImmediate);
    running.stop();
    const { result, ledger } = await ended;
    assert.deepEqual([result, ledger.balanced], ['stopped', true]);
  });

  describe('with a tenant that answers otherwise than documented', () => {
    function fake(...answers: { profiles: unknown[]; nextCursor?: string }[]): SegmentSource {
      const api = new FakeTenant((call, at) => {
        if (!call.url.includes('/profiles')) return { status: 200, body: {} };
        return { status: 200, body: answers[Math.min(at - 1, answers.length - 1)]! };
      });
      const client = createBlueConicClient({
        url: 'https://tenant.example.org',
        clientId: 'id',
        clientSecret: 'secret',
        http: api,
      });
      return source({}, client);
    }
    const profile = (id: string) => ({ id, properties: [{ id: 'customer_id', values: [id] }] });

    it('rejects what is no profile and reads the others', async () => {
      const { records, ended } = readFrom(fake({ profiles: [profile('a'), null, 'text', {}, profile('b')] }));
      const { ledger } = await ended;
      assert.deepEqual(
        records.map(({ id }) => id),
        ['a', 'b'],
      );
      assert.deepEqual([ledger.read, ledger.accepted, ledger.rejected], [5, 2, 3]);
    });

    it('comes to an end although a profile is on the page twice', async () => {
      const { ended } = readFrom(fake({ profiles: [profile('a'), profile('b'), profile('a')] }));
      const { ledger, result } = await ended;
      assert.deepEqual([ledger.read, ledger.accepted, result], [3, 3, 'succeeded']);
    });

    it('does not read one page for ever, nor take it for the whole', async () => {
      const { ended } = readFrom(
        fake({ profiles: [profile('a')], nextCursor: 'again' }, { profiles: [], nextCursor: 'again' }),
      );
      const { result, error, complete } = await ended;
      assert.deepEqual([result, error?.code, complete], ['failed', 'BLUECONIC_LISTING_BROKEN', false]);
    });
  });
});
