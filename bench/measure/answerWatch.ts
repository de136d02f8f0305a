import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServers } from '../servers/benchServers';

/** What Braze had answered at one moment, counted from the start of the watch. */
export interface AnswersSoFar {
  /** Epoch milliseconds. */
  at: number;
  accepted: number;
  throttled: number;
}

/** Looks at the answers of the sandbox's Braze again and again, from outside of what is measured. */
export class AnswerWatch {
  readonly looks: AnswersSoFar[] = [];
  readonly #servers: BenchServers;
  #over = false;
  readonly #watching: Promise<void>;

  private constructor(servers: BenchServers, everyMs: number) {
    this.#servers = servers;
    this.#watching = this.#watch(everyMs);
  }

  static start(servers: BenchServers, everyMs: number): AnswerWatch {
    return new AnswerWatch(servers, everyMs);
  }

  /** @throws Error where Braze answered anything but 201 and 429. */
  async stop(): Promise<void> {
    this.#over = true;
    await this.#watching;
  }

  /** The last look at or before a moment. */
  at(moment: number): AnswersSoFar {
    return this.looks.findLast(({ at }) => at <= moment) ?? this.looks[0]!;
  }

  get last(): AnswersSoFar {
    return this.looks.at(-1)!;
  }

  async #watch(everyMs: number): Promise<void> {
    const before = await this.#servers.trackAnswers();
    for (let last = false; ; last = this.#over) {
      const now = await this.#servers.trackAnswers();
      if (now.others > before.others) throw new Error('Braze answered something else than 201 and 429.');
      this.looks.push({
        at: Date.now(),
        accepted: now.accepted - before.accepted,
        throttled: now.throttled - before.throttled,
      });
      if (last) return;
      await sleep(everyMs);
    }
  }
}
