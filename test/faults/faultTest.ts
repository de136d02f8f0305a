/**
 * `npm run test:faults`: runs goals against a sandbox whose Braze fails in generated ways, and compares what every row was
 * told to have come to with what passed over the wire and with what the sandbox then holds.
 *
 *   --scripts N   how many scripts (default 2000)
 *   --seed S      the first script's number (default 1); `--scripts 1 --seed S` replays one, and shows it
 *
 * Exits 0 only if nothing was wrong.
 */
import { parseArgs } from 'node:util';
import { runScripts } from './faultScripts';
import { scriptOf } from './script';

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} takes a whole number, not "${text}".`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { scripts: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
  });
  const count = wholeNumber('--scripts', values.scripts);
  const seed = wholeNumber('--seed', values.seed);
  if (count === 1) console.log(JSON.stringify(scriptOf(seed), undefined, 2));
  const began = Date.now();
  const ends = await runScripts(seed, count, (end) => {
    for (const wrong of end.wrongs) console.log(`script ${end.seed}: ${wrong}`);
  });
  const outcomes: Record<string, number> = {};
  for (const end of ends) {
    for (const [outcome, rows] of Object.entries(end.outcomes))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + rows;
  }
  const wrong = ends.filter(({ wrongs }) => wrongs.length > 0);
  const requests = ends.reduce((sum, end) => sum + end.requests, 0);
  const rows = Object.entries(outcomes).map(([outcome, number]) => `${number} ${outcome}`);
  console.log(`rows: ${rows.join(', ')}; requests: ${requests}`);
  console.log(
    `scripts ${ends.length}, wrong ${wrong.length}, in ${Math.round((Date.now() - began) / 1000)} s` +
      (wrong.length > 0 ? `; replay one: npm run test:faults -- --scripts 1 --seed ${wrong[0]!.seed}` : ''),
  );
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

void main().catch((thrown) => {
  console.error(thrown);
  process.exitCode = 1;
});
