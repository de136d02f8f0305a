import assert from 'node:assert/strict';
import { historyTrim, historyWrite, readHistory } from '../../src/run/history';
import { Ledger } from '../../src/run/ledger';
import { RunRegistry } from '../../src/run/registry';
import type { RunSummary } from '../../src/run/runSummary';
import { MemoryStore } from '../../src/store/memoryStore';
import { goal } from './pieces';

function summary(run: string): RunSummary {
  return {
    run,
    goal,
    startedAt: '2026-01-31T10:00:00.000Z',
    endedAt: '2026-01-31T10:01:00.000Z',
    result: 'succeeded',
    complete: true,
    ledger: new Ledger().snapshot(0),
  };
}

const idsOf = (runs: RunSummary[]) => runs.map(({ run }) => run);

describe('history', () => {
  it('reads back what was written, the newest first, as many as asked for', async () => {
    const store = new MemoryStore();
    for (const run of ['b', 'a', 'c']) await store.commit([historyWrite(summary(run))]);
    assert.deepEqual(await readHistory(store, 10), ['c', 'b', 'a'].map(summary));
    assert.deepEqual(idsOf(await readHistory(store, 2)), ['c', 'b']);
  });

  it('drops the oldest and touches nothing else', async () => {
    const store = new MemoryStore();
    await store.commit([{ space: 'watermark', key: 'a', value: '1' }]);
    for (const run of ['a', 'b', 'c', 'd']) await store.commit([historyWrite(summary(run))]);
    await store.commit(await historyTrim(store, 2));
    assert.deepEqual(idsOf(await readHistory(store, 10)), ['d', 'c']);
    assert.equal((await store.getMany('watermark', ['a']))[0]?.toString(), '1');
    assert.deepEqual(await historyTrim(store, 2), []);
  });

  it('counts the run that is added, and keeps it even if it is the oldest', async () => {
    const store = new MemoryStore();
    for (const run of ['b', 'c', 'd']) await store.commit([historyWrite(summary(run))]);
    const trim = await historyTrim(store, 2, { adding: 'a' });
    await store.commit([historyWrite(summary('a')), ...trim]);
    assert.deepEqual(idsOf(await readHistory(store, 10)), ['d', 'a']);
    const again = await historyTrim(store, 2, { adding: 'a' });
    assert.deepEqual(again, []);
  });

  it('drops what is too old, however few there are', async () => {
    const store = new MemoryStore();
    const now = Date.UTC(2026, 5, 30);
    const startedDaysAgo = (days: number) => `${(now - days * 86_400_000).toString(36)}0a1b2c3d`;
    for (const days of [1, 6, 8, 400]) await store.commit([historyWrite(summary(startedDaysAgo(days)))]);
    await store.commit(await historyTrim(store, 100, { days: 7, now }));
    assert.deepEqual(idsOf(await readHistory(store, 10)), [1, 6].map(startedDaysAgo));
    assert.deepEqual(await historyTrim(store, 100, { now }), []);
  });

  it('is in the order in which runs were started', async () => {
    const store = new MemoryStore();
    const registry = new RunRegistry();
    const started: string[] = [];
    for (let n = 0; n < 3; n++) {
      const run = registry.start({ goal, path: { sink: undefined, single: false, between: [] } });
      started.unshift(run.id);
      await store.commit([historyWrite(run.summary())]);
      run.stop();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.deepEqual(idsOf(await readHistory(store, 10)), started);
  });
});
