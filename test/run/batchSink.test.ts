import assert from 'node:assert/strict';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { SyncError } from '../../src/errors/syncError';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { GoalRun, GoalRunOptions } from '../../src/run/goalRun';
import { pump } from '../../src/run/pump';
import { RunRegistry } from '../../src/run/registry';
import type { SinkTarget, Verdict } from '../../src/run/sinkTarget';
import { until } from '../support/until';
import { goal, type RunningSink, records, sinkOn, sourceOf, sumOfOutcomes, updateOf } from './pieces';

type Item = ProfileUpdate;

interface FakeTarget extends SinkTarget<Item> {
  /** Ids of the users of each request, in the order of sending. */
  requests: { users: string[]; repeatable: boolean }[];
}

const userOf = (update: Item) => update.match[0]![0]!.value;

/** Accepts everything after a turn, unless told otherwise. Updates with a `sum` may not be sent twice. */
function target(
  options: Partial<Pick<SinkTarget<Item>, 'objectsPerRequest' | 'requestsInFlight'>> & {
    answer?: SinkTarget<Item>['send'];
  } = {},
): FakeTarget {
  const requests: FakeTarget['requests'] = [];
  const accept = async (items: readonly Item[]): Promise<Verdict[]> => {
    await nextTurn();
    return items.map(() => ({ outcome: 'accepted', how: 'updated' }));
  };
  const answer = options.answer ?? accept;
  return {
    name: 'fake',
    objectsPerRequest: options.objectsPerRequest ?? 10,
    bytesPerRequest: 1_000_000,
    requestsInFlight: options.requestsInFlight ?? 2,
    requests,
    prepare: (update) => ({
      item: update,
      objects: 1,
      bytes: JSON.stringify(update).length,
      repeatable: update.changes.every(({ strategy }) => strategy !== 'sum'),
      refused: [],
    }),
    send: (items, repeatable, context) => {
      requests.push({ users: items.map(userOf), repeatable });
      return answer(items, repeatable, context);
    },
  };
}

describe('batch sink', () => {
  let registry: RunRegistry;
  const runs: GoalRun[] = [];
  beforeEach(() => {
    registry = new RunRegistry({ ownRunQuietMs: 50 });
  });
  afterEach(() => {
    for (const run of runs.splice(0)) run.stop();
  });

  function start(sink: RunningSink<Item>, options: Partial<GoalRunOptions> = {}): GoalRun {
    const run = registry.start({
      goal,
      path: { sink: 'sink', single: true, between: [] },
      stopGraceMs: 50,
      ...options,
    });
    runs.push(run);
    sink.sink.join(run);
    return run;
  }

  /** Rows that have left the source: their updates, in one batch. */
  function readInto(run: GoalRun, rows: number, change: (update: Item) => Item = (same) => same): Item[] {
    const unit = run.openUnit('file');
    run.startBatch(unit, 1);
    const updates: Item[] = [];
    for (let row = 1; row <= rows; row++) {
      run.read(unit, row);
      updates.push(change(updateOf({ number: row, _ref: `${run.id}/${unit}/${row}` })));
    }
    run.endUnit(unit);
    return updates;
  }

  const arrived = (running: RunningSink<Item>, payload: unknown): Promise<void> =>
    new Promise((resolve) => running.sink.accept(payload, resolve));

  it('sends full requests at once, and the rest when the source has ended', async () => {
    const to = target();
    const running = sinkOn(registry, to, { lanes: { quietMs: 600_000 } });
    const run = start(running);
    const ended = running.ended(run);
    const done = arrived(running, readInto(run, 25));
    await until(() => run.undecided === 5, { what: 'two full requests' });
    assert.deepEqual(
      to.requests.map(({ users }) => users.length),
      [10, 10],
    );
    run.endSource();
    await done;
    const { ledger, result } = await ended;
    assert.deepEqual([ledger.accepted, ledger.updated, result], [25, 25, 'succeeded']);
    assert.deepEqual(
      to.requests.flatMap(({ users }) => users),
      Array.from({ length: 25 }, (_, n) => `u-${n + 1}`),
    );
  });

  it('sends a part-filled request when nothing more has come for a while', async () => {
    const running = sinkOn(registry, target());
    const run = start(running);
    await arrived(running, readInto(run, 3));
    assert.equal(run.snapshot().ledger.accepted, 3);
    assert.equal(run.ended, false);
  });

  it('has no more requests in flight than the target allows', async () => {
    let inFlight = 0;
    let most = 0;
    const to = target({
      requestsInFlight: 3,
      objectsPerRequest: 2,
      answer: async (items) => {
        most = Math.max(most, ++inFlight);
        await sleep(1);
        inFlight--;
        return items.map(() => ({ outcome: 'accepted' }));
      },
    });
    const running = sinkOn(registry, to);
    const run = start(running);
    run.endSource();
    await arrived(running, []);
    const second = start(running);
    const done = arrived(running, readInto(second, 40));
    second.endSource();
    await done;
    assert.equal(most, 3);
  });

  it('lets the window of the run follow a target that becomes wider', async () => {
    let width = 1;
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const to = target({
      objectsPerRequest: 100,
      answer: async (items) => {
        await answered;
        return items.map(() => ({ outcome: 'accepted' }));
      },
    });
    Object.defineProperty(to, 'requestsInFlight', { get: () => width });
    const running = sinkOn(registry, to, { lanes: { quietMs: 20 } });
    const run = start(running, { window: 50 });
    await run.room(200);
    const done = arrived(running, readInto(run, 150));
    let room = false;
    void run.room(150).then(() => {
      room = true;
    });
    await nextTurn();
    assert.equal(room, false, 'twice one request of 100');
    width = 2;
    await until(() => room, { what: 'room for more' });
    run.endSource();
    answer();
    await done;
  });

  it('sends what must not go twice in requests of its own', async () => {
    const to = target();
    const running = sinkOn(registry, to);
    const run = start(running);
    const done = arrived(
      running,
      readInto(run, 20, (update) =>
        Number(userOf(update).slice(2)) % 2 === 0
          ? { ...update, changes: [{ ...update.changes[0]!, strategy: 'sum' }] }
          : update,
      ),
    );
    run.endSource();
    await done;
    for (const { users, repeatable } of to.requests) {
      assert.ok(users.every((user) => (Number(user.slice(2)) % 2 === 1) === repeatable));
    }
    assert.equal(to.requests.flatMap(({ users }) => users).length, 20);
  });

  it('tells of every row once, the last of them with the ledger', async () => {
    const running = sinkOn(registry, target());
    const run = start(running);
    const ended = running.ended(run);
    const updates = readInto(run, 1203);
    void arrived(running, updates);
    run.endSource();
    const summary = await ended;
    const { settled, summaries } = running.told;
    assert.deepEqual(settled.map(({ ref }) => ref).sort(), updates.map(({ ref }) => ref!).sort());
    assert.deepEqual(summaries, [summary]);
  });

  it('gives rejected updates back without their ref, ready to be mended and sent again', async () => {
    const to = target({
      answer: async (items) =>
        items.map((item) =>
          userOf(item) === 'u-2' ? { outcome: 'rejected', reason: 'bad e-mail' } : { outcome: 'accepted' },
        ),
    });
    const running = sinkOn(registry, to);
    const run = start(running);
    const ended = running.ended(run);
    void arrived(running, readInto(run, 30));
    run.endSource();
    await ended;
    assert.equal(running.told.rejected.length, 1);
    const [rejected] = running.told.rejected;
    assert.deepEqual(rejected?.rejected, { reason: 'bad e-mail', ref: `${run.id}/1/2` });
    assert.equal('ref' in rejected!, false);
    assert.deepEqual((rejected as unknown as Item).match, [[{ field: 'external_id', value: 'u-2' }]]);
    const own = arrived(running, { ...rejected, match: [[{ field: 'external_id', value: 'u-3' }]] });
    await own;
    await until(() => running.told.summaries.length === 2, { what: 'the run of the mended update' });
    const { ledger } = running.told.summaries[1]!;
    assert.deepEqual([ledger.added, ledger.accepted], [1, 1]);
  });

  it('rejects what is no update, says what is wrong with it, and loses none beside it', async () => {
    const running = sinkOn(registry, target());
    const run = start(running);
    const ended = running.ended(run);
    const updates: unknown[] = readInto(run, 3);
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const bad = [
      null,
      17,
      'text',
      {},
      { ...updateOf({ number: 99 }), changes: 'none' },
      {
        ...updateOf({ number: 98 }),
        changes: [{ field: 'a', strategy: 'set', as: 'object', values: [cyclic] }],
      },
    ];
    const done = arrived(running, [updates[0], ...bad, updates[1], updates[2]]);
    run.endSource();
    await done;
    const { ledger } = await ended;
    assert.deepEqual([ledger.accepted, ledger.rejected, ledger.added], [3, 6, 6]);
    assert.ok(
      Object.keys(ledger.reasons.rejected ?? {}).some((reason) => /changes must be a list/.test(reason)),
    );
  });

  it('counts as filtered what is missing from an array, and sends it when it comes late', async () => {
    const to = target();
    const running = sinkOn(registry, to);
    const run = start(running);
    const ended = running.ended(run);
    const updates = readInto(run, 10);
    const first = arrived(running, updates.slice(0, 4));
    assert.equal(run.snapshot().ledger.filtered, 6);
    const second = arrived(running, updates.slice(4, 6));
    run.endSource();
    await Promise.all([first, second]);
    const { ledger, result } = await ended;
    assert.deepEqual([ledger.filtered, ledger.accepted, ledger.added, result], [4, 6, 0, 'succeeded']);
  });

  it('is done with a message when all its rows have an outcome', async () => {
    const answers: ((verdicts: Verdict[]) => void)[] = [];
    const running = sinkOn(
      registry,
      target({
        objectsPerRequest: 2,
        answer: () => new Promise((resolve) => answers.push(resolve)),
      }),
    );
    const run = start(running);
    let done = false;
    void arrived(running, readInto(run, 4)).then(() => {
      done = true;
    });
    answers[0]!([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    await nextTurn();
    assert.equal(done, false);
    answers[1]!([{ outcome: 'accepted' }, { outcome: 'rejected' }]);
    await nextTurn();
    assert.equal(done, true);
  });

  it('counts a row without a verdict as unknown', async () => {
    const running = sinkOn(registry, target({ answer: async () => [{ outcome: 'accepted' }] }));
    const run = start(running);
    const ended = running.ended(run);
    void arrived(running, readInto(run, 2));
    run.endSource();
    const { ledger } = await ended;
    assert.deepEqual([ledger.accepted, ledger.unknown], [1, 1]);
  });

  describe('when the target says that a setting is wrong', () => {
    const wrong = (maybeApplied: boolean) => async (): Promise<Verdict[]> => {
      throw new SyncError({ code: 'BRAZE_KEY_REJECTED', message: 'Wrong.', advice: '', maybeApplied });
    };

    it('ends the run, reports it once, and sends nothing more', async () => {
      const to = target({ answer: wrong(false), requestsInFlight: 2 });
      const running = sinkOn(registry, to);
      const run = start(running);
      const ended = running.ended(run);
      await arrived(running, readInto(run, 95));
      const { ledger, result, error } = await ended;
      assert.deepEqual([ledger.unsent, result, error?.code], [95, 'failed', 'BRAZE_KEY_REJECTED']);
      assert.deepEqual(running.told.errors, ['BRAZE_KEY_REJECTED']);
      assert.equal(to.requests.length, 2);
    });

    it('leaves those rows unknown that may have been applied', async () => {
      const running = sinkOn(registry, target({ answer: wrong(true), requestsInFlight: 1 }));
      const run = start(running);
      const ended = running.ended(run);
      await arrived(running, readInto(run, 25));
      const { ledger } = await ended;
      assert.deepEqual([ledger.unknown, ledger.unsent], [10, 15]);
    });
  });

  describe('when the run is stopped', () => {
    const hang: SinkTarget<Item>['send'] = (_items, _repeatable, { abandoned }) =>
      new Promise((_, reject) => abandoned.addEventListener('abort', () => reject(abandoned.reason)));

    it('sends nothing more, and waits for what is in flight', async () => {
      const answers: (() => void)[] = [];
      const to = target({
        requestsInFlight: 1,
        answer: (items) =>
          new Promise((resolve) => answers.push(() => resolve(items.map(() => ({ outcome: 'accepted' }))))),
      });
      const running = sinkOn(registry, to);
      const run = start(running);
      const ended = running.ended(run);
      const done = arrived(running, readInto(run, 25));
      run.stop();
      answers[0]!();
      await done;
      const { ledger, result } = await ended;
      assert.deepEqual([ledger.accepted, ledger.unsent, result], [10, 15, 'stopped']);
      assert.equal(to.requests.length, 1);
    });

    it('gives up on what is not answered within the grace, and tells of those rows too', async () => {
      const running = sinkOn(registry, target({ answer: hang, requestsInFlight: 1, objectsPerRequest: 600 }));
      const run = start(running);
      const ended = running.ended(run);
      const done = arrived(running, readInto(run, 700));
      run.stop();
      await done;
      const { ledger } = await ended;
      assert.deepEqual([ledger.unknown, ledger.unsent, ledger.undecided], [600, 100, 0]);
      await nextTurn();
      const outcomes = running.told.settled.map(({ outcome }) => outcome);
      assert.equal(outcomes.filter((outcome) => outcome === 'unknown').length, 600);
      assert.equal(outcomes.length, 700);
      assert.deepEqual(run.unitsToRepeat, ['file']);
    });

    it('marks no row to be sent again that must not go twice', async () => {
      const running = sinkOn(registry, target({ answer: hang }));
      const run = start(running);
      const ended = running.ended(run);
      void arrived(
        running,
        readInto(run, 10, (update) => ({ ...update, changes: [{ ...update.changes[0]!, strategy: 'sum' }] })),
      );
      run.stop();
      assert.equal((await ended).ledger.unknown, 10);
      assert.deepEqual(run.unitsToRepeat, []);
    });

    it('takes none of its rows any more', async () => {
      const to = target();
      const running = sinkOn(registry, to);
      const run = start(running);
      const ended = running.ended(run);
      const updates = readInto(run, 20);
      run.stop();
      await arrived(running, updates);
      const { ledger } = await ended;
      assert.deepEqual([ledger.unsent, ledger.added], [20, 0]);
      assert.deepEqual(to.requests, []);
    });
  });

  it('stops its runs when it is closed, and waits for their ledgers', async () => {
    const running = sinkOn(registry, target());
    const run = start(running);
    void arrived(running, readInto(run, 5));
    await running.sink.close();
    assert.equal(running.told.summaries[0]?.run, run.id);
    assert.equal(running.told.summaries[0]?.result, 'stopped');
  });

  it('settles a run of its own as it was told to', async () => {
    const settled: string[] = [];
    const running = sinkOn(registry, target(), {
      ownRun: () => ({ settle: async (run) => void settled.push(run.id) }),
    });
    await arrived(running, [updateOf({ number: 1 })]);
    await until(() => running.told.summaries.length === 1, { what: 'the end of its own run' });
    assert.deepEqual(settled, [running.told.summaries[0]?.run]);
  });

  it('always comes to an end, whatever window, request size, width and rows left out (R3)', async () => {
    const way = fc.record({
      rows: fc.integer({ min: 0, max: 120 }),
      window: fc.integer({ min: 1, max: 40 }),
      batchRows: fc.integer({ min: 1, max: 30 }),
      objectsPerRequest: fc.integer({ min: 1, max: 100 }),
      requestsInFlight: fc.integer({ min: 1, max: 4 }),
      single: fc.boolean(),
      /** Rows that a node between leaves out: none, whole arrays, or one in so many. */
      dropEvery: fc.constantFrom(0, 2, 3, 7),
      dropBatches: fc.boolean(),
      oneByOne: fc.boolean(),
      sums: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(way, async (chosen) => {
        const to = target(chosen);
        const running = sinkOn(registry, to);
        const run = registry.start({
          goal,
          path: { sink: 'sink', single: chosen.single, between: [] },
          window: chosen.window,
          idleMs: 20,
          onSilence: 'filter',
        });
        // The lane would raise the window; the smallest one is what is to be tried.
        run.raiseWindow = () => undefined;
        running.sink.join(run);
        const ended = running.ended(run);
        const kept = new Set<string>();
        await pump(run, sourceOf({ file: records(chosen.rows, 17) }), {
          batchRows: chosen.batchRows,
          emit: ({ records: list, batch }) => {
            const dropped = chosen.dropBatches && batch % 3 === 1;
            const updates = list
              .filter(
                ({ number }) =>
                  !dropped && (chosen.dropEvery === 0 || Number(number) % chosen.dropEvery !== 1),
              )
              .map((record) => updateOf(record));
            for (const update of updates) kept.add(userOf(update));
            if (chosen.sums) {
              for (const { changes, match } of updates)
                if (match[0]![0]!.value.endsWith('3')) changes[0]!.strategy = 'sum';
            }
            if (chosen.oneByOne)
              for (const update of updates) setImmediate(() => void arrived(running, update));
            else if (updates.length > 0) setImmediate(() => void arrived(running, updates));
          },
        });
        const { ledger, result } = await ended;
        assert.equal(result, 'succeeded');
        assert.equal(sumOfOutcomes(ledger), chosen.rows);
        assert.deepEqual([ledger.accepted, ledger.filtered], [kept.size, chosen.rows - kept.size]);
        assert.deepEqual(new Set(to.requests.flatMap(({ users }) => users)), kept);
      }),
      { numRuns: 60 },
    );
  });
});
