import assert from 'node:assert/strict';
import { ConnectionState } from '../../src/run/connectionState';
import { historyWrite } from '../../src/run/history';
import { MemoryStore } from '../../src/store/memoryStore';
import { importSummary, report } from './reportPieces';

const dayMs = 24 * 3_600_000;
const runAt = (time: number, rest = '') => `${time.toString(36)}${rest}`;
const keepAll = { runs: 1_000, days: 0 };

describe('stored state of a connection', () => {
  let store: MemoryStore;
  let state: ConnectionState;
  beforeEach(() => {
    store = new MemoryStore();
    state = new ConnectionState(store, 'c');
  });

  const settled = (run: string, keep = keepAll) => state.settle(report({ run }), keep);
  const runs = async (limit = 1_000) => (await state.reports(limit)).map(({ run }) => run);

  it('a checkpoint is kept until the run is settled', async () => {
    const checkpoint = {
      run: 'r',
      startedAt: '2031-05-04T10:00:05.000Z',
      dryRun: false,
      fullRead: true,
      interruptions: 1,
      plan: ['i', 'e'],
      done: [],
      current: 'i',
    };
    assert.equal(await state.checkpoint(), undefined);
    await state.setCheckpoint(checkpoint);
    assert.deepEqual(await state.checkpoint(), checkpoint);
    await settled('r');
    assert.equal(await state.checkpoint(), undefined);
  });

  it('a checkpoint that this version cannot read is none', async () => {
    for (const value of ['{"version":2,"run":"r"}', 'not JSON', '[]']) {
      await store.commit([{ space: 'checkpoint', key: 'connection/c', value }]);
      assert.equal(await state.checkpoint(), undefined);
    }
  });

  it('reports come newest first, and no more than asked for', async () => {
    for (const run of ['a', 'b', 'c']) await settled(run);
    assert.deepEqual(await runs(), ['c', 'b', 'a']);
    assert.deepEqual(await runs(2), ['c', 'b']);
  });

  it('only so many reports are kept', async () => {
    for (const run of ['a', 'b', 'c', 'd']) await settled(run, { runs: 2, days: 0 });
    assert.deepEqual(await runs(), ['d', 'c']);
  });

  it('only reports of a certain age are kept', async () => {
    const now = Date.now();
    const old = runAt(now - 3 * dayMs);
    const young = runAt(now - dayMs);
    await settled(old);
    await settled(young);
    const newest = runAt(now);
    await settled(newest, { runs: 100, days: 2 });
    assert.deepEqual(await runs(), [newest, young]);
  });

  it('connections know nothing of each other', async () => {
    const other = new ConnectionState(store, 'c2');
    await other.setOn(false);
    await settled('mine', { runs: 1, days: 0 });
    await other.settle(report({ run: 'theirs' }), { runs: 1, days: 0 });
    assert.deepEqual(await runs(), ['mine']);
    assert.ok(await state.isOn());
    assert.ok(!(await other.isOn()));
  });

  describe('a goal run that ended in the moment Node-RED did', () => {
    const token = { connection: 'c', connectionRun: 'r', goal: 'i' };
    const remember = (changes: object) =>
      store.commit([historyWrite({ ...importSummary(), connection: token, ...changes })]);

    it('is found in the history by its token', async () => {
      await remember({ run: 'other', connection: { ...token, goal: 'e' } });
      assert.equal(await state.endedRun(token), undefined);
      await remember({ run: 'mine' });
      assert.equal((await state.endedRun(token))?.run, 'mine');
    });

    it('has not ended where it was only cut off', async () => {
      await remember({ run: 'stopped', result: 'stopped' });
      await remember({
        run: 'closed',
        result: 'failed',
        error: { code: 'RUN_INTERRUPTED', message: '', advice: '' },
      });
      assert.equal(await state.endedRun(token), undefined);
    });
  });
});
