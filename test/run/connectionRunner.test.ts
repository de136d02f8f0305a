import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { SyncError } from '../../src/errors/syncError';
import type { GoalOrder } from '../../src/run/connections';
import type { GoalRun } from '../../src/run/goalRun';
import { until } from '../support/until';
import { connection, exportGoal, importGoal, plain, started, type TriedConnection } from './connectionPieces';

const fault = new SyncError({ code: 'SOME_FAULT', message: 'It broke.', advice: 'Mend it.' });
const results = (tried: TriedConnection) => tried.reports.at(-1)?.goals.map(({ result }) => result);

/** A source whose runs end only when the test says so. */
function heldSource(): { runs: GoalRun[]; source: (order: GoalOrder, tried: TriedConnection) => void } {
  const runs: GoalRun[] = [];
  return { runs, source: (order, { begin }) => void runs.push(begin(order)) };
}

const running = (runs: GoalRun[], number: number) =>
  until(() => runs[number - 1], { what: `run ${number} of a source`, everyMs: 1 });

describe('connection run', () => {
  it('starts goals in order, each when the one before it has settled', async () => {
    const { runs, source } = heldSource();
    const tried = connection({ source });
    const { ended } = await started(tried.runner.request(plain, 'trigger'));
    const first = await running(runs, 1);
    assert.deepEqual(
      tried.ordered.map(({ output, trigger }) => [output, trigger]),
      [[2, 'trigger']],
    );
    await sleep(20);
    assert.equal(tried.ordered.length, 1, 'the second goal waits');
    first.endSource();
    (await running(runs, 2)).endSource();
    await ended;
    assert.deepEqual(
      tried.ordered.map(({ output }) => output),
      [2, 3],
    );
    const [report] = tried.reports;
    assert.equal(report?.result, 'succeeded');
    assert.deepEqual(
      report?.goals.map(({ name, run }) => [name, run]),
      [
        ['Import', runs[0]?.id],
        ['Export', runs[1]?.id],
      ],
    );
    assert.equal(tried.runner.snapshot().state, 'idle');
  });

  it('leaves inactive goals out, and runs them by name', async () => {
    const tried = connection({ settings: { goals: [importGoal, { ...exportGoal, active: false }] } });
    assert.deepEqual((await tried.run()).goals.length, 1);
    const named = await tried.run({ ...plain, goal: 'export' });
    assert.deepEqual(
      named.goals.map(({ name, output, result }) => [name, output, result]),
      [['Export', 3, 'succeeded']],
    );
  });

  it('runs nothing where no goal has that name, or none is active', async () => {
    const tried = connection();
    assert.deepEqual(await tried.runner.request({ ...plain, goal: 'Other' }, 't'), { kind: 'noGoal' });
    const idle = connection({ settings: { goals: [{ ...importGoal, active: false }] } });
    assert.deepEqual(await idle.runner.request(plain, 't'), { kind: 'noGoal' });
    assert.deepEqual([tried.ordered, idle.ordered], [[], []]);
  });

  it('tells sources of dry runs and full reads', async () => {
    const tried = connection({ settings: { goals: [importGoal] } });
    const dry = await tried.run({ dryRun: true, fullRead: false });
    const full = await tried.run({ dryRun: false, fullRead: true });
    assert.deepEqual(
      tried.ordered.map(({ order: { dryRun, fullRead } }) => [dryRun, fullRead]),
      [
        [true, false],
        [false, true],
      ],
    );
    assert.deepEqual([dry.dryRun, dry.fullRead, full.dryRun, full.fullRead], [true, false, false, true]);
  });

  describe('a goal that fails', () => {
    const source = (order: GoalOrder, { begin }: TriedConnection) => {
      const run = begin(order);
      if (order.token.goal === importGoal.id) run.fail(fault);
      else run.endSource();
    };

    it('lets the next one run', async () => {
      const tried = connection({ source });
      const report = await tried.run();
      assert.deepEqual(results(tried), ['failed', 'succeeded']);
      assert.equal(report.result, 'failed');
      assert.deepEqual(report.goals[0]?.error, { code: 'SOME_FAULT', message: 'It broke.' });
      assert.deepEqual(report.goals[0]?.nextSteps, ['Mend it.']);
    });

    it('or keeps it from running', async () => {
      const tried = connection({ source, settings: { onFailure: 'stop' } });
      await tried.run();
      assert.deepEqual(results(tried), ['failed', 'notRun']);
    });

    it('because its source refused', async () => {
      const tried = connection({
        settings: { goals: [importGoal] },
        source: (order, { board }) => board.goalRefused(order.token, fault),
      });
      assert.equal((await tried.run()).goals[0]?.error?.code, 'SOME_FAULT');
      assert.deepEqual(tried.troubles, [], 'the source has told of it');
    });

    it('because nothing started: an error that names the output', async () => {
      const tried = connection({
        timing: { startMs: 20 },
        source: (order, { begin }) => {
          if (order.token.goal === exportGoal.id) begin(order).endSource();
        },
      });
      const report = await tried.run();
      assert.deepEqual(results(tried), ['failed', 'succeeded']);
      assert.equal(report.goals[0]?.error?.code, 'CONNECTION_GOAL_NOT_STARTED');
      assert.match(report.goals[0]?.error?.message ?? '', /^Output 2 \(goal "Import"\)/);
      assert.deepEqual(tried.troubles, ['CONNECTION_GOAL_NOT_STARTED']);
    });

    it('a source that begins when its turn is over is stopped at once', async () => {
      const { runs, source: held } = heldSource();
      const tried = connection({
        timing: { startMs: 20 },
        source: (order, all) => {
          if (order.token.goal === exportGoal.id) held(order, all);
        },
      });
      const { ended } = await started(tried.runner.request(plain, 't'));
      const second = await running(runs, 1);
      const late = tried.begin(tried.ordered[0]!.order);
      assert.ok(late.stopping);
      assert.ok(!second.stopping);
      second.endSource();
      await ended;
    });
  });

  describe('a trigger during a run', () => {
    it('waits, one at most', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source, settings: { goals: [importGoal] } });
      const first = await started(tried.runner.request(plain, 'first'));
      await running(runs, 1);
      const second = await started(tried.runner.request(plain, 'second'));
      assert.equal(second.kind, 'queued');
      assert.ok(tried.runner.snapshot().waiting);
      assert.deepEqual(await tried.runner.request(plain, 'third'), { kind: 'skipped' });
      runs[0]?.endSource();
      await first.ended;
      (await running(runs, 2)).endSource();
      await second.ended;
      assert.deepEqual(
        tried.ordered.map(({ trigger }) => trigger),
        ['first', 'second'],
      );
    });

    it('or is skipped', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source, settings: { overlap: 'skip' } });
      await started(tried.runner.request(plain, 'first'));
      await running(runs, 1);
      assert.deepEqual(await tried.runner.request(plain, 'second'), { kind: 'skipped' });
    });
  });

  describe('stop', () => {
    it('ends the run of the goal whose turn it is; the others do not start', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source });
      const { ended } = await started(tried.runner.request(plain, 't'));
      const queued = await started(tried.runner.request(plain, 'waits'));
      const run = await running(runs, 1);
      await tried.runner.stop();
      await ended;
      await queued.ended;
      assert.ok(run.paused, 'it does not go on by itself after a restart');
      assert.deepEqual(results(tried), ['stopped', 'notRun']);
      assert.equal(tried.reports.length, 1, 'the trigger that waited is dropped');
      assert.equal(tried.reports[0]?.result, 'stopped');
    });

    it('while a source has not begun yet, that source must not go on', async () => {
      const tried = connection({ source: () => undefined });
      const { ended } = await started(tried.runner.request(plain, 't'));
      await until(() => tried.ordered.length > 0, { what: 'an order', everyMs: 1 });
      await tried.runner.stop();
      await ended;
      assert.deepEqual(results(tried), ['stopped', 'notRun']);
    });

    it('leaves nothing that could be gone on with', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source });
      const { ended } = await started(tried.runner.request(plain, 't'));
      await running(runs, 1);
      await tried.runner.stop();
      await ended;
      assert.equal(await tried.state.checkpoint(), undefined);
    });

    it('of a goal by hand: the next goal starts, and the run counts as stopped', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source });
      const { ended } = await started(tried.runner.request(plain, 't'));
      (await running(runs, 1)).pause();
      (await running(runs, 2)).endSource();
      await ended;
      assert.deepEqual(results(tried), ['stopped', 'succeeded']);
      assert.equal(tried.reports[0]?.result, 'stopped');
    });
  });

  describe('on and off', () => {
    it('a new connection is on; off, a trigger does nothing', async () => {
      const tried = connection();
      await tried.runner.start();
      assert.ok(tried.runner.snapshot().on);
      await tried.runner.setOn(false);
      assert.deepEqual(await tried.runner.request(plain, 't'), { kind: 'off' });
      assert.deepEqual(tried.ordered, []);
      await tried.runner.setOn(true);
      assert.equal((await tried.run()).result, 'succeeded');
    });

    it('what is asked at once happens in the order it was asked in', async () => {
      const tried = connection();
      await tried.runner.start();
      void tried.runner.setOn(false);
      const refused = tried.runner.request(plain, 't');
      assert.deepEqual(await refused, { kind: 'off' });
      void tried.runner.setOn(false);
      void tried.runner.setOn(true);
      const { ended } = await started(tried.runner.request(plain, 't'));
      await ended;
      assert.ok(tried.runner.snapshot().on);
      assert.equal(tried.reports.length, 1);
    });

    it('the state survives', async () => {
      const tried = connection();
      await tried.runner.setOn(false);
      const next = tried.again();
      assert.deepEqual(await next.runner.request(plain, 't'), { kind: 'off' });
    });

    it('off in mid-run: the run comes to its end, a waiting trigger is dropped', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source });
      const { ended } = await started(tried.runner.request(plain, 't'));
      const queued = await started(tried.runner.request(plain, 'waits'));
      (await running(runs, 1)).endSource();
      await tried.runner.setOn(false);
      await queued.ended;
      (await running(runs, 2)).endSource();
      await ended;
      assert.deepEqual(results(tried), ['succeeded', 'succeeded']);
      assert.equal(tried.ordered.length, 2);
    });
  });

  describe('after an end of Node-RED', () => {
    /** Cuts a connection off while its second goal runs. @param end what becomes of that goal's run then. */
    async function cutOff(
      tried: TriedConnection,
      runs: GoalRun[],
      end: (run: GoalRun) => void = (run) => run.stop(),
    ): Promise<void> {
      await started(tried.runner.request(plain, 't'));
      (await running(runs, 1)).endSource();
      const run = await running(runs, 2);
      await tried.runner.close(false);
      const ended = new Promise<void>((resolve) => run.listen({ finished: () => resolve() }));
      end(run);
      await ended;
    }

    it('goes on with the goal that was cut off, and says so', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source });
      await cutOff(tried, runs);
      const next = tried.again();
      await next.runner.start();
      // The source goes on by itself, under the token that it has kept.
      next.begin(tried.ordered[1]!.order).endSource();
      await until(() => next.reports.length > 0, { what: 'the report', everyMs: 1 });
      const [report] = next.reports;
      assert.deepEqual(results(next), ['succeeded', 'succeeded']);
      assert.equal(report?.interruptions, 1);
      assert.equal(report?.run, tried.ordered[0]?.order.token.connectionRun);
      assert.deepEqual(next.ordered, [], 'nothing was started again');
      assert.deepEqual(tried.reports, []);
    });

    it('starts that goal again where its source does not go on by itself', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source, timing: { resumeMs: 20 } });
      await cutOff(tried, runs);
      const next = tried.again();
      await next.runner.start();
      (await running(runs, 3)).endSource();
      await until(() => next.reports.length > 0, { what: 'the report', everyMs: 1 });
      assert.deepEqual(
        next.ordered.map(({ output }) => output),
        [3],
      );
      assert.deepEqual(results(next), ['succeeded', 'succeeded']);
    });

    it('does not repeat a goal that ended when nobody could be told', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source });
      await cutOff(tried, runs, (run) => run.endSource());
      const next = tried.again();
      await next.runner.start();
      await until(() => next.reports.length > 0, { what: 'the report', everyMs: 1 });
      assert.deepEqual(results(next), ['succeeded', 'succeeded']);
      assert.deepEqual(next.ordered, []);
    });

    it('waits for a trigger where that is set', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source, settings: { afterRestart: 'wait' }, timing: { resumeMs: 1 } });
      await cutOff(tried, runs);
      const next = tried.again();
      await next.runner.start();
      assert.equal(next.runner.snapshot().state, 'interrupted');
      const decision = await started(next.runner.request(plain, 'goes on'));
      assert.equal(decision.kind, 'resumed');
      (await running(runs, 3)).endSource();
      await decision.ended;
      assert.deepEqual(
        next.ordered.map(({ output, trigger }) => [output, trigger]),
        [[3, 'goes on']],
      );
      assert.equal(next.reports[0]?.interruptions, 1);
    });

    it('switched off it waits, and goes on when it is switched on', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source, timing: { resumeMs: 1 } });
      await cutOff(tried, runs);
      await tried.state.setOn(false);
      const next = tried.again();
      await next.runner.start();
      await sleep(20);
      assert.deepEqual(next.ordered, []);
      await next.runner.setOn(true);
      (await running(runs, 3)).endSource();
      await until(() => next.reports.length > 0, { what: 'the report', everyMs: 1 });
      assert.deepEqual(results(next), ['succeeded', 'succeeded']);
    });

    it('"stop" gives it up, and reports it', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source, settings: { afterRestart: 'wait' } });
      await cutOff(tried, runs);
      const next = tried.again();
      await next.runner.stop();
      assert.equal(next.reports[0]?.result, 'interrupted');
      assert.deepEqual(results(next), ['succeeded', 'notRun']);
      assert.equal(await next.state.checkpoint(), undefined);
    });

    it('is given up when it is too old', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source, timing: { resumableMs: 0 } });
      await cutOff(tried, runs);
      await sleep(5);
      const next = tried.again();
      await next.runner.start();
      assert.equal(next.reports[0]?.result, 'interrupted');
      assert.equal(next.runner.snapshot().state, 'idle');
    });

    it('leaves out goals that the connection no longer has', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source });
      await cutOff(tried, runs);
      const next = tried.again({ goals: [importGoal] });
      await next.runner.start();
      await until(() => next.reports.length > 0, { what: 'the report', everyMs: 1 });
      assert.deepEqual(results(next), ['succeeded']);
    });

    it('a removed connection stops its goal and stores the report', async () => {
      const { runs, source } = heldSource();
      const tried = connection({ source });
      await started(tried.runner.request(plain, 't'));
      const run = await running(runs, 1);
      await tried.runner.close(true);
      assert.ok(run.stopping);
      const [report] = await tried.state.reports(1);
      assert.equal(report?.result, 'stopped');
      assert.equal(await tried.state.checkpoint(), undefined);
    });
  });

  it('a goal whose source was deployed anew goes on with it', async () => {
    const { runs, source } = heldSource();
    const tried = connection({ source, settings: { goals: [importGoal] } });
    const { ended } = await started(tried.runner.request(plain, 't'));
    (await running(runs, 1)).stop();
    await sleep(5);
    assert.deepEqual(tried.reports, []);
    tried.begin(tried.ordered[0]!.order).endSource();
    await ended;
    assert.deepEqual(results(tried), ['succeeded']);
    assert.equal(tried.ordered.length, 1);
  });

  it('a store that cannot be written fails the goals instead of running them unaccounted', async () => {
    const tried = connection();
    tried.state.setCheckpoint = () => Promise.reject(fault);
    const report = await tried.run();
    assert.deepEqual(results(tried), ['failed', 'failed']);
    assert.equal(report.goals[0]?.error?.code, 'SOME_FAULT');
    assert.deepEqual(tried.ordered, []);
  });

  it('a store that cannot be read is told to whoever asks, and asked again next time', async () => {
    const tried = connection();
    const isOn = tried.state.isOn;
    tried.state.isOn = () => Promise.reject(fault);
    await assert.rejects(tried.runner.request(plain, 't'), { code: 'SOME_FAULT' });
    tried.state.isOn = isOn;
    assert.equal((await tried.run()).result, 'succeeded');
  });
});
