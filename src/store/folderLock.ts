import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { causeOf, storeInUse, storeUnavailable } from './storeErrors';

/** A lock file this old without a word in it was left behind by a process that died while making it. */
const emptyLockMs = 10_000;
const attempts = 5;

interface Holder {
  pid: number;
  /** When the process started, as the system tells it; process numbers are used again, often after a restart of a container. */
  started?: string | undefined;
}

const heldHere = new Set<string>();

/**
 * Makes this process the one writer of a folder, by a file that names it. A lock whose process is gone is taken over.
 * It does not see processes on other machines or in other containers.
 *
 * @throws SyncError STORE_IN_USE, STORE_UNAVAILABLE
 */
export async function lockFolder(folder: string, file: string): Promise<{ release(): Promise<void> }> {
  if (heldHere.has(file)) throw storeInUse(folder);
  heldHere.add(file);
  try {
    await take(folder, file);
  } catch (thrown) {
    heldHere.delete(file);
    throw thrown;
  }
  return {
    async release() {
      await rm(file, { force: true });
      heldHere.delete(file);
    },
  };
}

async function take(folder: string, file: string): Promise<void> {
  const me: Holder = { pid: process.pid, started: await startOf(process.pid) };
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      const lock = await open(file, 'wx');
      await lock.writeFile(JSON.stringify(me));
      await lock.close();
      return;
    } catch (thrown) {
      if (causeOf(thrown) !== 'EEXIST') throw storeUnavailable(folder, causeOf(thrown));
    }
    const found = await readFile(file, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    if (await isHeld(file, found)) throw storeInUse(folder);
    await setAside(file, found);
  }
  throw storeInUse(folder);
}

async function isHeld(file: string, text: string): Promise<boolean> {
  const holder = holderIn(text);
  if (!holder) {
    const age = await stat(file).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    return age < emptyLockMs;
  }
  // This process does not hold it, or it would be in `heldHere`: an earlier one had the same number.
  if (holder.pid === process.pid) return false;
  if (!isAlive(holder.pid)) return false;
  const started = await startOf(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started;
}

/** By renaming, so that of several processes that find the same dead lock only one removes it. */
async function setAside(file: string, found: string): Promise<void> {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const taken = await readFile(aside, 'utf8');
  // Another process was quicker, and this is its lock.
  if (taken !== found) await rename(aside, file);
  else await rm(aside);
}

function holderIn(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder | null;
    return typeof holder?.pid === 'number' ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return causeOf(thrown) === 'EPERM';
  }
}

/** Boot and clock tick of a process's start; undefined where the system has no such place to look. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program comes second, in parentheses, and may hold anything; start time is the 20th field after it.
    const ticks = line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot.trim()}/${ticks}`;
  } catch {
    return undefined;
  }
}
