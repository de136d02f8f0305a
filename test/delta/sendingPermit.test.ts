import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openPermit, type PermitOptions, seededWrite } from '../../src/delta/sendingPermit';
import { MemoryStore } from '../../src/store/memoryStore';
import type { StateStore } from '../../src/store/store';

function permitIn(store: StateStore, options: Partial<PermitOptions> = {}) {
  return openPermit({
    store,
    target: 'braze workspace',
    goalId: 'goal',
    runId: 'run-1',
    storeIsEmpty: true,
    emptyStoreLimit: 10_000,
    tick: undefined,
    dryRun: false,
    ...options,
  });
}

describe('permit to send', () => {
  let store: StateStore;
  beforeEach(() => {
    store = new MemoryStore();
  });

  it('an empty store has a ceiling; one that knows users has none', async () => {
    const known = await permitIn(store, { storeIsEmpty: false });
    assert.deepEqual([known.emptyStore, known.everything, known.spent(5)], [undefined, false, []]);
    const empty = await permitIn(store);
    assert.deepEqual(empty.emptyStore, { limit: 10_000, spentBefore: 0 });
  });

  it('the ceiling holds on, over what runs spent before, though the store is not empty any more', async () => {
    const first = await permitIn(store);
    await store.commit(first.spent(9_900));
    const second = await permitIn(store, { storeIsEmpty: false, runId: 'run-2' });
    assert.deepEqual(second.emptyStore, { limit: 10_000, spentBefore: 9_900 });
    await store.commit(second.spent(50));
    const third = await permitIn(store, { storeIsEmpty: false, runId: 'run-3' });
    assert.deepEqual(third.emptyStore, { limit: 10_000, spentBefore: 9_950 });
  });

  it('a run that goes on after an interruption does not count itself twice', async () => {
    const first = await permitIn(store);
    await store.commit(first.spent(400));
    const again = await permitIn(store, { storeIsEmpty: false });
    assert.deepEqual(again.emptyStore, { limit: 10_000, spentBefore: 0 });
  });

  it('is durable as soon as it is opened: the first entries must not make the store look seeded', async () => {
    await permitIn(store);
    const next = await permitIn(store, { storeIsEmpty: false, runId: 'run-2' });
    assert.ok(next.emptyStore);
  });

  it('ends with a run that was complete, or with a seed', async () => {
    const complete = await permitIn(store);
    await store.commit([...complete.spent(10), ...complete.ifComplete]);
    assert.equal((await permitIn(store, { storeIsEmpty: false, runId: 'run-2' })).emptyStore, undefined);
    await permitIn(store, { target: 'other workspace' });
    await store.commit([seededWrite('other workspace')]);
    const seeded = await permitIn(store, { target: 'other workspace', storeIsEmpty: false });
    assert.equal(seeded.emptyStore, undefined);
  });

  it('a tick of "send everything" is good until a run with it was complete, and for each goal', async () => {
    const tick = '2031-05-04T10:00:00.000Z';
    const ticked = await permitIn(store, { tick });
    assert.deepEqual([ticked.everything, ticked.emptyStore], [true, undefined]);
    const notComplete = await permitIn(store, { tick, storeIsEmpty: false, runId: 'run-2' });
    assert.deepEqual([notComplete.everything, notComplete.emptyStore], [true, undefined]);
    await store.commit(notComplete.ifComplete);
    const used = await permitIn(store, { tick, storeIsEmpty: false, runId: 'run-3' });
    assert.deepEqual([used.everything, used.emptyStore], [false, undefined]);
    assert.equal((await permitIn(store, { tick, goalId: 'other' })).everything, true);
    assert.equal((await permitIn(store, { tick: `${tick} again` })).everything, true);
  });

  it('a used tick allows nothing where the store is empty again', async () => {
    const tick = 't';
    await store.commit((await permitIn(store, { tick })).ifComplete);
    assert.ok((await permitIn(store, { tick, runId: 'run-2' })).emptyStore);
  });

  it('a dry run writes nothing', async () => {
    await permitIn(store, { dryRun: true });
    for await (const { key } of store.list('setting', '')) assert.fail(key);
  });

  it('without a limit there is none', async () => {
    assert.equal((await permitIn(store, { emptyStoreLimit: undefined })).emptyStore, undefined);
  });

  it('however many runs there are, they spend no more than the limit together', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ wants: fc.nat(8_000), goesOn: fc.boolean() }), { maxLength: 8 }),
        async (runs) => {
          const held = new MemoryStore();
          let total = 0;
          let id = 0;
          let own = 0;
          for (const { wants, goesOn } of runs) {
            if (!goesOn) {
              id++;
              own = 0;
            }
            const permit = await permitIn(held, { runId: `run-${id}`, storeIsEmpty: total === 0 });
            const { limit, spentBefore } = permit.emptyStore!;
            const spends = Math.min(wants, limit - spentBefore - own);
            own += spends;
            total += spends;
            await held.commit(permit.spent(own));
            assert.ok(total <= 10_000);
          }
        },
      ),
    ));
});
