import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GoalRun, type GoalRunOptions } from '../../src/run/goalRun';
import { type Outcome, outcomes } from '../../src/run/ledger';
import type { RunSummary } from '../../src/run/runSummary';

function newRun(options: Partial<GoalRunOptions> = {}): { run: GoalRun; finished: Promise<RunSummary> } {
  const run = new GoalRun({
    id: 'r1',
    goal: { id: 'g', name: 'goal', direction: 'import' },
    path: { sink: 'sink', single: true, between: ['"drop some" (function)'] },
    ...options,
  });
  const finished = new Promise<RunSummary>((resolve) => run.listen({ finished: resolve }));
  return { run, finished };
}

/** Reads `rows` rows in batches of `batch` into one unit. */
function read(run: GoalRun, rows: number, batch = rows): number {
  const unit = run.openUnit('file');
  for (let row = 1; row <= rows; row++) {
    if ((row - 1) % batch === 0) run.startBatch(unit, row);
    run.read(unit, row);
  }
  run.endUnit(unit);
  return unit;
}

describe('goal run', () => {
  it('ends when the source has ended and every row is decided, and says so once', async () => {
    const { run, finished } = newRun();
    const unit = read(run, 3);
    run.endSource();
    for (let row = 1; row <= 3; row++) {
      run.arrive(unit, row);
      run.decide(unit, row, 'accepted', undefined, { how: 'updated' });
    }
    const summary = await finished;
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.complete, true);
    assert.deepEqual([summary.ledger.read, summary.ledger.accepted, summary.ledger.updated], [3, 3, 3]);
  });

  it('a run without rows succeeds', async () => {
    const { run, finished } = newRun();
    run.endSource();
    assert.equal((await finished).result, 'succeeded');
  });

  it('the ledger adds up after any sequence of events, and every row ends in exactly one column', async () => {
    const event = fc.record({
      row: fc.integer({ min: 1, max: 30 }),
      what: fc.constantFrom('arrive', 'decide', 'decideTwice', 'missing', 'add'),
      outcome: fc.constantFrom<Outcome>(...outcomes),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 120 }), fc.boolean(), async (events, stopEarly) => {
        const { run, finished } = newRun();
        const unit = read(run, 30, 10);
        for (const { row, what, outcome } of events) {
          if (what === 'arrive') run.arrive(unit, row);
          if (what === 'missing') run.missingFrom(unit, run.batchOf(unit, row));
          if (what === 'add') run.decide(0, run.add(), outcome);
          if (what.startsWith('decide')) run.decide(unit, row, outcome, 'some reason');
          if (what === 'decideTwice') assert.equal(run.decide(unit, row, 'accepted'), false);
          assert.equal(run.snapshot().ledger.balanced, true);
        }
        if (stopEarly) run.stop();
        else {
          run.endSource();
          for (let row = 1; row <= 30; row++) run.decide(unit, row, 'unchanged');
        }
        // Rows that a sink holds when the run is stopped get their outcome from the sink.
        for (let row = 1; row <= 30; row++) run.decide(unit, row, 'unsent');
        const { ledger } = await finished;
        const total = outcomes.reduce((sum, outcome) => sum + ledger[outcome], 0);
        assert.equal(ledger.undecided, 0);
        assert.equal(total, ledger.read + ledger.added);
        assert.equal(ledger.read, 30);
      }),
    );
  });

  describe('rows left out on the way (R6)', () => {
    it('are filtered at once when their array came the only way without them', () => {
      const { run } = newRun();
      const unit = read(run, 20, 10);
      for (const row of [1, 2, 5]) run.arrive(unit, row);
      run.missingFrom(unit, run.batchOf(unit, 1));
      const { ledger } = run.snapshot();
      assert.equal(ledger.filtered, 7);
      assert.equal(ledger.undecided, 13, 'the other batch may still come');
    });

    it('move to their true outcome when they turn up late', async () => {
      const { run, finished } = newRun();
      const unit = read(run, 2);
      run.arrive(unit, 1);
      run.missingFrom(unit, 0);
      assert.equal(run.arrive(unit, 2), 'taken');
      run.endSource();
      run.decide(unit, 1, 'accepted');
      run.decide(unit, 2, 'accepted');
      const { ledger } = await finished;
      assert.deepEqual([ledger.filtered, ledger.accepted, ledger.added], [0, 2, 0]);
      assert.deepEqual(ledger.reasons, {});
    });

    it('are not judged by a missing array where there are several ways', () => {
      const { run } = newRun({ path: { sink: 'sink', single: false, between: [] } });
      const unit = read(run, 10);
      run.arrive(unit, 1);
      run.missingFrom(unit, 0);
      assert.equal(run.snapshot().ledger.filtered, 0);
    });

    it('end the run with an error that names them, after silence', async () => {
      const { run, finished } = newRun({ idleMs: 40 });
      read(run, 10);
      run.endSource();
      const summary = await finished;
      assert.equal(summary.error?.code, 'RUN_ROWS_LOST_IN_FLOW');
      assert.match(summary.error?.message ?? '', /10 rows .* row 1 of file .*"drop some" \(function\)/);
      assert.equal(summary.ledger.unsent, 10);
      assert.equal(summary.complete, false);
    });

    it('are filtered after silence where the source says so', async () => {
      const { run, finished } = newRun({ idleMs: 40, onSilence: 'filter' });
      read(run, 10);
      run.endSource();
      const { ledger, result } = await finished;
      assert.deepEqual([ledger.filtered, result], [10, 'succeeded']);
    });

    it('are filtered after silence where other batches came the same way', async () => {
      const { run, finished } = newRun({ idleMs: 40 });
      const unit = read(run, 20, 10);
      for (let row = 1; row <= 10; row++) {
        run.arrive(unit, row);
        run.decide(unit, row, 'accepted');
      }
      run.endSource();
      const { ledger, result } = await finished;
      assert.deepEqual([ledger.accepted, ledger.filtered, result], [10, 10, 'succeeded']);
    });

    it('are waited for while a sink of ours is at work', async () => {
      const { run, finished } = newRun({ idleMs: 40 });
      const unit = read(run, 2);
      run.arrive(unit, 1);
      run.endSource();
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.equal(run.snapshot().ledger.undecided, 2);
      run.arrive(unit, 2);
      run.decide(unit, 1, 'accepted');
      run.decide(unit, 2, 'accepted');
      assert.equal((await finished).result, 'succeeded');
    });
  });

  describe('the window (R3)', () => {
    it('lets a source in only while fewer rows are undecided than it holds', async () => {
      const { run } = newRun({ window: 10 });
      const unit = read(run, 8);
      let entered = false;
      const room = run.room(5).then(() => {
        entered = true;
      });
      await new Promise(setImmediate);
      assert.equal(entered, false);
      assert.equal(run.windowIsFull, true);
      for (let row = 1; row <= 3; row++) run.decide(unit, row, 'unchanged');
      await room;
      assert.equal(entered, true);
    });

    it('lets a batch in that is larger than itself, alone', async () => {
      const { run } = newRun({ window: 10 });
      await run.room(500);
    });

    it('opens when the run is stopped, with the reason', async () => {
      const { run } = newRun({ window: 1 });
      read(run, 1);
      const room = run.room(1);
      run.stop();
      await assert.rejects(room, { code: 'RUN_STOPPED' });
    });
  });

  describe('success (R9)', () => {
    const runOf = async (rejected: number, of: number): Promise<RunSummary> => {
      const { run, finished } = newRun();
      const unit = read(run, of);
      run.endSource();
      for (let row = 1; row <= of; row++)
        run.decide(unit, row, row <= rejected ? 'rejected' : 'accepted', 'bad e-mail');
      return finished;
    };

    it('bears five per cent of failures', async () =>
      assert.equal((await runOf(5, 100)).result, 'succeeded'));

    it('bears no more, and names the most frequent reason', async () => {
      const summary = await runOf(6, 100);
      assert.equal(summary.error?.code, 'RUN_TOO_MANY_FAILURES');
      assert.match(summary.error?.message ?? '', /bad e-mail/);
    });

    it('is not complete where rows were handed over, or only some were read', async () => {
      const handedOver = newRun();
      const unit = read(handedOver.run, 1);
      handedOver.run.decide(unit, 1, 'handedOver');
      handedOver.run.endSource();
      assert.equal((await handedOver.finished).complete, false);
      const partial = newRun({ partial: true });
      partial.run.endSource();
      assert.equal((await partial.finished).complete, false);
    });

    it('fails when the result cannot be stored', async () => {
      const { run, finished } = newRun({ settle: () => Promise.reject(new Error('disk full')) });
      run.endSource();
      assert.equal((await finished).error?.code, 'STORE_WRITE_FAILED');
    });

    it('names the units that must be read again', () => {
      const { run } = newRun();
      const unit = read(run, 2);
      run.decide(unit, 1, 'unknown', 'NET_RESET', { repeatable: true });
      run.decide(unit, 2, 'accepted');
      assert.deepEqual(run.unitsToRepeat, ['file']);
    });
  });

  it('counts a reason, and keeps at most ten refs of it as samples', async () => {
    const { run, finished } = newRun();
    const unit = read(run, 30);
    run.endSource();
    for (let row = 1; row <= 30; row++) run.decide(unit, row, 'filtered', 'not-found');
    const { ledger } = await finished;
    assert.deepEqual(ledger.reasons, { filtered: { 'not-found': 30 } });
    assert.equal(ledger.samples['filtered: not-found']?.length, 10);
    assert.equal(ledger.samples['filtered: not-found']?.[0], 'r1/1/1');
  });
});
