import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { type Checkpoint, checkpointDeletes, loadCheckpoint } from '../../src/run/checkpoint';
import { Checkpointer } from '../../src/run/checkpointer';
import type { GoalRun } from '../../src/run/goalRun';
import type { Outcome } from '../../src/run/ledger';
import { pump } from '../../src/run/pump';
import { parseRef } from '../../src/run/ref';
import { RunRegistry } from '../../src/run/registry';
import type { RunSummary } from '../../src/run/runSummary';
import type { Source, SourceContext, SourceRow, SourceUnit } from '../../src/run/source';
import { MemoryStore } from '../../src/store/memoryStore';

const goal = { id: 'source1', name: 'goal', direction: 'import' as const };

/** Units of the given lengths; row n of a unit is the record { key: 'unit/n' }. */
class ListSource implements Source {
  readonly meaning = 'total';
  readonly read: string[] = [];
  constructor(readonly lengths: number[]) {}

  async *units(context: SourceContext): AsyncGenerator<SourceUnit> {
    for (const [at, length] of this.lengths.entries()) {
      const name = `unit ${at}`;
      if (context.earlier?.isDone(name)) continue;
      this.read.push(name);
      yield { name, rows: () => this.#rows(name, length) };
    }
  }

  state(): unknown {
    return { lengths: this.lengths };
  }

  remember(): [] {
    return [];
  }

  async *#rows(name: string, length: number): AsyncGenerator<SourceRow[]> {
    for (let from = 1; from <= length; from += 3) {
      const slice: SourceRow[] = [];
      for (let line = from; line < Math.min(from + 3, length + 1); line++) {
        slice.push({ line, record: { key: `${name}/${line}` } });
      }
      yield slice;
    }
  }
}

/** One life of a run: until its end, or until it has decided `dieAfter` rows, when the process is gone without a word. */
async function live(options: {
  store: MemoryStore;
  source: ListSource;
  outcomeOf: (key: string) => Outcome;
  applied: Map<string, number>;
  dieAfter: number;
  writeEvery: number;
}): Promise<RunSummary | undefined> {
  const { store, source } = options;
  const resume = await loadCheckpoint(store, goal.id);
  const registry = new RunRegistry();
  const dead = new AbortController();
  let finished!: (summary: RunSummary | undefined) => void;
  const end = new Promise<RunSummary | undefined>((resolve) => {
    finished = resolve;
  });
  const run: GoalRun = registry.start({
    goal,
    path: { sink: 'sink', single: true, between: [] },
    window: 10,
    ...(resume && { resume }),
    settle: async () => {
      if (!dead.signal.aborted) await store.commit(await checkpointDeletes(store, goal.id));
    },
  });
  // A process that is gone writes nothing any more.
  const mortal = Object.create(store) as MemoryStore;
  mortal.commit = async (writes) => (dead.signal.aborted ? undefined : store.commit(writes));
  const checkpointer = new Checkpointer(run, source, mortal, { configHash: 'same' });
  run.listen({ finished });
  let decided = 0;
  void pump(run, source, {
    batchRows: 4,
    ...(resume && { resume }),
    checkpoint: () => checkpointer.write(),
    emit: ({ records }) => {
      setImmediate(async () => {
        for (const record of records) {
          if (dead.signal.aborted) return;
          const ref = parseRef(record._ref)!;
          assert.equal(run.arrive(ref.unit, ref.row), 'taken');
          const key = String(record.key);
          options.applied.set(key, (options.applied.get(key) ?? 0) + 1);
          run.decide(ref.unit, ref.row, options.outcomeOf(key), 'a reason');
          if (++decided % options.writeEvery === 0) await checkpointer.write();
          if (decided >= options.dieAfter) {
            dead.abort();
            finished(undefined);
            run.stop();
          }
        }
      });
    },
  });
  const summary = await end;
  await nextTurn();
  return summary;
}

describe('checkpoint', () => {
  it('a run that dies at any moment goes on to the same account, and repeats only what was not durable', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        async (lengths, deaths, writeEvery) => {
          const store = new MemoryStore();
          const applied = new Map<string, number>();
          const outcomeOf = (key: string): Outcome => (key.endsWith('7') ? 'unchanged' : 'accepted');
          let summary: RunSummary | undefined;
          for (const dieAfter of [...deaths, Number.POSITIVE_INFINITY]) {
            const source = new ListSource(lengths);
            summary = await live({ store, source, outcomeOf, applied, dieAfter, writeEvery });
            if (summary) break;
          }
          const total = lengths.reduce((sum, length) => sum + length, 0);
          assert.ok(summary);
          assert.equal(summary.result, 'succeeded');
          assert.equal(summary.ledger.read, total);
          assert.equal(summary.ledger.accepted + summary.ledger.unchanged, total);
          assert.equal(summary.ledger.balanced, true);
          assert.equal(applied.size, total, 'every row was applied');
          const repeated = [...applied.values()].reduce((sum, times) => sum + times - 1, 0);
          assert.ok(repeated <= deaths.length * writeEvery, `${repeated} rows repeated`);
          assert.equal(await loadCheckpoint(store, goal.id), undefined, 'nothing is left behind');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not read a unit again that was done', async () => {
    const store = new MemoryStore();
    const applied = new Map<string, number>();
    const common = { store, applied, outcomeOf: () => 'accepted' as const, writeEvery: 1 };
    await live({ ...common, source: new ListSource([8, 8, 8]), dieAfter: 18 });
    const second = new ListSource([8, 8, 8]);
    await live({ ...common, source: second, dieAfter: Number.POSITIVE_INFINITY });
    assert.deepEqual(second.read, ['unit 2']);
  });

  it('keeps rows of a stopped run open, so that they are sent when it goes on', async () => {
    const store = new MemoryStore();
    const source = new ListSource([5]);
    const registry = new RunRegistry();
    let summary: RunSummary | undefined;
    const run = registry.start({
      goal,
      path: { sink: 'sink', single: true, between: [] },
      settle: () => checkpointer.close(),
    });
    const checkpointer = new Checkpointer(run, source, store, { configHash: 'same' });
    run.listen({
      finished: (ended) => {
        summary = ended;
      },
    });
    const unit = run.openUnit('unit 0');
    run.startBatch(unit, 1);
    for (let row = 1; row <= 5; row++) run.read(unit, row);
    run.arrive(unit, 1);
    run.decide(unit, 1, 'accepted');
    run.stop();
    while (!summary) await nextTurn();
    assert.deepEqual([summary.ledger.accepted, summary.ledger.unsent], [1, 4]);
    const kept = (await loadCheckpoint(store, goal.id)) as Checkpoint;
    assert.equal(kept.ledger.read, 1);
    const again = registry.start({ goal, path: { sink: 'sink', single: true, between: [] }, resume: kept });
    const number = again.openUnit('unit 0');
    assert.equal(again.id, run.id);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((row) => again.isDecided(number, row)),
      [true, false, false, false, false],
    );
  });

  /** A run with a checkpointer on a store of its own. */
  function checkpointed(source: Source = new ListSource([]), resume?: Checkpoint, store = new MemoryStore()) {
    const run = new RunRegistry().start({
      goal,
      path: { sink: 'sink', single: true, between: [] },
      ...(resume && { resume }),
    });
    const options = { configHash: 'same', earlierSource: resume?.source };
    const checkpointer = new Checkpointer(run, source, store, options);
    const kept = async () => {
      await checkpointer.write();
      return (await loadCheckpoint(store, goal.id)) as Checkpoint;
    };
    return { run, store, kept };
  }

  it('remembers which units are to be read again, whether they were open or done', async () => {
    const { run, kept } = checkpointed();
    for (const name of ['done', 'open']) {
      const unit = run.openUnit(name);
      run.startBatch(unit, 1);
      run.read(unit, 1);
      run.decide(unit, 1, 'rejected', 'throttled, until the deadline', { repeatable: true });
      if (name === 'done') run.endUnit(unit);
    }
    const again = checkpointed(undefined, await kept()).run;
    assert.deepEqual(again.unitsToRepeat.sort(), ['done', 'open']);
  });

  it('keeps what the source knew in an earlier life until it knows something again', async () => {
    const silent: Source = Object.assign(new ListSource([]), { state: () => undefined });
    const first = await checkpointed(silent).kept();
    assert.equal(first.source, undefined, 'there may be nothing to know yet');
    const earlier = { ...first, source: { cursor: 'abc' } };
    assert.deepEqual((await checkpointed(silent, earlier).kept()).source, { cursor: 'abc' });
    assert.deepEqual((await checkpointed(new ListSource([3]), earlier).kept()).source, { lengths: [3] });
  });

  it('reads a unit again in which a row turned up late and was under way when the process died', async () => {
    const { run, store, kept } = checkpointed();
    const unit = run.openUnit('unit 0');
    const batch = run.startBatch(unit, 1);
    run.read(unit, 1);
    run.read(unit, 2);
    run.arrive(unit, 1);
    run.decide(unit, 1, 'accepted');
    run.missingFrom(unit, batch);
    run.endUnit(unit);
    assert.equal((await kept()).done.length, 1);
    assert.equal(run.arrive(unit, 2), 'taken');
    const late = await kept();
    assert.equal(late.ledger.read, 1, 'a row without an outcome will be read again');
    const again = checkpointed(undefined, late, store).run;
    assert.equal(again.isDone('unit 0'), false);
    assert.equal(again.isDecided(again.openUnit('unit 0'), 2), false);
  });

  it('a store that cannot write ends the run with the reason', async () => {
    const store = new MemoryStore();
    store.commit = () => Promise.reject(new Error('disk full'));
    const registry = new RunRegistry();
    const run = registry.start({ goal, path: { sink: 'sink', single: true, between: [] } });
    const checkpointer = new Checkpointer(run, new ListSource([]), store, { configHash: 'same' });
    await checkpointer.write();
    assert.equal(run.error?.code, 'STORE_WRITE_FAILED');
  });
});
