import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { ProfilesTarget, type ProfilesTargetSettings } from '../../src/blueconic/profilesTarget';
import { Sums } from '../../src/delta/sums';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { FieldChange, ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { Checkpoint } from '../../src/run/checkpoint';
import { Ledger, type LedgerSnapshot } from '../../src/run/ledger';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { type FaultRule, FaultRules } from '../../src/sandbox/faults';
import { ComparingGoals, type ComparingOptions } from '../run/comparingGoals';

const { signal } = new AbortController();
/** BlueConic does what it is told, and nobody hears of it. */
const lostAnswers: FaultRule = {
  ...({ system: 'blueconic', method: 'PUT', path: '/profiles' } as const),
  fault: { kind: 'status', status: 503, after: true },
};

function set(field: string, ...values: FieldChange['values']): FieldChange {
  return { field, strategy: 'set', as: values.length > 1 ? 'list' : 'one', values };
}
function change(strategy: FieldChange['strategy'], field: string, ...values: string[]): FieldChange {
  return { field, strategy, as: strategy === 'add' ? 'list' : 'one', values };
}

function update(key: string, changes: FieldChange[], more: Partial<ProfileUpdate> = {}): ProfileUpdate {
  return {
    version: 1,
    match: [[{ field: 'crm_key', value: key }]],
    allowCreate: true,
    changes,
    ...more,
  };
}

describe('BlueConic profiles: only what has changed is sent', () => {
  const faults = new FaultRules();
  let tenant: BlueConicSandbox;
  let http: HttpClient;
  let goals: ComparingGoals;

  before(async () => {
    tenant = await startBlueConicSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(async () => {
    faults.clear();
    await emptyTenant();
    goals = new ComparingGoals();
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  async function emptyTenant(): Promise<void> {
    tenant.reset();
    const client = clientOf();
    const text = { filterType: 'SELECT' } as const;
    await client.createProperty({ id: 'crm_key', name: 'CRM key', ...text, indexed: true }, signal);
    await client.createProperty({ id: 'points', name: 'Points', filterType: 'RANGE' }, signal);
    for (const id of ['tier', 'city', 'tags'])
      await client.createProperty({ id, name: `Test ${id}`, ...text }, signal);
  }

  function clientOf() {
    const { url, clientId, clientSecret } = tenant;
    return createBlueConicClient({ url, clientId, clientSecret, http });
  }

  function targetWith(settings: Partial<ProfilesTargetSettings> = {}): ProfilesTarget {
    return new ProfilesTarget(clientOf(), {
      entriesPerRequest: 10,
      requestsInFlight: 2,
      retry: { baseWaitMs: 1, maxWaitMs: 2, deadlineMs: 100 },
      ...settings,
    });
  }

  async function run(
    rows: readonly ProfileUpdate[],
    options: ComparingOptions & { target?: Partial<ProfilesTargetSettings> } = {},
  ): Promise<LedgerSnapshot> {
    return (await goals.run(targetWith(options.target), rows, options)).ledger;
  }

  const held = (key: string) => tenant.profile('crm_key', key)?.properties ?? {};
  const deleted = (key: string) => {
    const { profileId } = tenant.profile('crm_key', key)!;
    return clientOf().putProfiles(
      Buffer.from(JSON.stringify([{ profileId, strategy: 'DELETE' }])),
      { identifiers: ['1'], objectiveIds: [] },
      signal,
    );
  };
  const counts = ({ accepted, unchanged, work }: LedgerSnapshot) => [accepted, unchanged, work.objects];

  it('nothing, where nothing has changed; and what differs, where something has', async () => {
    const people = (tier: string) =>
      Array.from({ length: 25 }, (_, n) =>
        update(`u-${n}`, [
          set('tier', n === 3 ? tier : 'gold'),
          set('points', String(n)),
          set('tags', 'a', 'b'),
        ]),
      );
    assert.deepEqual(counts(await run(people('gold'))), [25, 0, 25]);
    const again = await run(people('gold'));
    assert.deepEqual(counts(again), [0, 25, 0]);
    assert.equal(again.work.attributesSaved, 75);
    // Whatever else is sent would be written over this.
    tenant.touch({ property: 'crm_key', value: 'u-3', set: { points: ['99'] } });
    const third = await run(people('silver'));
    assert.deepEqual(counts(third), [1, 24, 1]);
    assert.deepEqual([held('u-3').tier, held('u-3').points], [['silver'], ['99']]);
  });

  it('everything, every time, where it is told to', async () => {
    const rows = [update('a', [set('tier', 'gold')]), update('b', [set('tier', 'gold')])];
    await run(rows);
    const off = await run(rows, { lanes: { changeDetection: 'off' } });
    // BlueConic says itself that nothing changed.
    assert.deepEqual(counts(off), [0, 2, 2]);
    const ticked = { lanes: { sendEverything: 'monday' } };
    tenant.touch({ property: 'crm_key', value: 'a', set: { tier: ['edited'] } });
    assert.deepEqual(counts(await run(rows, ticked)), [1, 1, 2]);
    assert.deepEqual(held('a').tier, ['gold']);
    assert.deepEqual(counts(await run(rows, ticked)), [0, 2, 0], 'a tick is good for one run');
  });

  it('what was taken long ago, where it is told to send again by age', async () => {
    const rows = [update('a', [set('tier', 'gold')]), update('b', [set('tier', 'gold')])];
    await run(rows);
    tenant.touch({ property: 'crm_key', value: 'b', set: { tier: ['edited'] } });
    const refresh = { days: 0, cap: 10, only: 'all' } as const;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const ledger = await run(rows, { lanes: { refresh } });
    assert.deepEqual([...counts(ledger), ledger.work.refreshed], [1, 1, 2, 2]);
    assert.deepEqual(held('b').tier, ['gold']);
  });

  it('what a changed mapping writes that differs, and nothing else of the profile', async () => {
    await run([update('a', [set('tier', 'gold'), set('points', '5')])]);
    const more = [update('a', [set('tier', 'gold'), set('points', '5'), set('city', 'Bonn')])];
    tenant.touch({ property: 'crm_key', value: 'a', set: { tier: ['edited'] } });
    assert.deepEqual(counts(await run(more)), [1, 0, 1]);
    assert.deepEqual([held('a').tier, held('a').city], [['edited'], ['Bonn']]);
  });

  it('one value as well as a list of one, a number with any zeros, an e-mail address in capitals', async () => {
    await run([
      update('a', [
        set('tags', 'gold'),
        { ...set('tier', '12.5'), type: 'decimal' },
        { ...set('city', 'Mira@example.org'), type: 'email' },
      ]),
    ]);
    const same = await run([
      update('a', [
        { ...set('tags', 'gold'), as: 'list' },
        { ...set('tier', '12.50'), type: 'decimal' },
        { ...set('city', 'mira@example.org'), type: 'email' },
      ]),
    ]);
    assert.deepEqual(counts(same), [0, 1, 0]);
  });

  describe('by strategy:', () => {
    it('add, only the elements that BlueConic never took', async () => {
      await run([update('a', [change('add', 'tags', 'x', 'y')])]);
      tenant.touch({ property: 'crm_key', value: 'a', set: { tags: ['y', 'own'] } });
      assert.equal((await run([update('a', [change('add', 'tags', 'x', 'y')])])).unchanged, 1);
      assert.equal((await run([update('a', [change('add', 'tags', 'y', 'z')])])).accepted, 1);
      assert.deepEqual(held('a').tags, ['y', 'own', 'z']);
    });

    it('clear empties what nobody has looked at, once', async () => {
      tenant.addProfiles([{ properties: { crm_key: ['a'], tier: ['old'] } }]);
      const cleared = [update('a', [change('clear', 'tier')])];
      assert.deepEqual(counts(await run(cleared)), [1, 0, 1]);
      assert.deepEqual(held('a').tier ?? [], []);
      assert.deepEqual(counts(await run(cleared)), [0, 1, 0]);
      await run([update('a', [set('tier', 'gold')])]);
      assert.deepEqual(counts(await run(cleared)), [1, 0, 1]);
    });

    for (const clearBySet of ['clears', 'ignored', 'rejected'] as const) {
      it(`clear, where an empty SET is: ${clearBySet}`, async () => {
        tenant.configure({ clearBySet });
        tenant.addProfiles([{ properties: { crm_key: ['a'], tier: ['old'] } }]);
        const cleared = [update('a', [change('clear', 'tier')])];
        const target = { profiles: clientOf() };
        assert.equal((await run(cleared, { target })).accepted, 1);
        assert.deepEqual(held('a').tier ?? [], []);
        assert.deepEqual(counts(await run(cleared, { target })), [0, 1, 0]);
      });
    }

    it('set if empty goes to BlueConic until a value is known to be there', async () => {
      tenant.addProfiles([{ properties: { crm_key: ['a'], tier: ['theirs'] } }]);
      const rows = ['a', 'b'].map((key) => update(key, [change('setIfEmpty', 'tier', 'ours')]));
      assert.deepEqual(counts(await run(rows)), [1, 1, 2]);
      assert.deepEqual(counts(await run(rows)), [0, 2, 0]);
      assert.deepEqual([held('a').tier, held('b').tier], [['theirs'], ['ours']]);
      // Whose value it is nobody knows, so a plain one is sent.
      assert.equal((await run([update('a', [set('tier', 'ours')])])).accepted, 1);
      await run([update('b', [change('clear', 'tier')])]);
      assert.equal((await run(rows)).accepted, 1);
      assert.deepEqual(held('b').tier, ['ours']);
    });

    it('sums keep their own account', async () => {
      const sums = new Sums({
        ...{ store: goals.store, secret: Buffer.alloc(32, 7), target: 't', goalId: 'source' },
        ...{ meaning: 'total', firstTotal: 'add' },
      });
      const total = (points: number) => [
        update('a', [set('tier', 'gold'), { field: 'points', strategy: 'sum', as: 'one', values: [points] }]),
      ];
      const summing: ComparingOptions = { run: { sums: () => sums } };
      await run(total(5), summing);
      assert.equal((await run(total(5), summing)).unchanged, 1);
      tenant.touch({ property: 'crm_key', value: 'a', set: { tier: ['edited'] } });
      assert.equal((await run(total(7), summing)).accepted, 1);
      assert.deepEqual([held('a').points, held('a').tier], [['7'], ['edited']]);
    });

    it('consent every time: what it becomes depends on what was refused meanwhile', async () => {
      const consent = [update('a', [set('consented_objectives', 'newsletter'), set('tier', 'gold')])];
      await run(consent);
      assert.deepEqual(counts(await run(consent)).slice(2), [1]);
    });
  });

  describe('what BlueConic answers decides what is remembered:', () => {
    it('nothing of a profile that was not found, so that it gets everything once it is there', async () => {
      const rows = [update('a', [set('tier', 'gold'), set('points', '5')], { allowCreate: false })];
      const missing = await run(rows);
      assert.deepEqual([missing.filtered, missing.reasons.filtered], [1, { 'not-found': 1 }]);
      tenant.addProfiles([{ properties: { crm_key: ['a'] } }]);
      assert.equal((await run(rows)).accepted, 1);
      assert.deepEqual([held('a').tier, held('a').points], [['gold'], ['5']]);
    });

    it('of one that is gone, nothing that was', async () => {
      const rows = (points: string) => [
        update('a', [set('tier', 'gold'), set('points', points)], { allowCreate: false }),
      ];
      tenant.addProfiles([{ properties: { crm_key: ['a'] } }]);
      await run(rows('5'));
      await deleted('a');
      assert.equal((await run(rows('6'))).filtered, 1);
      tenant.addProfiles([{ properties: { crm_key: ['a'] } }]);
      assert.equal((await run(rows('6'))).accepted, 1);
      assert.deepEqual([held('a').tier, held('a').points], [['gold'], ['6']]);
    });

    it('of one that had to be created anew, only what it was created with', async () => {
      const rows = (points: string) => [update('a', [set('tier', 'gold'), set('points', points)])];
      await run(rows('5'));
      await deleted('a');
      const anew = await run(rows('6'));
      assert.deepEqual([anew.created, held('a').tier], [1, undefined]);
      const rest = await run(rows('6'));
      assert.deepEqual(counts(rest), [1, 0, 1]);
      assert.deepEqual([held('a').tier, held('a').points], [['gold'], ['6']]);
    });

    it('a sum that had to create its profile says that the rest is gone', async () => {
      const sums = new Sums({
        ...{ store: goals.store, secret: Buffer.alloc(32, 7), target: 't', goalId: 'source' },
        ...{ meaning: 'total', firstTotal: 'add' },
      });
      const total = (points: number) => [
        update('a', [set('tier', 'gold'), { field: 'points', strategy: 'sum', as: 'one', values: [points] }]),
      ];
      const summing: ComparingOptions = { run: { sums: () => sums } };
      await run(total(5), summing);
      await deleted('a');
      assert.equal((await run(total(7), summing)).created, 1);
      assert.equal((await run(total(7), summing)).accepted, 1);
      assert.deepEqual(held('a').tier, ['gold']);
    });

    it('a property that was refused is sent again, and does not reject a row whose rest BlueConic holds', async () => {
      const rows = [update('a', [set('tier', 'gold'), set('points', 'many')])];
      const first = await run(rows);
      assert.deepEqual([first.accepted, first.refusedAttributes], [1, { 'invalid-value': 1 }]);
      const second = await run(rows);
      assert.deepEqual([...counts(second), second.refusedAttributes], [0, 1, 1, { 'invalid-value': 1 }]);
      assert.equal((await run([update('a', [set('tier', 'gold'), set('points', '5')])])).accepted, 1);
      assert.deepEqual(held('a').points, ['5']);
    });

    it('a property that BlueConic does not have is told of in every run, and no request is spent on it', async () => {
      const properties = { directory: clientOf(), create: false };
      const rows = [update('a', [set('tier', 'gold'), set('no_such', 'x')])];
      await run(rows, { target: { properties } });
      const { refusedAttributes, ...second } = await run(rows, { target: { properties } });
      assert.deepEqual(
        [second.rejected, second.unchanged, refusedAttributes, second.work.requests],
        [0, 1, { 'property-unknown: no_such': 1 }, 0],
      );
    });

    it('what got no answer is unsure, and sent again', async () => {
      const rows = [update('a', [set('tier', 'gold'), change('clear', 'city')])];
      await run(rows);
      assert.equal((await run(rows)).unchanged, 1);
      const other = [update('a', [set('tier', 'silver'), change('clear', 'city')])];
      faults.add(lostAnswers);
      assert.equal((await run(other)).unknown, 1);
      faults.clear();
      // Back to the value that was accepted last: whether it is still there nobody knows.
      const back = await run(rows);
      assert.deepEqual(counts(back).slice(2), [1]);
      assert.deepEqual(held('a').tier, ['gold']);
    });
  });

  it('rows that an interruption cut off are sent without comparing', async () => {
    const rows = [update('a', [set('tier', 'gold')])];
    await run(rows);
    tenant.touch({ property: 'crm_key', value: 'a', set: { tier: ['lost on the way'] } });
    const resume: Checkpoint = {
      ...{ run: 'r', goal: { id: 'source', name: 'goal', direction: 'import' }, configHash: '' },
      ...{ startedAt: '2031-05-04T10:00:00.000Z', savedAt: '2031-05-04T10:00:00.000Z', paused: false },
      ...{ addedRows: 0, unitCount: 2, source: undefined, done: [] },
      open: [{ number: 1, name: 'file', repeatable: 0, chunks: new Map() }],
      ledger: new Ledger().state({ read: 0, added: 0 }),
    };
    assert.equal((await run(rows, { run: { resume } })).accepted, 1);
    assert.deepEqual(held('a').tier, ['gold']);
  });

  it('the same tenant’s profiles in another domain group are others', async () => {
    const rows = [update('a', [set('tier', 'gold')])];
    await run(rows);
    const other = await run(rows, { target: { entry: { domainGroup: 'shop' } } });
    assert.equal(other.created, 1);
  });

  it('a dry run tells what would be sent, and remembers nothing', async () => {
    const rows = [update('a', [set('tier', 'gold')]), update('b', [set('tier', 'gold')])];
    await run(rows.slice(0, 1));
    const dry = await run(rows, { run: { dryRun: true } });
    assert.deepEqual([dry.unsent, dry.unchanged], [1, 1]);
    assert.equal((await run(rows)).accepted, 1);
  });

  describe('as a law', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const one = fc.record({
      field: fc.constantFrom('tier', 'city', 'points'),
      strategy: fc.constantFrom<FieldChange['strategy'][]>('set', 'clear', 'setIfEmpty'),
      as: fc.constant('one' as const),
      values: fc.array(fc.constantFrom('1', '2', 'many'), { maxLength: 1 }),
    });
    const list = fc.record({
      field: fc.constant('tags'),
      strategy: fc.constantFrom<FieldChange['strategy'][]>('set', 'clear', 'add'),
      as: fc.constant('list' as const),
      values: fc.uniqueArray(word, { maxLength: 3 }),
    });
    const row = fc.record({
      key: fc.constantFrom('p', 'q', 'r'),
      allowCreate: fc.boolean(),
      changes: fc.uniqueArray(fc.oneof(one, list), {
        minLength: 1,
        maxLength: 3,
        selector: ({ field }) => field,
      }),
    });
    const day = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 4 }),
      gone: fc.option(fc.constantFrom('p', 'q', 'r')),
      lost: fc.constantFrom(false, false, true),
    });

    it('after a complete run BlueConic holds what it would if everything were sent, of all that nobody else changed', async function () {
      this.timeout(120_000);
      await fc.assert(
        fc.asyncProperty(fc.array(day, { minLength: 1, maxLength: 3 }), async (days) => {
          const holds: object[] = [];
          for (const changeDetection of ['on', 'off'] as const) {
            await emptyTenant();
            goals = new ComparingGoals();
            for (const { rows, gone, lost } of days) {
              if (gone && tenant.profile('crm_key', gone)) await deleted(gone);
              if (lost) faults.add(lostAnswers);
              const updates = rows.map(({ key, ...more }) => update(key, more.changes, more));
              await run(updates, { lanes: { changeDetection } });
              faults.clear();
              // What was created anew has the rest with the next run.
              await run(updates, { lanes: { changeDetection } });
            }
            holds.push(['p', 'q', 'r'].map(held));
          }
          assert.deepEqual(holds[0], holds[1]);
        }),
        { numRuns: 12, endOnFailure: true },
      );
    });
  });
});
