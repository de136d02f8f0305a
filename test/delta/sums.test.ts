import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasSums, intentDeletes, type NumberMeaning, Sums, type SumsOptions } from '../../src/delta/sums';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { Outcome } from '../../src/run/ledger';
import { MemoryStore } from '../../src/store/memoryStore';

const secret = Buffer.alloc(32, 7);

function sumsIn(store: MemoryStore, options: Partial<SumsOptions> = {}): Sums {
  return new Sums({
    store,
    secret,
    target: 'braze https://rest.example',
    goalId: 'goal',
    meaning: 'total',
    firstTotal: 'remember',
    ...options,
  });
}

function update(who: string, value: number | string, more: ProfileUpdate['changes'] = []): ProfileUpdate {
  const sum = { field: 'points', strategy: 'sum' as const, as: 'one' as const, values: [value] };
  return {
    version: 1,
    match: [[{ field: 'external_id', value: who }]],
    allowCreate: false,
    changes: [sum, ...more],
  };
}

/** Runs one row to its outcome as a sink does; returns the amount that was sent, if one was. */
async function send(
  sums: Sums,
  store: MemoryStore,
  row: { unit: string; row: number; update: ProfileUpdate },
  outcome: Outcome,
) {
  const { resolved, remembered } = await sums.resolve([row]);
  await store.commit(remembered);
  const [one] = resolved;
  if (!one?.sums) return { sent: undefined, sentBefore: one?.sentBefore ?? false };
  await sums.intend([one.sums.intent]);
  const sent = Number(one.sums.update.changes[0]!.values[0]);
  await store.commit(sums.settle(one.sums.intent, outcome));
  return { sent, sentBefore: false };
}

describe('sums', () => {
  it('telescope: what was added is the last total less the first, whatever came between', async () => {
    const outcomes = fc.constantFrom<Outcome>('accepted', 'rejected', 'filtered', 'unsent');
    const steps = fc.array(fc.record({ total: fc.integer({ min: -1000, max: 1000 }), outcome: outcomes }));
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: -1000, max: 1000 }), async (history, last) => {
        const store = new MemoryStore();
        let added = 0;
        const all = [...history, { total: last, outcome: 'accepted' as const }];
        for (const [at, { total, outcome }] of all.entries()) {
          // A new object each time: every run, and every process, finds the same totals.
          const { sent } = await send(
            sumsIn(store),
            store,
            { unit: `run${at}`, row: 1, update: update('ada', total) },
            outcome,
          );
          if (sent !== undefined && outcome === 'accepted') added += sent;
        }
        assert.equal(added, last - all[0]!.total);
      }),
    );
  });

  it('never send an amount a second time that may have arrived', async () => {
    const store = new MemoryStore();
    await send(sumsIn(store), store, { unit: 'run1', row: 1, update: update('ada', 10) }, 'accepted');
    const lost = await send(
      sumsIn(store),
      store,
      { unit: 'run2', row: 1, update: update('ada', 25) },
      'unknown',
    );
    assert.equal(lost.sent, 15);
    const again = await send(
      sumsIn(store),
      store,
      { unit: 'run2', row: 1, update: update('ada', 25) },
      'accepted',
    );
    assert.deepEqual(again, { sent: undefined, sentBefore: true });
    const later = await send(
      sumsIn(store),
      store,
      { unit: 'run3', row: 1, update: update('ada', 30) },
      'accepted',
    );
    assert.equal(later.sent, 5, 'only what was added since');
  });

  it('add each row of a file once, in whatever run it is read', async () => {
    const store = new MemoryStore();
    const amount = { meaning: 'amount' as NumberMeaning };
    const row = { unit: 'delta/1.gz "v1"', row: 4, update: update('ada', 3) };
    assert.equal((await send(sumsIn(store, amount), store, row, 'accepted')).sent, 3);
    assert.equal((await send(sumsIn(store, amount), store, row, 'accepted')).sentBefore, true);
    const replaced = { ...row, unit: 'delta/1.gz "v2"' };
    assert.equal((await send(sumsIn(store, amount), store, replaced, 'accepted')).sent, 3);
    await store.commit(await intentDeletes(store, 'goal'));
    assert.equal((await send(sumsIn(store, amount), store, row, 'accepted')).sent, 3);
  });

  it('may add the first total as it is, where that was asked for', async () => {
    const store = new MemoryStore();
    const first = await send(
      sumsIn(store, { firstTotal: 'add' }),
      store,
      { unit: 'run1', row: 1, update: update('ada', 40) },
      'accepted',
    );
    assert.equal(first.sent, 40);
  });

  it('see the first row of a profile when its second comes in the same run', async () => {
    const store = new MemoryStore();
    const sums = sumsIn(store);
    const rows = [10, 12, 17].map((total, at) => ({
      unit: 'run1',
      row: at + 1,
      update: update('ada', total),
    }));
    const { resolved } = await sums.resolve(rows);
    const amounts = resolved.map((row) => row.sums?.update.changes[0]?.values[0]);
    assert.deepEqual(amounts, [undefined, 2, 5]);
  });

  it('keep decimals exact, and text where numbers travel as text', async () => {
    const store = new MemoryStore();
    await send(sumsIn(store), store, { unit: 'run1', row: 1, update: update('ada', '10.3') }, 'accepted');
    const { resolved } = await sumsIn(store).resolve([
      { unit: 'run2', row: 1, update: update('ada', '12.5') },
    ]);
    assert.deepEqual(resolved[0]?.sums?.update.changes[0]?.values, ['2.2']);
  });

  it('part a row: everything else may be sent apart from its sums', async () => {
    const store = new MemoryStore();
    const tier = { field: 'tier', strategy: 'set' as const, as: 'one' as const, values: ['gold'] };
    const sums = sumsIn(store, { firstTotal: 'add' });
    const { resolved } = await sums.resolve([{ unit: 'run1', row: 1, update: update('ada', 4, [tier]) }]);
    assert.deepEqual(resolved[0]?.plain?.changes, [tier]);
    assert.deepEqual(
      resolved[0]?.sums?.update.changes.map(({ field }) => field),
      ['points'],
    );
  });

  it('leave a sum without a number to the target, which refuses it with a reason', async () => {
    const wrong = update('ada', 'many');
    assert.equal(hasSums(wrong), false);
    assert.equal(hasSums(update('ada', '7')), true);
  });

  it('keep totals under keys that do not tell who the profile is', async () => {
    const store = new MemoryStore();
    await send(
      sumsIn(store),
      store,
      { unit: 'run1', row: 1, update: update('ada@example.org', 1) },
      'accepted',
    );
    for await (const key of store.keys('number', '')) assert.ok(!key.toString('latin1').includes('ada'));
  });
});
