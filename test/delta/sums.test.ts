import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  deleteIntents,
  isAtMostOnce,
  type NumberMeaning,
  type ResolvedRow,
  Sums,
  type SumsOptions,
} from '../../src/delta/sums';
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
  const [one] = await sums.resolve([row]);
  if (!one?.sums) return { sent: undefined, sentBefore: one?.sentBefore };
  await sums.intend([one.sums.intent]);
  const sent = Number(one.sums.update.changes[0]!.values[0]);
  if (outcome === 'accepted' || outcome === 'unknown')
    await store.commit(sums.settle(one.sums.intent, outcome));
  else await sums.takeBack([one.sums.intent]);
  return { sent, sentBefore: undefined };
}

/** The amount that a resolved row would send. */
function amountOf(row: ResolvedRow | undefined): number {
  return Number(row?.sums?.update.changes[0]?.values[0] ?? 0);
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
    const second = { unit: 'run2', row: 1, update: update('ada', 25) };
    const [resolved] = await sumsIn(store).resolve([second]);
    assert.equal(amountOf(resolved), 15);
    // The process dies with the request on its way.
    await sumsIn(store).intend([resolved!.sums!.intent]);
    const again = sumsIn(store);
    assert.deepEqual(await again.resolve([second]), [{ sentBefore: 'unknown' }]);
    await store.commit([again.toldUnknown(second)]);
    assert.deepEqual(await sumsIn(store).resolve([second]), [{ sentBefore: 'settled' }], 'told once');
    const later = { unit: 'run3', row: 1, update: update('ada', 30) };
    assert.equal((await send(sumsIn(store), store, later, 'accepted')).sent, 5, 'only what was added since');
  });

  it('add each row of a file once, in whatever run it is read', async () => {
    const store = new MemoryStore();
    const amount = { meaning: 'amount' as NumberMeaning };
    const row = { unit: 'delta/1.gz "v1"', row: 4, update: update('ada', 3) };
    const settled = { sent: undefined, sentBefore: 'settled' };
    assert.equal((await send(sumsIn(store, amount), store, row, 'rejected')).sent, 3);
    assert.equal((await send(sumsIn(store, amount), store, row, 'accepted')).sent, 3);
    assert.deepEqual(await send(sumsIn(store, amount), store, row, 'accepted'), settled);
    const replaced = { ...row, unit: 'delta/1.gz "v2"' };
    assert.equal((await send(sumsIn(store, amount), store, replaced, 'unknown')).sent, 3);
    assert.deepEqual(await send(sumsIn(store, amount), store, replaced, 'accepted'), settled);
    await deleteIntents(store, 'goal');
    // The file is remembered as read, and read again all the same.
    const readAgain = { ...row, readBefore: true };
    assert.deepEqual(await send(sumsIn(store, amount), store, readAgain, 'accepted'), settled);
  });

  it('stay exact where a profile comes several times, whatever becomes of each row, in whatever order', async () => {
    const fates = fc.constantFrom('accepted', 'refused', 'never sent');
    const rows = fc.array(fc.record({ total: fc.integer({ min: 0, max: 50 }), fate: fates, key: fc.nat() }));
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 0, max: 50 }), async (steps, last) => {
        const store = new MemoryStore();
        await sumsIn(store).resolve([{ unit: 'run0', row: 1, update: update('ada', 7) }]);
        const sums = sumsIn(store);
        const resolved = await sums.resolve(
          steps.map(({ total }, at) => ({ unit: 'run1', row: at + 1, update: update('ada', total) })),
        );
        let added = 0;
        const concluded = steps.map((step, at) => ({ ...step, row: resolved[at]! }));
        for (const { fate, row } of concluded.sort((one, other) => one.key - other.key)) {
          if (!row.sums) continue;
          const { intent } = row.sums;
          if (fate === 'never sent') sums.drop(intent);
          else await sums.intend([intent]);
          if (fate === 'refused') await sums.takeBack([intent]);
          if (fate !== 'accepted') continue;
          await store.commit(sums.settle(intent, 'accepted'));
          added += amountOf(row);
        }
        const next = { unit: 'run2', row: 1, update: update('ada', last) };
        added += (await send(sumsIn(store), store, next, 'accepted')).sent ?? 0;
        assert.equal(added, last - 7);
      }),
    );
  });

  it('keep the totals of two goals apart that add to the same field', async () => {
    const store = new MemoryStore();
    const other = { goalId: 'another goal' };
    await send(sumsIn(store), store, { unit: 'run1', row: 1, update: update('ada', 10) }, 'accepted');
    await send(sumsIn(store, other), store, { unit: 'run2', row: 1, update: update('ada', 500) }, 'accepted');
    const next = { unit: 'run3', row: 1, update: update('ada', 12) };
    assert.equal((await send(sumsIn(store), store, next, 'accepted')).sent, 2);
  });

  it('take events and purchases along: they cannot be repeated either', async () => {
    const store = new MemoryStore();
    const bought = {
      ...update('ada', 3),
      changes: [{ field: 'tier', strategy: 'set' as const, as: 'one' as const, values: ['gold'] }],
      purchases: [{ product_id: 'boat' }],
    };
    assert.ok(isAtMostOnce(bought));
    const row = { unit: 'run1', row: 1, update: bought };
    const [resolved] = await sumsIn(store).resolve([row]);
    assert.deepEqual(resolved?.plain?.purchases, undefined);
    assert.deepEqual(resolved?.sums?.update.purchases, bought.purchases);
    await sumsIn(store).intend([resolved!.sums!.intent]);
    assert.equal((await sumsIn(store).resolve([row]))[0]?.sentBefore, 'unknown');
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
    const resolved = await sums.resolve(rows);
    const amounts = resolved.map((row) => row.sums?.update.changes[0]?.values[0]);
    assert.deepEqual(amounts, [undefined, 2, 5]);
  });

  it('keep decimals exact, and text where numbers travel as text', async () => {
    const store = new MemoryStore();
    await send(sumsIn(store), store, { unit: 'run1', row: 1, update: update('ada', '10.3') }, 'accepted');
    const resolved = await sumsIn(store).resolve([{ unit: 'run2', row: 1, update: update('ada', '12.5') }]);
    assert.deepEqual(resolved[0]?.sums?.update.changes[0]?.values, ['2.2']);
  });

  it('part a row: everything else may be sent apart from its sums', async () => {
    const store = new MemoryStore();
    const tier = { field: 'tier', strategy: 'set' as const, as: 'one' as const, values: ['gold'] };
    const sums = sumsIn(store, { firstTotal: 'add' });
    const resolved = await sums.resolve([{ unit: 'run1', row: 1, update: update('ada', 4, [tier]) }]);
    assert.deepEqual(resolved[0]?.plain?.changes, [tier]);
    assert.deepEqual(
      resolved[0]?.sums?.update.changes.map(({ field }) => field),
      ['points'],
    );
  });

  it('leave a sum without a number to the target, which refuses it with a reason', async () => {
    const wrong = update('ada', 'many');
    assert.equal(isAtMostOnce(wrong), false);
    assert.equal(isAtMostOnce(update('ada', '7')), true);
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
