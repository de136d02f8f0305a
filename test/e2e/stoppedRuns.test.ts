import assert from 'node:assert/strict';
import type { RunSummary } from '../../src/run/runSummary';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import { beginAndHang, deployPhase, type HangingPhase, hangingPhases } from '../support/hangingPhases';
import { Stage } from '../support/stage';

const people = 300;
const sending = hangingPhases.at(-1)!;

describe('a run that a person stops', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(async () => {
    await stage.reset();
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
  });

  async function beginAndStop(phase: HangingPhase, source: string): Promise<RunSummary> {
    await beginAndHang(stage, phase, source);
    await stage.nodeRed.inject('go', { payload: 'stop' });
    const stopped = await stage.nextRun();
    await stage.sandbox.control('DELETE', '/faults');
    assert.equal(stopped.result, 'stopped');
    return stopped;
  }

  for (const phase of hangingPhases) {
    it(`while it is ${phase.name} and nobody answers: it ends, and goes on with the next trigger`, async () => {
      const stopped = await beginAndStop(phase, phase.name);
      const whole = await stage.run();
      assert.equal(whole.run, stopped.run);
      assert.equal(whole.result, 'succeeded');
      assert.equal(whole.ledger.read, whole.ledger.accepted);
      assert.ok(whole.complete);
    });
  }

  it('waits for a trigger over a restart, and goes on over the next one', async () => {
    const { run } = await beginAndStop(sending, 'over restarts');
    await stage.nodeRed.restart();
    await stage.quiet();
    assert.equal(await stage.unseenRuns(), 0);

    await stage.sandbox.control('POST', '/faults', {
      system: 'braze',
      path: '/users/track',
      fault: { kind: 'latency', ms: 250 },
    });
    await stage.nodeRed.inject('go');
    await stage.liveRun(({ ledger }) => ledger.accepted > 0);
    await stage.nodeRed.kill();
    await stage.nodeRed.restart();
    await stage.sandbox.control('DELETE', '/faults');
    const whole = await stage.endOfRun(run);
    assert.equal(whole.ledger.accepted, people);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, people)));
  });

  it('does not go on by itself after a deploy either', async () => {
    await beginAndStop(sending, 'over deploys');
    await deployPhase(stage, sending, 'over deploys');
    await stage.quiet();
    assert.equal(await stage.unseenRuns(), 0);
  });
});
