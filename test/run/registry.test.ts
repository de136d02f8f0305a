import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Checkpoint } from '../../src/run/checkpoint';
import type { GoalRun, GoalRunOptions } from '../../src/run/goalRun';
import { RunRegistry } from '../../src/run/registry';
import type { RunSummary } from '../../src/run/runSummary';
import { goal, sinkIdentity } from './pieces';

function startOn(registry: RunRegistry, options: Partial<GoalRunOptions> = {}): GoalRun {
  return registry.start({ goal, path: { sink: 'sink', single: true, between: [] }, ...options });
}

/** Reads rows into a new unit; returns its number. */
function read(run: GoalRun, rows: number): number {
  const unit = run.openUnit('file');
  run.startBatch(unit, 1);
  for (let row = 1; row <= rows; row++) run.read(unit, row);
  run.endUnit(unit);
  return unit;
}

/** What a run leaves behind that was stopped before it had read anything. */
function checkpointOf(run: GoalRun): Checkpoint {
  const { ledger, addedRows, unitCount } = run.capture();
  const at = run.startedAt.toISOString();
  return {
    run: run.id,
    goal: run.goal,
    configHash: 'same',
    startedAt: at,
    savedAt: at,
    ledger,
    addedRows,
    unitCount,
    source: undefined,
    open: [],
    done: [],
    paused: true,
  };
}

const finished = (run: GoalRun): Promise<RunSummary> =>
  new Promise((resolve) => run.listen({ finished: resolve }));

describe('run registry', () => {
  let registry: RunRegistry;
  beforeEach(() => {
    registry = new RunRegistry({ ownRunQuietMs: 30 });
  });

  const claim = (ref: unknown, sink = sinkIdentity) => registry.claim(sink, ref, () => ({}));

  it('knows a run from its start to its end', async () => {
    const run = startOn(registry);
    assert.equal(registry.find(run.id), run);
    assert.equal(registry.openRunOf(goal.id), run);
    assert.deepEqual(
      registry.live().map((snapshot) => snapshot.run),
      [run.id],
    );
    const end = finished(run);
    run.endSource();
    await end;
    assert.equal(registry.find(run.id), undefined);
    assert.equal(registry.openRunOf(goal.id), undefined);
    assert.deepEqual(registry.live(), []);
  });

  it('gives every run an id of its own, in the order of their start', () => {
    const ids = Array.from({ length: 50 }, () => {
      const run = startOn(registry);
      run.stop();
      return run.id;
    });
    assert.equal(new Set(ids).size, 50);
    const times = ids.map((id) => id.slice(0, -8));
    assert.deepEqual([...times].sort(), times);
  });

  describe('a claimed row', () => {
    it('keeps its identity when it comes for the first time', () => {
      const run = startOn(registry);
      const unit = read(run, 2);
      assert.deepEqual(claim(`${run.id}/${unit}/2`), { run, unit, row: 2 });
      assert.equal(run.away, 1);
    });

    it('is added when it comes again, and the ledger still adds up', async () => {
      const run = startOn(registry);
      const unit = read(run, 1);
      const end = finished(run);
      const claims = [1, 2, 3].map(() => claim(`${run.id}/${unit}/1`)!);
      run.endSource();
      for (const one of claims) one.run.decide(one.unit, one.row, 'accepted');
      const { ledger } = await end;
      assert.deepEqual([ledger.read, ledger.added, ledger.accepted], [1, 2, 3]);
      assert.equal(ledger.balanced, true);
    });

    it('is added when its ref says nothing of an open run, whatever it is', () => {
      const run = startOn(registry);
      for (const ref of [undefined, null, 17, 'nonsense', 'other/1/1', `${run.id}/9/1`, `${run.id}/0/5`]) {
        const taken = claim(ref);
        assert.deepEqual([taken?.run.id, taken?.unit], [run.id, 0]);
      }
      assert.equal(run.snapshot().ledger.added, 7);
    });

    it('joins no run of another sink', () => {
      const run = startOn(registry);
      const unit = read(run, 1);
      const taken = claim(`${run.id}/${unit}/1`, { ...sinkIdentity, id: 'other' });
      assert.notEqual(taken?.run, run);
      assert.equal(run.away, 1);
    });

    it('gets a run of its own where two are open and it belongs to neither', () => {
      const [one, two] = [startOn(registry), startOn(registry)];
      const taken = claim(undefined);
      assert.ok(taken && taken.run !== one && taken.run !== two);
      assert.equal(taken.run.goal.id, sinkIdentity.id);
    });

    it('joins no run whose account is already closed', async () => {
      let settle: () => void = () => undefined;
      const run = startOn(registry, {
        settle: () =>
          new Promise((resolve) => {
            settle = resolve;
          }),
      });
      const unit = read(run, 1);
      const end = finished(run);
      run.missingFrom(unit, 0);
      run.endSource();
      const late = claim(`${run.id}/${unit}/1`);
      const written = claim(undefined);
      assert.ok(late && late.run !== run);
      assert.equal(written?.run, late.run);
      settle();
      const { ledger } = await end;
      assert.deepEqual([ledger.added, ledger.undecided, ledger.filtered], [0, 0, 1]);
    });
  });

  describe('a run of the sink’s own', () => {
    it('takes all rows without one, and closes when none has come for a while', async () => {
      const first = claim(undefined)!;
      const end = finished(first.run);
      const second = claim('lost/1/1')!;
      assert.equal(second.run, first.run);
      for (const { run, unit, row } of [first, second]) run.decide(unit, row, 'accepted');
      const { ledger, result, complete } = await end;
      assert.deepEqual([ledger.read, ledger.added, ledger.accepted], [0, 2, 2]);
      assert.deepEqual([result, complete], ['succeeded', false]);
    });

    it('stays open as long as rows come', async () => {
      registry = new RunRegistry({ ownRunQuietMs: 200 });
      const first = claim(undefined)!;
      first.run.decide(first.unit, first.row, 'accepted');
      for (let n = 0; n < 4; n++) {
        await sleep(80);
        const next = claim(undefined)!;
        assert.equal(next.run, first.run);
        next.run.decide(next.unit, next.row, 'accepted');
      }
      assert.equal((await finished(first.run)).ledger.added, 5);
    });

    it('waits for its last outcome', async () => {
      const { run, unit, row } = claim(undefined)!;
      await sleep(80);
      assert.equal(registry.find(run.id), run);
      const end = finished(run);
      run.decide(unit, row, 'accepted');
      assert.equal((await end).ledger.accepted, 1);
    });

    it('is followed by another one', async () => {
      const first = claim(undefined)!;
      const end = finished(first.run);
      first.run.decide(first.unit, first.row, 'accepted');
      await end;
      const second = claim(undefined)!;
      assert.notEqual(second.run, first.run);
      second.run.stop();
    });

    it('is not joined any more once it is stopped', () => {
      const first = claim(undefined)!;
      first.run.stop();
      const second = claim(undefined)!;
      assert.notEqual(second.run, first.run);
    });
  });

  describe('rows of a stopped run', () => {
    it('are not sent, and not counted a second time', async () => {
      const run = startOn(registry);
      const unit = read(run, 3);
      const held = claim(`${run.id}/${unit}/1`)!;
      const end = finished(run);
      run.stop();
      assert.equal(claim(`${run.id}/${unit}/2`), undefined);
      run.decide(held.unit, held.row, 'accepted');
      const { ledger } = await end;
      assert.equal(claim(`${run.id}/${unit}/3`), undefined, 'also when the run is over');
      assert.deepEqual([ledger.read, ledger.added, ledger.accepted, ledger.unsent], [3, 0, 1, 2]);
      assert.deepEqual(registry.live(), [], 'no run was made for them');
    });

    it('are wanted again once the run goes on', async () => {
      const run = startOn(registry);
      const end = finished(run);
      run.stop();
      await end;
      const again = registry.start({
        goal,
        path: { sink: 'sink', single: true, between: [] },
        resume: checkpointOf(run),
      });
      assert.equal(again.id, run.id);
      const unit = read(again, 1);
      assert.equal(claim(`${run.id}/${unit}/1`)?.run, again);
    });

    it('are rows like any other when they come back much later', async () => {
      registry = new RunRegistry({ ownRunQuietMs: 30, stoppedRunMemoryMs: 10 });
      const run = startOn(registry);
      const unit = read(run, 1);
      run.stop();
      await sleep(30);
      const taken = claim(`${run.id}/${unit}/1`);
      assert.ok(taken && taken.run !== run);
    });
  });

  describe('a node between source and sink', () => {
    it('decides rows that are on their way', () => {
      const run = startOn(registry);
      const unit = read(run, 1);
      assert.equal(registry.decide(`${run.id}/${unit}/1`, 'unmapped'), true);
      assert.equal(registry.decide(`${run.id}/${unit}/1`, 'rejected'), false, 'each only once');
      assert.equal(run.snapshot().ledger.unmapped, 1);
    });

    it('decides nothing that a sink holds, and nothing of no run', () => {
      const run = startOn(registry);
      const unit = read(run, 1);
      claim(`${run.id}/${unit}/1`);
      assert.equal(registry.decide(`${run.id}/${unit}/1`, 'rejected', 'too late'), false);
      assert.equal(registry.decide('other/1/1', 'rejected'), false);
      assert.equal(registry.decide(undefined, 'rejected'), false);
      assert.equal(run.snapshot().ledger.rejected, 0);
    });
  });
});
