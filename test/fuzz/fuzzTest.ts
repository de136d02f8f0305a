/**
 * `npm run test:fuzz`: gives every reader of outside data input that was made to break it.
 *
 *   --seconds N   how long (default 300)
 *   --seed S      the first seed (default: another one each time)
 *   --target T    only readers whose name contains this; `--seed S --seconds 0` does one round, which brings a failure back
 *
 * Exits 0 only if nothing broke.
 */
import { parseArgs } from 'node:util';
import { fuzz, fuzzTargets } from './fuzz';

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${name} takes a whole number, not "${text}".`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '300' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      target: { type: 'string' },
    },
  });
  const seconds = wholeNumber('--seconds', values.seconds);
  const seed = wholeNumber('--seed', values.seed);
  console.log(`from seed ${seed}: ${fuzzTargets.map(({ name }) => name).join('; ')}`);
  const until = Date.now() + seconds * 1_000;
  let rounds = 0;
  const { tries, failures } = await fuzz(seed, Number.POSITIVE_INFINITY, {
    target: values.target,
    enough: () => rounds++ > 0 && Date.now() >= until,
  });
  for (const { target, seed: own, wrongs } of failures) {
    console.log(`${target}, seed ${own} (--target "${target}" --seed ${own} --seconds 0):`);
    for (const wrong of wrongs) console.log(`  ${wrong}`);
  }
  console.log(`${tries} tries, ${failures.length} failures`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

void main().catch((thrown) => {
  console.error(thrown);
  process.exitCode = 1;
});
