import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { TrackTarget, type TrackTargetSettings } from '../../src/braze/trackTarget';
import { UserGate } from '../../src/delta/userGate';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { FieldChange, ProfileRecord, ProfileUpdate, UpdateValue } from '../../src/mapping/profileUpdate';
import type { LaneSettings } from '../../src/run/laneSettings';
import { pump } from '../../src/run/pump';
import { RunRegistry } from '../../src/run/registry';
import type { RunSummary } from '../../src/run/runSummary';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../src/sandbox/faults';
import { MemoryStore } from '../../src/store/memoryStore';
import { goal, sinkOn, sourceOf } from '../run/pieces';

const track = { system: 'braze', path: '/users/track' } as const;

function change(
  field: string,
  value: UpdateValue | UpdateValue[],
  more: Partial<FieldChange> = {},
): FieldChange {
  const list = Array.isArray(value);
  return {
    field,
    strategy: 'set',
    as: list ? 'list' : 'one',
    values: list ? (value as UpdateValue[]) : [value],
    ...more,
  };
}

const clear = (field: string): FieldChange => ({ field, strategy: 'clear', as: 'one', values: [] });

function update(id: string, changes: FieldChange[], more: Partial<ProfileUpdate> = {}): ProfileUpdate {
  return {
    version: 1,
    match: [[{ field: 'external_id', value: id }]],
    allowCreate: true,
    changes,
    ...more,
  };
}

/** What was accepted in the second in which an export is asked for counts as newer than the export. */
const aSecond = () => sleep(1_100);

describe('users.track sends only what has changed', () => {
  const faults = new FaultRules();
  let braze: BrazeSandbox;
  let http: HttpClient;
  let store: MemoryStore;
  let gates: Map<string, UserGate>;

  before(async () => {
    braze = await startBrazeSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(() => {
    faults.clear();
    braze.reset();
    braze.configure({ apply: { delayMs: 0 } });
    store = new MemoryStore();
    gates = new Map();
  });
  after(async () => {
    await http.close();
    await braze.close();
  });

  interface GoalOptions {
    target?: Partial<TrackTargetSettings>;
    lanes?: LaneSettings;
    dryRun?: boolean;
    forgetTypes?: boolean;
    batchRows?: number;
  }

  /** Runs one goal with these rows, as a flow does, and keeps what it learned. */
  async function run(
    rows: readonly (ProfileUpdate | ProfileRecord)[],
    { target, lanes, dryRun = false, forgetTypes = false, batchRows = 3 }: GoalOptions = {},
  ): Promise<RunSummary['ledger']> {
    const client = createBrazeClient({ endpoint: braze.url, apiKey: braze.apiKey, http });
    const settings: TrackTargetSettings = {
      objectsPerRequest: 10,
      requestsInFlight: 2,
      retry: { baseWaitMs: 1, maxWaitMs: 2, deadlineMs: 200 },
      workspace: { apiKey: braze.apiKey },
      ...target,
    };
    const registry = new RunRegistry();
    const { sink, ended } = sinkOn(registry, new TrackTarget(client, settings), {
      lanes: { quietMs: 300, settleMs: 0, ...lanes },
    });
    const one = registry.start({
      goal,
      path: { sink: 'sink', single: true, between: [] },
      dryRun,
      detection: {
        place: async () => ({ store, secret: Buffer.alloc(32, 7), forgetTypes }),
        gate: (workspace) => {
          const gate = gates.get(workspace) ?? new UserGate();
          gates.set(workspace, gate);
          return gate;
        },
      },
      settle: async (run) => flush(run),
    });
    const flush = async ({ takeKept }: { takeKept(): ReturnType<typeof one.takeKept> } = one) => {
      const kept = takeKept.call(one);
      await store.commit(kept.writes);
      kept.durable();
    };
    // As a checkpointer does.
    const timer = setInterval(() => void flush(), 10);
    sink.join(one);
    const over = ended(one);
    const source = sourceOf({ file: [rows.map((row, at) => ({ line: at + 1, record: { row } }))] });
    void pump(one, source, {
      batchRows,
      emit: ({ records }) =>
        setImmediate(() =>
          sink.accept(
            records.map(({ row, _ref }) =>
              'match' in (row as object) ? { ...(row as object), ref: _ref } : { ...(row as object), _ref },
            ),
            () => undefined,
          ),
        ),
    });
    const { ledger } = await over;
    clearInterval(timer);
    await braze.settled();
    assert.ok(ledger.balanced);
    return ledger;
  }

  /** A segment export of everybody, as the source reads it. */
  const exported = (): ProfileRecord[] => [...braze.users()].map((user) => ({ ...(user as ProfileRecord) }));
  const custom = (id: string) =>
    (braze.user(id) as { custom_attributes?: object } | undefined)?.custom_attributes;
  const requests = () => braze.calls()['POST /users/track']?.[201] ?? 0;

  it('nothing, where nothing has changed; and what differs, where something has', async () => {
    const people = (tier: string) =>
      Array.from({ length: 25 }, (_, n) =>
        update(`u-${n}`, [
          change('tier', n < 5 ? tier : 'gold'),
          change('points', n),
          change('tags', ['a', 'b']),
        ]),
      );
    const first = await run(people('gold'));
    assert.deepEqual([first.accepted, first.work.dataPoints, requests()], [25, 75, 3]);
    const second = await run(people('gold'));
    assert.deepEqual([second.accepted, second.unchanged, requests()], [0, 25, 3]);
    assert.deepEqual([second.work.attributesSaved, second.work.dataPointsSaved], [75, 75]);
    const third = await run(people('silver'));
    assert.deepEqual([third.accepted, third.unchanged, third.work.dataPoints], [5, 20, 5]);
    assert.equal(requests(), 4);
    assert.deepEqual(custom('u-4'), { tier: 'silver', points: 4, tags: ['a', 'b'] });
    assert.equal(braze.dataPoints().total, 80);
  });

  it('values inside an attribute in a second request, where another object of the update is replaced', async () => {
    braze.addUsers([{ external_id: 'mira', custom_attributes: { address: { zip: '53111' } } }]);
    const mira = update('mira', [
      { ...change('pet', { name: 'Rex' }), as: 'object' },
      { ...change('address', 'Bonn'), path: ['city'], type: 'text' },
      { ...change('address', 'NRW'), path: ['state'], type: 'text' },
    ]);
    const priced = await run([mira], { dryRun: true });
    assert.deepEqual([priced.unsent, priced.work.dataPoints, requests()], [1, 3, 0]);
    const { accepted, refusedAttributes, work } = await run([mira]);
    assert.deepEqual([accepted, refusedAttributes, work.dataPoints, requests()], [1, {}, 3, 2]);
    assert.deepEqual(custom('mira'), {
      pet: { name: 'Rex' },
      address: { zip: '53111', city: 'Bonn', state: 'NRW' },
    });
    assert.equal((await run([mira])).unchanged, 1);
  });

  describe('where a row goes in two requests,', () => {
    const pet = { ...change('pet', { name: 'Rex' }), as: 'object' } as const;
    const city = (name: string): FieldChange => ({
      ...change('address', name),
      path: ['city'],
      type: 'text',
    });
    const mira = (name = 'Bonn') => update('mira', [pet, city(name)]);

    it('refuses what the second holds, if Braze does, and sends it again with the next run', async () => {
      faults.add({ ...track, skip: 1, times: 1, fault: { kind: 'status', status: 400 } });
      const first = await run([mira(), update('jonas', [change('tier', 'gold')])]);
      assert.deepEqual([first.accepted, first.rejected], [2, 0]);
      assert.equal(Object.values(first.refusedAttributes)[0], 1);
      assert.deepEqual(custom('mira'), { pet: { name: 'Rex' } });
      const second = await run([mira()]);
      assert.deepEqual([second.accepted, second.work.attributesSaved, second.work.dataPoints], [1, 1, 1]);
      assert.deepEqual(custom('mira'), { pet: { name: 'Rex' }, address: { city: 'Bonn' } });
    });

    it('trusts nothing of the row where nobody knows what became of the second', async () => {
      faults.add({ ...track, skip: 1, fault: { kind: 'reset', after: true } });
      const first = await run([mira()]);
      assert.deepEqual([first.accepted, first.unknown], [0, 1]);
      faults.clear();
      const second = await run([mira()]);
      assert.deepEqual([second.accepted, second.work.attributesSaved, second.work.dataPoints], [1, 0, 2]);
    });

    it('changes what the first has set only once that is applied', async () => {
      const address = { ...change('address', { zip: '53111' }), as: 'object' } as const;
      const moved = update('mira', [address, city('Bonn')]);
      const began = Date.now();
      await run([moved], { lanes: { settleMs: 400 } });
      assert.ok(Date.now() - began >= 400);
      assert.deepEqual([custom('mira'), requests()], [{ address: { zip: '53111', city: 'Bonn' } }, 2]);
      // The whole is set again, and would take with it what is inside.
      await run([moved]);
      assert.deepEqual(custom('mira'), { address: { zip: '53111', city: 'Bonn' } });
    });
  });

  it('no value that an attribute would not take by its type, whatever run decided the type', async () => {
    const first = await run([
      update('mira', [change('tier', 'gold'), change('since', '2026-01-31'), change('points', 5)]),
      update('jonas', [change('tier', 7), change('points', true)]),
    ]);
    assert.deepEqual(first.refusedAttributes, { 'type-drift': 1 });
    const ada = update('ada', [
      ...[change('tier', true), change('since', 'spring'), change('points', '7'), change('new', 1)],
    ]);
    const second = await run([ada]);
    assert.deepEqual([second.accepted, second.refusedAttributes], [1, { 'type-drift': 2 }]);
    assert.deepEqual(custom('ada'), { points: 7, new: 1 });
    const again = await run([ada]);
    assert.deepEqual([again.unchanged, again.refusedAttributes], [1, { 'type-drift': 2 }]);
    const cleared = await run([update('mira', [clear('since')])]);
    assert.deepEqual([cleared.accepted, cleared.refusedAttributes], [1, {}]);
    // What Braze does with such a value when nobody holds it back: it says yes, and drops it.
    const forgotten = await run([update('bao', [change('since', 'spring'), change('new', 1)])], {
      forgetTypes: true,
    });
    assert.deepEqual([forgotten.accepted, forgotten.refusedAttributes], [1, {}]);
    assert.deepEqual(custom('bao'), { new: 1 });
  });

  it('again what a user did not get who was unknown to Braze, once an export shows the user', async () => {
    const mira = update('mira', [change('tier', 'gold'), change('email', 'mira@example.org')], {
      allowCreate: false,
    });
    const lost = await run([mira]);
    assert.deepEqual(
      [lost.accepted, braze.user('mira')],
      [1, undefined],
      'queued, and nobody to apply it to',
    );
    assert.equal((await run([mira])).unchanged, 1);
    await aSecond();
    braze.addUsers([{ external_id: 'mira', first_name: 'Mira' }]);
    const seeded = await run(exported());
    assert.deepEqual([seeded.unchanged, seeded.work.requests], [1, 0]);
    assert.equal((await run([mira])).accepted, 1);
    assert.deepEqual(custom('mira'), { tier: 'gold' });
    assert.equal((braze.user('mira') as { email?: string }).email, 'mira@example.org');
  });

  it('nothing that an export has shown to be there, though nothing was ever sent', async () => {
    const when = '2026-11-20T08:15:00Z';
    const things = [change('tags', ['a', 'b']), change('seen', when), change('email', 'mira@example.org')];
    const mira = update('mira', [change('tier', 'gold'), change('points', 5), ...things]);
    braze.addUsers([
      {
        external_id: 'mira',
        email: 'Mira@example.org',
        custom_attributes: { tier: 'gold', points: 5, tags: ['a', 'b'], seen: when },
      },
    ]);
    await run(exported());
    assert.deepEqual([(await run([mira])).unchanged, requests()], [1, 0]);
  });

  it('what was edited at Braze, once an export shows it', async () => {
    const mira = update('mira', [change('tier', 'gold'), change('city', 'Bonn')]);
    await run([mira]);
    braze.addUsers([{ external_id: 'mira', custom_attributes: { tier: 'edited' } }]);
    assert.equal((await run([mira])).unchanged, 1, 'nobody has looked yet');
    await aSecond();
    await run(exported());
    assert.equal((await run([mira])).work.dataPoints, 1);
    assert.deepEqual(custom('mira'), { tier: 'gold', city: 'Bonn' });
  });

  it('no null but where a value is known to be', async () => {
    const mira = update('mira', [change('tier', 'gold'), clear('city')]);
    assert.equal((await run([mira])).work.dataPoints, 1);
    await run([update('mira', [change('city', 'Bonn')])]);
    assert.deepEqual(custom('mira'), { tier: 'gold', city: 'Bonn' });
    assert.equal((await run([mira])).work.dataPoints, 1);
    assert.deepEqual(custom('mira'), { tier: 'gold' });
    assert.equal((await run([mira])).unchanged, 1);
  });

  it('"set if empty" only where an export has shown that the field is empty (R14)', async () => {
    const ifEmpty = (id: string) => update(id, [change('tier', 'new', { strategy: 'setIfEmpty' })]);
    const blind = await run([ifEmpty('ada')]);
    assert.deepEqual([blind.filtered, blind.reasons.filtered], [1, { 'target unknown': 1 }]);
    const off = await run([ifEmpty('ada')], { lanes: { changeDetection: 'off' } });
    assert.deepEqual([off.filtered, requests()], [1, 0]);
    braze.addUsers([{ external_id: 'ada' }, { external_id: 'ben', custom_attributes: { tier: 'old' } }]);
    await run(exported());
    const seen = await run([ifEmpty('ada'), ifEmpty('ben')]);
    assert.deepEqual([seen.accepted, seen.unchanged], [1, 1]);
    assert.deepEqual([custom('ada'), custom('ben')], [{ tier: 'new' }, { tier: 'old' }]);
  });

  it('only elements that Braze was not given before, with "add"', async () => {
    const add = (...values: string[]) => update('mira', [change('tags', values, { strategy: 'add' })]);
    await run([add('a', 'b')]);
    assert.equal((await run([add('b', 'c')])).work.dataPoints, 1);
    assert.deepEqual(custom('mira'), { tags: ['a', 'b', 'c'] });
    assert.equal((await run([add('a', 'b', 'c')])).unchanged, 1);
  });

  it('everything again of which the outcome never became known', async () => {
    const mira = (tier: string) => update('mira', [change('tier', tier), change('city', 'Bonn')]);
    await run([mira('gold')]);
    faults.add({ ...track, fault: { kind: 'reset', after: true } });
    assert.equal((await run([mira('silver')])).unknown, 1);
    faults.clear();
    // Braze has silver. The fingerprint of gold must not keep gold from being sent.
    assert.equal((await run([mira('gold')])).accepted, 1);
    assert.deepEqual(custom('mira'), { tier: 'gold', city: 'Bonn' });
  });

  it('nothing of a refused object is remembered', async () => {
    const bad = update('mira', [change('email_subscribe', 'opted_in'), change('tier', 'gold')]);
    faults.add({ ...track, times: 1, fault: { kind: 'status', status: 400 } });
    assert.equal((await run([bad])).rejected, 1);
    assert.equal((await run([bad])).accepted, 1);
    assert.deepEqual(custom('mira'), { tier: 'gold' });
  });

  it('one user’s updates one after the other, merged where several waited (R11)', async () => {
    braze.configure({ apply: { delayMs: 30, order: 'race' } });
    const rows = Array.from({ length: 40 }, (_, n) =>
      update('mira', [change('points', n), change(`seen_${n % 4}`, n)]),
    );
    const ledger = await run(rows, { lanes: { settleMs: 60 }, target: { objectsPerRequest: 1 } });
    assert.equal(ledger.accepted, 40);
    assert.ok(ledger.work.objects < 10, `${ledger.work.objects} objects for one user`);
    assert.deepEqual(custom('mira'), { points: 39, seen_0: 36, seen_1: 37, seen_2: 38, seen_3: 39 });
  });

  it('all of it, compared with nothing, when change detection is off; and remembers it all the same', async () => {
    const mira = update('mira', [change('tier', 'gold')]);
    await run([mira]);
    assert.equal((await run([mira], { lanes: { changeDetection: 'off' } })).accepted, 1);
    await run([update('mira', [change('tier', 'silver')])], { lanes: { changeDetection: 'off' } });
    assert.equal((await run([mira])).accepted, 1);
    assert.deepEqual(custom('mira'), { tier: 'gold' });
  });

  it('everything of another workspace: one key’s fingerprints are nothing to another', async () => {
    const mira = update('mira', [change('tier', 'gold')]);
    await run([mira]);
    const other = { target: { workspace: { apiKey: 'another key' } } };
    assert.equal((await run([mira], other)).accepted, 1);
    await run([mira], { target: { workspace: { name: 'production' } } });
    assert.equal((await run([mira], { target: { workspace: { name: 'production' } } })).unchanged, 1);
  });

  it('the rows beside one that is nested too deep to be written, which is rejected', async () => {
    const depth = 100_000;
    const deep = JSON.parse(`${'{"o":'.repeat(depth)}1${'}'.repeat(depth)}`) as { o: object };
    const object = (value: object): FieldChange => ({
      field: 'nested',
      strategy: 'set',
      as: 'object',
      values: [value as { [key: string]: unknown }],
    });
    const ledger = await run([
      update('u-1', [object({ a: 1 })]),
      update('u-2', [object(deep)]),
      update('u-3', [object({ a: 3 })]),
    ]);
    assert.deepEqual([ledger.accepted, ledger.rejected, ledger.unsent], [2, 1, 0]);
  });

  it('in a dry run nothing, and says what a run would cost', async () => {
    const mira = (tier: string) => update('mira', [change('tier', tier), change('city', 'Bonn')]);
    const first = await run([mira('gold')], { dryRun: true });
    assert.deepEqual([first.unsent, first.work.dataPoints, requests()], [1, 2, 0]);
    await run([mira('gold')]);
    const second = await run([mira('silver')], { dryRun: true });
    assert.deepEqual([second.unsent, second.work.dataPoints], [1, 1]);
    const real = await run([mira('silver')]);
    assert.equal(real.work.dataPoints, 1, 'the dry run has remembered nothing');
  });

  it('again what is old enough, up to a number of users, and counts it', async () => {
    const people = Array.from({ length: 6 }, (_, n) => update(`u-${n}`, [change('tier', 'gold')]));
    await run(people);
    const lanes: LaneSettings = { refresh: { days: 0, cap: 4, only: 'all' } };
    await aSecond();
    const ledger = await run(people, { lanes });
    assert.deepEqual([ledger.accepted, ledger.unchanged, ledger.work.refreshed], [4, 2, 4]);
    const unconfirmed = { refresh: { days: 0, cap: 4, only: 'unconfirmed' } } as const;
    assert.equal((await run(people, { lanes: unconfirmed })).accepted, 0, 'all were allowed to be created');
  });

  it('remembers no value and no identifier in clear', async () => {
    await run([update('mira-42', [change('tier', 'unobtainium'), change('email', 'mira@example.org')])]);
    for (const space of ['fingerprint', 'setting'] as const) {
      for await (const { key, value } of store.list(space, '')) {
        const all = `${key} ${value.toString('latin1')}`;
        for (const text of ['mira', 'unobtainium', braze.apiKey]) assert.ok(!all.includes(text), text);
        // What types attributes have says nothing of a person; what a person has goes by hashes.
        assert.ok(!all.includes('tier') || key.startsWith('type/'), key);
      }
    }
  });
});
