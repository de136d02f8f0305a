import type { PaceClock } from '../../src/pace/paceClock';

interface Timer {
  at: number;
  order: number;
  call: () => void;
}

/** Time that stands still until it is moved; what is due happens in order. */
export class FakeClock implements PaceClock {
  #now: number;
  #order = 0;
  #timers: Timer[] = [];

  /** @param start epoch milliseconds. */
  constructor(start = 1_800_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that still wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves on from timer to timer until `done`, or until nothing is left to happen, or `until` is reached. */
  async run(done: () => boolean = () => false, until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      await settled();
      if (done()) return;
      const next = this.#timers.reduce<Timer | undefined>(
        (first, timer) =>
          !first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)
            ? timer
            : first,
        undefined,
      );
      if (!next || next.at > until) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    if (until < Number.POSITIVE_INFINITY) this.#now = Math.max(this.#now, until);
  }
}

/** All promises that can be settled are. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve();
}
