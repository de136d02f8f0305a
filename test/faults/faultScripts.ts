import { FaultDrive, type ScriptEnd } from './faultDrive';
import { scriptOf } from './script';

/** Sandboxes side by side: most of a script's time is spent waiting. */
const sideBySide = 20;

/** Runs the scripts of `count` numbers from `seed` on, and tells of each as it ends. */
export async function runScripts(
  seed: number,
  count: number,
  onEnd: (end: ScriptEnd) => void = () => undefined,
): Promise<ScriptEnd[]> {
  const ends: ScriptEnd[] = [];
  let next = seed;
  const drives = await Promise.all(
    Array.from({ length: Math.min(sideBySide, count) }, () => FaultDrive.start()),
  );
  try {
    await Promise.all(
      drives.map(async (drive) => {
        while (next < seed + count) {
          const end = await drive.run(scriptOf(next++));
          ends.push(end);
          onEnd(end);
        }
      }),
    );
  } finally {
    await Promise.all(drives.map((drive) => drive.stop()));
  }
  return ends.sort((one, other) => one.seed - other.seed);
}
