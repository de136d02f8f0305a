/** How fast a learned rate grows: by this share of itself a second. */
const growthPerSecond = 0.04;
/** A rate that has grown this far holds nobody back any more. */
const outgrown = 8;
/** A pause this long without a refusal begins a new cycle. */
const idleMs = 5_000;
/** What happened longer ago weighs half. */
const halfLifeMs = 10_000;

/**
 * The rate that a server takes without saying so: learned from what it took between two refusals, the wait included, and
 * raised again slowly. It holds back only after a refusal that no header foretold.
 */
export class LearnedRate {
  /** Requests per millisecond at `#since`; undefined: not limited. */
  #rate: number | undefined;
  #since = 0;
  #due = Number.NEGATIVE_INFINITY;
  #cycleStart = 0;
  #lastSent = Number.NEGATIVE_INFINITY;
  #takenInCycle = 0;
  #refusedAt: number | undefined;

  /** How long until one more may go; 0 for now. */
  holdMs(now: number): number {
    if (this.#rate === undefined) return 0;
    if (this.#rateAt(now) > this.#rate * outgrown) {
      this.#rate = undefined;
      return 0;
    }
    return Math.max(0, this.#due - now);
  }

  sent(now: number): void {
    if (this.#refusedAt === undefined && now - this.#lastSent > idleMs) this.#begin(now);
    this.#lastSent = now;
    if (this.#rate !== undefined) this.#due = Math.max(this.#due, now) + 1 / this.#rateAt(now);
  }

  taken(sentAt: number, now: number): void {
    if (this.#refusedAt !== undefined) {
      if (sentAt > this.#refusedAt) this.#learn(now);
    } else if (now - this.#cycleStart > halfLifeMs) {
      this.#cycleStart = (this.#cycleStart + now) / 2;
      this.#takenInCycle /= 2;
    }
    this.#takenInCycle++;
  }

  /** Refused, and not because of a window that was known. */
  refused(now: number): void {
    this.#refusedAt = now;
  }

  #learn(now: number): void {
    this.#refusedAt = undefined;
    const ms = now - this.#cycleStart;
    // One or two of a cycle say little: the server was refusing before it began.
    if (ms > 0 && this.#takenInCycle > 2) this.#rate = this.#takenInCycle / ms;
    else if (this.#rate !== undefined) this.#rate = this.#rateAt(now) / 2;
    this.#since = now;
    this.#due = now;
    this.#begin(now);
  }

  #begin(now: number): void {
    this.#cycleStart = now;
    this.#takenInCycle = 0;
  }

  #rateAt(now: number): number {
    return this.#rate! * (1 + ((now - this.#since) / 1000) * growthPerSecond);
  }
}
