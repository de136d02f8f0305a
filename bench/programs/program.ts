import { join } from 'node:path';
import { Child } from '../../test/support/childProcess';
import { packageRoot } from '../../test/support/places';

/**
 * Runs a program of this folder in a process of its own; its settings go in as JSON, and its last line is its answer.
 * @throws Error with what it printed where it fails.
 */
export async function runProgram<Settings extends object, Answer>(
  name: string,
  settings: Settings,
): Promise<Answer> {
  const argv = ['--import', 'tsx', join(__dirname, `${name}.ts`), JSON.stringify(settings)];
  const child = new Child(argv, { cwd: packageRoot });
  const ended = await child.finished();
  if (ended !== 0) throw new Error(`The program ${name} failed (${ended}). ${child.output}`);
  return JSON.parse(child.stdout.trimEnd().split('\n').at(-1)!) as Answer;
}

/** The settings that `runProgram` gave to this process. */
export function programSettings<Settings>(): Settings {
  return JSON.parse(process.argv[2]!) as Settings;
}
