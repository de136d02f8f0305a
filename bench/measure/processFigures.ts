import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './statistics';

const sampleEveryMs = 50;
/** How long a process is watched to tell what it needs when idle. */
const idleWatchMs = 1_000;
/** Linux counts CPU time in these, on every architecture that Node.js runs on. */
const ticksPerSecond = 100;

/** Anonymous memory of a process in MB; undefined where the system does not tell it apart (anything but Linux). */
export function anonymousMb(pid: number): number | undefined {
  const found = /^RssAnon:\s+(\d+) kB$/m.exec(procFile(pid, 'status'));
  return found ? Number(found[1]) / 1024 : undefined;
}

/** CPU time a process has used so far, all threads, in microseconds; undefined anywhere but on Linux. */
export function cpuTimeUs(pid: number): number | undefined {
  // The program's name, in brackets, may hold anything; the numbers begin behind it.
  const fields = procFile(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? (ticks * 1_000_000) / ticksPerSecond : undefined;
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** Watches how far a process's anonymous memory rises above what it needs when idle. */
export class MemoryWatch {
  readonly #pid: number;
  readonly #idleMb: number | undefined;
  #peakMb = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(pid: number, idleMb: number | undefined) {
    this.#pid = pid;
    this.#idleMb = idleMb;
  }

  /** @param pid of a process that is idle now; it is watched for a second. */
  static async ofIdle(pid: number): Promise<MemoryWatch> {
    const samples: number[] = [];
    const end = Date.now() + idleWatchMs;
    while (Date.now() < end) {
      const mb = anonymousMb(pid);
      if (mb === undefined) return new MemoryWatch(pid, undefined);
      samples.push(mb);
      await sleep(sampleEveryMs);
    }
    return new MemoryWatch(pid, median(samples));
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#peakMb = Math.max(this.#peakMb, anonymousMb(this.#pid) ?? 0);
    }, sampleEveryMs);
  }

  /** @returns the peak above idle in MB; undefined where the system does not tell. */
  stop(): number | undefined {
    clearInterval(this.#timer);
    return this.#idleMb === undefined ? undefined : Math.max(0, this.#peakMb - this.#idleMb);
  }
}
