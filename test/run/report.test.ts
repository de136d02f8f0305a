import assert from 'node:assert/strict';
import type { GoalOutcome } from '../../src/run/report';
import type { RunSummary } from '../../src/run/runSummary';
import { exportGoal, importGoal } from './connectionPieces';
import { failedExportSummary, importSummary, report } from './reportPieces';

function exported(changes: Partial<RunSummary>): GoalOutcome {
  const summary = { ...failedExportSummary(), ...changes };
  return { goal: exportGoal, output: 3, result: summary.result, summary };
}

const good: Partial<RunSummary> = { result: 'succeeded', complete: true };

describe('run report', () => {
  it('accounts for each goal: run, times, ledger, work', () => {
    const [imported] = report().goals;
    assert.equal(imported?.run, 'r1');
    assert.equal(imported?.startedAt, '2031-05-04T10:00:05.000Z');
    assert.equal(imported?.ledger?.accepted, 1200);
    assert.deepEqual([imported?.requests, imported?.retries, imported?.dataPoints], [3, 1, 0]);
    const exports = report().goals[1];
    assert.deepEqual(
      [exports?.dataPoints, exports?.dataPointsSaved, exports?.attributesSaved],
      [1500, 800, 640],
    );
  });

  it('reads the account of a release that counted no savings', () => {
    const { work, ...ledger } = failedExportSummary().ledger;
    const { dataPointsSaved: _points, attributesSaved: _attributes, ...earlier } = work;
    const [goal] = report({
      goals: [exported({ ledger: { ...ledger, work: earlier as typeof work } })],
    }).goals;
    assert.deepEqual([goal?.dataPoints, goal?.dataPointsSaved, goal?.attributesSaved], [1500, 0, 0]);
  });

  it('lists rejected rows by reason, the most frequent first, with refs', () => {
    const rejected = report().goals[0]?.rejected;
    assert.deepEqual(
      rejected?.map(({ reason, rows }) => [reason, rows]),
      [
        ['email: not <an> address', 15],
        ['UNAUTHORIZED', 5],
      ],
    );
    assert.deepEqual(rejected?.[1]?.samples, ['r1/2/1', 'r1/2/2', 'r1/2/3', 'r1/2/4', 'r1/2/5']);
  });

  it('tells what failed and, apart from that, what to do', () => {
    const failed = report().goals[1];
    assert.deepEqual(failed?.error, {
      code: 'BRAZE_KEY_REJECTED',
      message: 'Braze does not accept the API key.',
    });
    assert.deepEqual(failed?.nextSteps, ['Choose a key of this instance.']);
  });

  it('tells what to do where a goal had no run at all', () => {
    const error = {
      code: 'CONNECTION_GOAL_NOT_STARTED',
      message: 'Nothing started. Wire it.',
      advice: 'Wire it.',
    };
    const [goal] = report({ goals: [{ goal: importGoal, output: 2, result: 'failed', error }] }).goals;
    assert.deepEqual(goal?.nextSteps, ['Wire it.']);
    assert.equal(goal?.run, undefined);
  });

  it('is plain JSON', () => {
    const made = report();
    assert.deepEqual(JSON.parse(JSON.stringify(made)), made);
  });

  describe('result', () => {
    const succeeded: GoalOutcome = {
      goal: importGoal,
      output: 2,
      result: 'succeeded',
      summary: importSummary(),
    };
    const notRun: GoalOutcome = { goal: exportGoal, output: 3, result: 'notRun' };

    it('failed, whatever else happened, where a goal failed', () => {
      assert.equal(report({ stopped: true }).result, 'failed');
      assert.equal(report({ abandoned: true }).result, 'failed');
    });

    it('succeeded, stopped, interrupted', () => {
      assert.equal(report({ goals: [succeeded] }).result, 'succeeded');
      assert.equal(report({ goals: [succeeded, notRun], stopped: true }).result, 'stopped');
      assert.equal(report({ goals: [succeeded, notRun], abandoned: true }).result, 'interrupted');
      assert.equal(report({ goals: [{ ...succeeded, result: 'stopped' }] }).result, 'stopped');
    });
  });

  describe('what the next run reads', () => {
    const nextRun = (outcome: GoalOutcome) => report({ goals: [outcome] }).goals[0]?.nextRun;

    it('an import: the whole segment', () => {
      assert.deepEqual(nextRun({ goal: importGoal, output: 2, result: 'notRun' }), { reads: 'segment' });
      assert.deepEqual(report().goals[0]?.nextRun, { reads: 'segment' });
    });

    it('a complete export: what changes from now on, and units with rows that failed for a passing cause', () => {
      assert.deepEqual(nextRun(exported(good)), { reads: 'changes' });
      assert.deepEqual(nextRun(exported({ ...good, repeat: ['page 3'] })), {
        reads: 'units',
        units: ['page 3'],
      });
    });

    it('an export that failed, was stopped, was not complete or did not run: everything again', () => {
      const since = '2031-05-04T09:00:00.000Z';
      assert.deepEqual(nextRun(exported({})), { reads: 'everything', since });
      assert.deepEqual(nextRun(exported({ result: 'stopped' })), { reads: 'everything', since });
      assert.deepEqual(nextRun(exported({ ...good, complete: false, repeat: ['page 3'] })), {
        reads: 'everything',
        since,
      });
      assert.deepEqual(nextRun({ goal: exportGoal, output: 3, result: 'notRun' }), { reads: 'everything' });
    });
  });
});
