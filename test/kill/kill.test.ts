import assert from 'node:assert/strict';
import { sequence } from '../../src/sandbox/faults';
import { Stage } from '../support/stage';
import { goals, people } from './goals';
import { KillDrive } from './killedRun';

describe('Node-RED, killed in the middle of a run and started again', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());

  for (const [at, goal] of goals.entries()) {
    // `npm run test:kill` takes its time, and takes any moment.
    const moment = goal.name === 'import' ? 'exportAsked' : 'sending';
    it(`${goal.name}: goes on by itself, loses nothing and doubles nothing`, async () => {
      const plan = {
        kills: 1,
        random: sequence(at + 1),
        moments: [moment],
        killedStarts: 0,
      };
      const { kills, lost, doubled, faults } = await new KillDrive(stage, goal, 1, plan).run();
      assert.ok(kills > 0, 'the run was over before it could be killed');
      assert.deepEqual({ lost, doubled, faults }, { lost: 0, doubled: 0, faults: [] });
    });
  }
});
