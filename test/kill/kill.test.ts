import assert from 'node:assert/strict';
import { sequence } from '../../src/sandbox/faults';
import { Stage } from '../support/stage';
import { goals, people } from './goals';
import { KillDrive } from './killedRun';

/** Moments at which each goal is killed here; `npm run test:kill` takes its time and takes any. */
const momentsOf = {
  import: ['exportAsked', 'sometime'],
  export: ['sometime'],
};

describe('Node-RED, killed in the middle of a run and started again', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());

  for (const [at, goal] of goals.entries()) {
    it(`${goal.name}: goes on by itself, loses nothing and doubles nothing`, async () => {
      const plan = {
        kills: 1,
        random: sequence(at + 1),
        moments: momentsOf[goal.direction],
        killedStarts: 0,
      };
      const { lost, doubled, faults } = await new KillDrive(stage, goal, 1, plan).run();
      assert.deepEqual({ lost, doubled, faults }, { lost: 0, doubled: 0, faults: [] });
    });
  }
});
