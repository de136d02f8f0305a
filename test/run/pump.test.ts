import assert from 'node:assert/strict';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { SyncError } from '../../src/errors/syncError';
import type { GoalRunOptions } from '../../src/run/goalRun';
import { GoalRun } from '../../src/run/goalRun';
import { type EmittedBatch, type PumpOptions, pump } from '../../src/run/pump';
import type { RunSummary } from '../../src/run/runSummary';
import type { Source, SourceRow } from '../../src/run/source';
import { goal, records, sourceOf } from './pieces';

interface Pumped {
  run: GoalRun;
  batches: EmittedBatch[];
  /** Of the pump itself. */
  pumped: Promise<void>;
  finished: Promise<RunSummary>;
}

/** Pumps into a flow that decides every row the moment it comes, unless `keep` says otherwise. */
function pumping(
  source: Source,
  options: Partial<PumpOptions> & { keep?: boolean; run?: Partial<GoalRunOptions> } = {},
): Pumped {
  const { keep, run: runOptions, ...pumpOptions } = options;
  const run = new GoalRun({
    id: 'r1',
    goal,
    path: { sink: 'sink', single: true, between: [] },
    ...runOptions,
  });
  const batches: EmittedBatch[] = [];
  const finished = new Promise<RunSummary>((resolve) => run.listen({ finished: resolve }));
  const pumped = pump(run, source, {
    batchRows: 10,
    emit: (batch) => {
      batches.push(batch);
      if (!keep) acceptAll(run, batch);
    },
    ...pumpOptions,
  });
  return { run, batches, pumped, finished };
}

function acceptAll(run: GoalRun, batch: EmittedBatch): void {
  for (const { _ref } of batch.records) {
    const [, unit, row] = _ref!.split('/').map(Number);
    run.decide(unit!, row!, 'accepted');
  }
}

const refsOf = (batches: EmittedBatch[]) =>
  batches.flatMap(({ records: list }) => list.map(({ _ref }) => _ref));

describe('pump', () => {
  it('tells of every phase of the source before there is a batch', async () => {
    const source: Source = {
      ...sourceOf({}),
      async *units(context) {
        await nextTurn();
        context.phase('waiting', '0 s');
        context.phase('waiting', '10 s');
        context.phase('doubting', 'bucket/');
        yield* [];
      },
    };
    const told: string[] = [];
    const { run, pumped } = pumping(source, {
      phaseChanged: () => {
        const { phase, detail } = run.snapshot();
        told.push(`${phase} ${detail}`);
      },
    });
    await pumped;
    assert.deepEqual(told, ['waiting 0 s', 'waiting 10 s', 'doubting bucket/']);
  });

  it('emits every record once, in order, in batches of a unit, each with its ref', async () => {
    const { batches, finished } = pumping(sourceOf({ one: records(25, 7), two: records(5) }));
    const { ledger, result } = await finished;
    assert.deepEqual(
      batches.map(({ unit, batch, records: list }) => [unit, batch, list.length]),
      [
        ['one', 0, 10],
        ['one', 1, 10],
        ['one', 2, 5],
        ['two', 0, 5],
      ],
    );
    assert.deepEqual(refsOf(batches), [
      ...Array.from({ length: 25 }, (_, at) => `r1/1/${at + 1}`),
      ...Array.from({ length: 5 }, (_, at) => `r1/2/${at + 1}`),
    ]);
    assert.deepEqual([ledger.read, ledger.accepted, result], [30, 30, 'succeeded']);
  });

  it('says of the last batch that it is the last, and of no other', async () => {
    const { batches, finished } = pumping(sourceOf({ one: records(20), empty: [], two: records(3) }));
    await finished;
    assert.deepEqual(
      batches.map(({ complete }) => complete),
      [false, false, true],
    );
  });

  it('ends a run whose source has nothing', async () => {
    const { batches, finished } = pumping(sourceOf({}));
    assert.equal((await finished).complete, true);
    assert.deepEqual(batches, []);
  });

  it('rejects rows that could not be read and goes on with the rest', async () => {
    const rows: SourceRow[] = [
      { line: 1, record: {} },
      { line: 2, fault: 'not-json' },
      { line: 4, record: {} },
    ];
    const { batches, finished } = pumping(sourceOf({ file: [rows] }));
    const { ledger } = await finished;
    assert.deepEqual(refsOf(batches), ['r1/1/1', 'r1/1/4']);
    assert.deepEqual([ledger.read, ledger.accepted, ledger.rejected], [3, 2, 1]);
    assert.deepEqual(ledger.samples['rejected: not-json'], ['r1/1/2']);
  });

  it('never has more on the way than the window holds', async () => {
    let most = 0;
    const { run, finished } = pumping(sourceOf({ one: records(200) }), {
      run: { window: 30 },
      emit: (batch) => {
        most = Math.max(most, run.undecided);
        setTimeout(() => acceptAll(run, batch), 1);
      },
    });
    assert.equal((await finished).ledger.accepted, 200);
    assert.equal(most, 30);
  });

  it('stops after the first rows that were asked for, without opening the next unit', async () => {
    const opened: string[] = [];
    const source: Source = {
      meaning: 'total',
      async *units(context) {
        for (const name of ['one', 'two', 'three']) {
          opened.push(name);
          yield* sourceOf({ [name]: records(20) }).units(context);
        }
      },
      remember: () => [],
    };
    const { batches, finished } = pumping(source, { firstRows: 25 });
    const { ledger } = await finished;
    assert.deepEqual([refsOf(batches).length, ledger.read], [25, 25]);
    assert.equal(batches.at(-1)?.complete, true);
    assert.deepEqual(opened, ['one', 'two']);
  });

  it('fails the run with the error of its source, after the rows that came before it', async () => {
    const source = sourceOf({});
    const broken = new SyncError({ code: 'FILE_DAMAGED', message: 'Damaged.', advice: '' });
    source.units = async function* (context) {
      yield* sourceOf({ one: records(20) }).units(context);
      throw broken;
    };
    const { finished } = pumping(source);
    const summary = await finished;
    assert.equal(summary.error?.code, 'FILE_DAMAGED');
    assert.equal(summary.complete, false);
    assert.equal(summary.ledger.read, 20);
    assert.equal(summary.ledger.balanced, true);
  });

  it('reads the other units where one is damaged, and fails with the first damage at the end', async () => {
    const damage = (name: string) => new SyncError({ code: `BROKEN_${name}`, message: name, advice: '' });
    const units = ['a', 'b', 'c', 'd'].map((name) => ({
      name,
      damage: (thrown: unknown) => (thrown instanceof SyncError ? thrown : undefined),
      async *rows() {
        yield records(15).flat();
        if (name === 'b' || name === 'c') throw damage(name);
      },
    }));
    const source: Source = {
      ...sourceOf({}),
      units: async function* () {
        yield* units;
      },
    };
    const { run, batches, finished } = pumping(source);
    const { result, complete, error, ledger } = await finished;
    assert.deepEqual([result, complete, error?.code], ['failed', false, 'BROKEN_b']);
    assert.deepEqual([ledger.read, ledger.accepted, run.allUnitsFinished], [60, 60, false]);
    assert.deepEqual([...new Set(batches.map(({ unit }) => unit))], ['a', 'b', 'c', 'd']);
    assert.equal(batches.at(-1)?.complete, true);
  });

  it('shows no unknown error of a source to people, only its kind', async () => {
    const source = sourceOf({});
    // biome-ignore lint/correctness/useYield: fails before its first unit
    source.units = async function* () {
      throw new TypeError('secret of someone');
    };
    const { error } = await pumping(source).finished;
    assert.equal(error?.code, 'UNEXPECTED');
    assert.doesNotMatch(error?.message ?? '', /secret/);
  });

  describe('when the run is stopped', () => {
    it('reads no further', async () => {
      let read = 0;
      const source = sourceOf({});
      source.units = async function* () {
        yield {
          name: 'endless',
          async *rows() {
            for (;;) {
              yield Array.from({ length: 10 }, () => ({ line: ++read, record: {} }));
              await nextTurn();
            }
          },
        };
      };
      const { run, batches, pumped, finished } = pumping(source);
      while (batches.length < 3) await nextTurn();
      run.stop();
      await pumped;
      const seen = read;
      assert.equal((await finished).result, 'stopped');
      await sleep(20);
      assert.equal(read, seen);
    });

    it('emits nothing any more: those rows are counted unsent', async () => {
      const { run, batches, pumped, finished } = pumping(sourceOf({ one: records(50) }), {
        keep: true,
        run: { window: 20 },
      });
      while (!run.windowIsFull) await nextTurn();
      const emitted = batches.length;
      run.stop();
      await pumped;
      const { ledger, result } = await finished;
      assert.equal(batches.length, emitted);
      assert.deepEqual([ledger.read, ledger.unsent, result], [20, 20, 'stopped']);
    });

    it('ends the pause between two batches', async () => {
      const { run, batches, pumped, finished } = pumping(sourceOf({ one: records(50) }), {
        pauseMs: 600_000,
      });
      while (batches.length === 0) await nextTurn();
      run.stop();
      await pumped;
      assert.equal((await finished).result, 'stopped');
    });
  });

  it('gives others their turn between batches', async () => {
    let turns = 0;
    let done = false;
    const { batches, finished } = pumping(sourceOf({ one: records(100) }));
    void finished.then(() => {
      done = true;
    });
    while (!done) {
      turns++;
      await nextTurn();
    }
    assert.ok(turns >= batches.length, `${turns} turns for ${batches.length} batches`);
  });
});
