/**
 * `npm run test:kill`: kills a real Node-RED process at random moments of imports and exports, starts it again, and
 * compares what the sandbox then holds with what undisturbed runs would have made of it.
 *
 *   --kills N   kills in all (default 200)
 *   --seed S    another S, other moments (default 1)
 *
 * Exits 0 only if nothing was lost, nothing was doubled, and every account adds up.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sequence } from '../../src/sandbox/faults';
import { packageRoot } from '../support/places';
import { Stage } from '../support/stage';
import { goals, people } from './goals';
import { KillDrive, type KilledRun } from './killedRun';
import { moments } from './moments';
import { stopsInEveryPhase } from './stops';
import { tally } from './tally';

/** The rest of the twenty minutes is for the round that is under way, and for the stops. */
const mostMinutes = 17;
const killsOfARun = 5;

function progress(kills: number, { goal, lost, doubled, unknown, faults }: KilledRun): string {
  return [
    `${String(kills).padStart(4)} kills`,
    goal,
    `lost ${lost}, doubled ${doubled}, unknown ${unknown}`,
    ...faults,
  ].join(' · ');
}

/** Node-RED loads what was built. */
function build(): void {
  const { status } = spawnSync(process.execPath, [join(packageRoot, 'scripts', 'build.mjs')], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The build failed.');
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} takes a whole number, not "${text}".`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
  });
  const wanted = wholeNumber('--kills', values.kills);
  const random = sequence(wholeNumber('--seed', values.seed));
  build();
  const began = Date.now();
  const stage = await Stage.start(people);
  const runs: KilledRun[] = [];
  let stops: string[] = [];
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
        moments: ['sometime', 'sending', ...names],
        killedStarts: 0.15,
      };
      const run = await new KillDrive(stage, goal, round, plan).run();
      runs.push(run);
      console.log(progress(kills(), run));
    }
    stops = await stopsInEveryPhase(stage);
  } finally {
    await stage.stop();
  }
  const { text, good } = tally(runs, Date.now() - began);
  console.log([...stops, text].join('\n'));
  process.exitCode = good ? 0 : 1;
}

void main().catch((thrown) => {
  console.error(thrown);
  process.exitCode = 1;
});
