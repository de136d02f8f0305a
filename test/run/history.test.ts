import assert from 'node:assert/strict';
import {
  firstRunAt,
  historyBetween,
  historyPage,
  historyTrim,
  historyWrite,
  readHistory,
  runOf,
} from '../../src/run/history';
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

  it('comes page by page, and of one goal or connection where asked', async () => {
    const store = new MemoryStore();
    for (const run of ['a', 'b', 'c', 'd', 'e']) await store.commit([historyWrite(summary(run))]);
    const other = { ...goal, id: 'other' };
    const token = { connection: 'k', connectionRun: 'r', goal: 'g' };
    await store.commit([historyWrite({ ...summary('f'), goal: other, connection: token })]);
    const first = await historyPage(store, { limit: 2 });
    assert.deepEqual(idsOf(first.runs), ['f', 'e']);
    const second = await historyPage(store, { limit: 2, before: first.next });
    assert.deepEqual(idsOf(second.runs), ['d', 'c']);
    const last = await historyPage(store, { limit: 3, before: second.next });
    assert.deepEqual(idsOf(last.runs), ['b', 'a']);
    assert.equal(last.next, undefined);
    assert.deepEqual(idsOf((await historyPage(store, { limit: 9, goal: 'other' })).runs), ['f']);
    assert.deepEqual(idsOf((await historyPage(store, { limit: 9, connection: 'k' })).runs), ['f']);
    assert.deepEqual(idsOf((await historyPage(store, { limit: 9, connection: 'x' })).runs), []);
    assert.deepEqual(await runOf(store, 'c'), summary('c'));
    assert.equal(await runOf(store, 'z'), undefined);
  });

  it('a page looks at 500 runs at most, and the next one goes on where it ended', async () => {
    const store = new MemoryStore();
    const started = (second: number) => `${firstRunAt(1_900_000_000_000 + second * 1000)}00000000`;
    const wanted = { ...summary(started(0)), goal: { ...goal, id: 'rare' } };
    const many = Array.from({ length: 500 }, (_, at) => historyWrite(summary(started(at + 1))));
    await store.commit([historyWrite(wanted), ...many]);
    const none = await historyPage(store, { limit: 5, goal: 'rare' });
    assert.deepEqual(none, { runs: [], next: started(1) });
    assert.deepEqual(await historyPage(store, { limit: 5, goal: 'rare', before: none.next }), {
      runs: [wanted],
    });
  });

  it('is read by the span of time in which runs began', async () => {
    const store = new MemoryStore();
    const at = (ms: number) => `${ms.toString(36)}0a1b2c3d`;
    const noon = Date.UTC(2026, 5, 30, 12);
    for (const ms of [noon - 1, noon, noon + 1, noon + 2])
      await store.commit([historyWrite(summary(at(ms)))]);
    const found: string[] = [];
    for await (const { run } of historyBetween(store, { from: noon, before: noon + 2 })) found.push(run);
    assert.deepEqual(found, [at(noon + 1), at(noon)]);
    for await (const run of historyBetween(store, { from: noon, before: noon + 2 }, { goal: 'x' }))
      assert.fail(`${run.run} is of another goal`);
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
