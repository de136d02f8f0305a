/**
 * `npm run test:kill`: kills a real Node-RED process at random moments of imports and exports, starts it again, and
 * compares what the sandbox then holds with what undisturbed runs would have made of it.
 *
 *   --kills N   kills in all (default 200)
 *   --seed S    another S, other moments (default 1)
 *
 * Exits 0 only if nothing was lost, nothing was doubled, and every account adds up.
 */
import { parseArgs } from 'node:util';
import { sequence } from '../../src/sandbox/faults';
import { Stage } from '../support/stage';
import { goals, people } from './goals';
import { KillDrive, type KilledRun } from './killedRun';
import { moments } from './moments';
import { tally } from './tally';

const mostMinutes = 19;
const killsOfARun = 5;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
  const wanted = Number(values.kills ?? 200);
  const random = sequence(Number(values.seed ?? 1));
  const began = Date.now();
  const stage = await Stage.start(people);
  const runs: KilledRun[] = [];
  const kills = () => runs.reduce((sum, run) => sum + run.kills, 0);
  try {
    for (let round = 1; kills() < wanted && Date.now() - began < mostMinutes * 60_000; round++) {
      const goal = goals[(round - 1) % goals.length]!;
      const names = Object.keys(moments).filter(
        (name) => goal.direction === 'import' || (name !== 'exportAsked' && name !== 'waitingForFiles'),
      );
      const plan = {
        kills: Math.min(killsOfARun, wanted - kills()),
        random,
        moments: ['sometime', 'sometime', ...names],
        killedStarts: 0.15,
      };
      const run = await new KillDrive(stage, goal, round, plan).run();
      runs.push(run);
      console.log(`${String(kills()).padStart(4)} kills · ${run.goal}: ${JSON.stringify(run)}`);
    }
  } finally {
    await stage.stop();
  }
  const { text, good } = tally(runs, Date.now() - began);
  console.log(text);
  process.exitCode = good ? 0 : 1;
}

void main().catch((thrown) => {
  console.error(thrown);
  process.exitCode = 1;
});
