/**
 * `npm run bench`: builds, runs the scenarios one after the other, and prints what they found. Exit code 1 where one
 * could not be measured or did its work wrongly. README.md has the method.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../test/support/places';
import { describeMachine } from './measure/machine';
import { reportLines } from './measure/print';
import type { Report, Scenario } from './scenarios/scenario';
import { scenarios } from './scenarios/table';

const usage = `Usage: npm run bench [-- options]

  --scenario NAME  only this one; may be repeated
  --json FILE      write the figures there
  --runs N         runs of each scenario
  --profiles N     profiles of each run; of scaling, of its largest
  --quick          smaller and fewer runs of what is quick enough: under two minutes

Scenarios:
${scenarios.map(({ name, about, onlyByName }) => `  ${name.padEnd(20)} ${about}${onlyByName ? ' (only by name)' : ''}`).join('\n')}
`;

interface Wanted {
  chosen: readonly Scenario[];
  /** They were asked for by name. */
  named: boolean;
  json: string | undefined;
  runs: number | undefined;
  profiles: number | undefined;
  quick: boolean;
}

function readArguments(): Wanted {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', multiple: true },
      json: { type: 'string' },
      runs: { type: 'string' },
      profiles: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const chosen = values.scenario?.map((wanted) => {
    const found = scenarios.find(({ name }) => name === wanted);
    if (!found) throw new Error(`There is no scenario ${wanted}.`);
    return found;
  });
  return {
    chosen: chosen ?? scenarios.filter(({ onlyByName, quick }) => !onlyByName && (quick || !values.quick)),
    named: chosen !== undefined,
    json: values.json,
    runs: count('--runs', values.runs),
    profiles: count('--profiles', values.profiles),
    quick: values.quick,
  };
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new Error(`${name} takes a whole number above 0, not "${text}".`);
  return Number(text);
}

function build(): void {
  const { status } = spawnSync(process.execPath, [join(packageRoot, 'scripts', 'build.mjs')], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The build failed.');
}

/** @returns whether every scenario was measured. */
async function runAll({ chosen, named, json, runs, profiles, quick }: Wanted): Promise<boolean> {
  const left = scenarios.filter((scenario) => !chosen.includes(scenario)).map(({ name }) => name);
  if (!named && left.length > 0) console.log(`Left out: ${left.join(', ')}.`);
  build();
  const machine = describeMachine();
  const found: Record<string, Report> = {};
  for (const scenario of chosen) {
    const size = quick ? (scenario.quick ?? scenario.size) : scenario.size;
    const wanted = { profiles: profiles ?? size.profiles, runs: runs ?? size.runs };
    const profilesEach =
      wanted.profiles > 0 ? `; ${wanted.profiles.toLocaleString('en')} profiles a run` : '';
    console.log(`\n${scenario.name}: ${scenario.about}${profilesEach}`);
    try {
      const report = await scenario.run(wanted, (line) => console.log(`  ${line}`));
      found[scenario.name] = report;
      console.log(`  median of ${report.runs} runs\n${reportLines(report).join('\n')}`);
    } catch (thrown) {
      console.error(`  ${scenario.name} failed: ${(thrown as Error).message}`);
    }
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, scenarios: found }, null, 2)}\n`);
  return Object.keys(found).length === chosen.length;
}

async function main(): Promise<void> {
  let wanted: Wanted;
  try {
    wanted = readArguments();
  } catch (thrown) {
    console.error(`${(thrown as Error).message}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  try {
    process.exitCode = (await runAll(wanted)) ? 0 : 1;
  } catch (thrown) {
    console.error((thrown as Error).message);
    process.exitCode = 1;
  }
}

void main();
