import { SyncError } from '../errors/syncError';
import type { EngineWrite, StoreEngine } from './storeEngine';

/** Writes of one trip to the disk, so that a waiting crowd does not become one long stall. */
const groupWrites = 12_000;

interface Job {
  writes: readonly EngineWrite[];
  guards: readonly Buffer[];
  resolve(done: boolean): void;
  reject(error: unknown): void;
}

/**
 * The one door to an engine's writes. Whatever waits while the disk is busy goes with the next trip as one group: many
 * small commits cost one sync, and a look before a write cannot be overtaken by another write.
 */
export class WriteQueue {
  readonly #engine: StoreEngine;
  #waiting: Job[] = [];
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(engine: StoreEngine) {
    this.#engine = engine;
  }

  /** False where a guard was there. The caller's bytes must not change until then. */
  add(writes: readonly EngineWrite[], guards: readonly Buffer[]): Promise<boolean> {
    if (this.#closed) return Promise.reject(storeClosed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, guards, resolve, reject });
      this.#start();
    });
  }

  /** Runs `work` when no write is going on; later writes wait for it. */
  async alone(work: () => Promise<void>): Promise<void> {
    if (this.#closed) throw storeClosed();
    while (this.#working) await this.#working;
    const done = work();
    this.#working = done
      .catch(() => undefined)
      .then(() => {
        this.#working = undefined;
        this.#start();
      });
    await done;
  }

  /** What was added before is still written. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#working) await this.#working;
  }

  #start(): void {
    if (this.#working || this.#waiting.length === 0) return;
    this.#working = this.#writeGroup().then(() => {
      this.#working = undefined;
      this.#start();
    });
  }

  async #writeGroup(): Promise<void> {
    const jobs = this.#nextGroup();
    try {
      const passed = await this.#judge(jobs);
      const writes = jobs.flatMap((job, at) => (passed[at] ? job.writes : []));
      if (writes.length > 0) await this.#engine.write(writes);
      for (const [at, job] of jobs.entries()) job.resolve(passed[at] === true);
    } catch (thrown) {
      for (const job of jobs) job.reject(thrown);
    }
  }

  #nextGroup(): Job[] {
    let writes = 0;
    let count = 0;
    for (const job of this.#waiting) {
      writes += job.writes.length;
      if (count > 0 && writes > groupWrites) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** Whether each job may write, each seeing what the ones before it in the group will have written. */
  async #judge(jobs: readonly Job[]): Promise<boolean[]> {
    const guards = jobs.flatMap((job) => job.guards);
    if (guards.length === 0) return jobs.map(() => true);
    const stored = await this.#engine.getMany(guards);
    const present = new Map<string, boolean>();
    for (const [at, guard] of guards.entries()) {
      present.set(guard.toString('latin1'), stored[at] !== undefined);
    }
    return jobs.map((job) => {
      if (job.guards.some((guard) => present.get(guard.toString('latin1')))) return false;
      for (const { key, value } of job.writes) present.set(key.toString('latin1'), value !== undefined);
      return true;
    });
  }
}

function storeClosed(): SyncError {
  return new SyncError({
    code: 'STORE_CLOSED',
    message: 'The profile-sync store was closed before this was written.',
    advice: 'Start the run again.',
  });
}
