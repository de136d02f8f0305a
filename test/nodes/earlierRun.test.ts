import assert from 'node:assert/strict';
import { earlierRun } from '../../nodes/shell/earlierRun';
import { Sums } from '../../src/delta/sums';
import { headWrite } from '../../src/run/checkpoint';
import { readHistory } from '../../src/run/history';
import { Ledger } from '../../src/run/ledger';
import { MemoryStore } from '../../src/store/memoryStore';

const goal = { id: 'source1', name: 'delta', direction: 'export' as const };
const terms = { configHash: 'same', maxAgeMs: 60_000, fullRead: false };

describe('the run of a goal that was cut off', () => {
  let store: MemoryStore;
  beforeEach(async () => {
    store = new MemoryStore();
    await leaveRun({});
  });

  async function leaveRun(changes: Partial<Parameters<typeof headWrite>[0]>): Promise<void> {
    const head = headWrite({
      run: 'run1',
      goal,
      configHash: 'same',
      startedAt: new Date().toISOString(),
      savedAt: new Date().toISOString(),
      ledger: new Ledger().state({ read: 0, added: 0 }),
      addedRows: 0,
      unitCount: 2,
      source: [],
      openUnits: [{ number: 1, name: 'delta/a', repeatable: 0 }],
      ...changes,
    });
    await store.commit([head]);
  }

  const keysLeft = async () => {
    let keys = 0;
    for await (const _ of store.keys('checkpoint', '')) keys++;
    return keys;
  };

  it('goes on under the same configuration', async () => {
    assert.equal((await earlierRun(store, goal.id, terms))?.run, 'run1');
    assert.deepEqual(await readHistory(store, 10), []);
  });

  for (const [why, changed] of Object.entries({
    'under another configuration': { configHash: 'other' },
    'when it is too old': { maxAgeMs: -1 },
    'when everything is to be read anew': { fullRead: true },
  })) {
    it(`is closed ${why}`, async () => {
      assert.equal(await earlierRun(store, goal.id, { ...terms, ...changed }), undefined);
      const [closed] = await readHistory(store, 10);
      assert.deepEqual([closed?.run, closed?.error?.code], ['run1', 'RUN_INTERRUPTED']);
      assert.equal(closed?.ledger.balanced, true);
      assert.equal(await keysLeft(), 0);
    });
  }

  it('leaves nothing that the next run could take for its own, even where it cannot be read', async () => {
    await store.commit([
      { space: 'checkpoint', key: `goal/${goal.id}/head`, value: '{"version":99}' },
      { space: 'checkpoint', key: `goal/${goal.id}/done/1`, value: '{"name":"delta/a","repeatable":0}' },
    ]);
    assert.equal(await earlierRun(store, goal.id, terms), undefined);
    assert.equal(await keysLeft(), 0);
  });

  it('lists what must not be sent twice and was on its way, once', async () => {
    const sums = new Sums({
      store,
      secret: Buffer.alloc(32),
      target: 'braze',
      goalId: goal.id,
      meaning: 'amount',
      firstTotal: 'remember',
    });
    const update = {
      version: 1 as const,
      match: [[{ field: 'external_id', value: 'ada' }]],
      allowCreate: false,
      changes: [{ field: 'points', strategy: 'sum' as const, as: 'one' as const, values: [3] }],
    };
    const row = { unit: 'delta/a "etag"', row: 7, update };
    const [resolved] = await sums.resolve([row]);
    await sums.intend([resolved!.sums!.intent]);
    await earlierRun(store, goal.id, { ...terms, configHash: 'other' });
    const [closed] = await readHistory(store, 10);
    assert.deepEqual([closed?.ledger.read, closed?.ledger.unknown], [1, 1]);
    assert.deepEqual(Object.values(closed?.ledger.samples ?? {}), [['run1/1/7']]);
    assert.equal(closed?.ledger.balanced, true);
    assert.equal((await sums.resolve([row]))[0]?.sentBefore, 'settled');
  });
});
