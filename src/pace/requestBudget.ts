/** A budget over a longer time is not spread: a short run would have to wait for what it will never need. */
const spreadUpToMs = 3_000;
/** How far a spread budget may run ahead of, or catch up with, its even pace: a share of its time. */
const slack = 0.1;
/** Sends closer together than this share of the budget's time are remembered as one. */
const grain = 0.001;

/** So many requests in any span of a given length, wherever the span begins. Short budgets are spread evenly. */
export class RequestBudget {
  readonly #requests: number;
  readonly #windowMs: number;
  /** Sends of the last span, oldest first; a group leaves when its latest is old enough. */
  #sends: { first: number; last: number; count: number }[] = [];
  #count = 0;
  /** When the next request would go at an even pace. */
  #due = Number.NEGATIVE_INFINITY;

  /** @param requests at least 1. */
  constructor(requests: number, windowMs: number) {
    this.#requests = requests;
    this.#windowMs = windowMs;
  }

  /** How long until one more may go; 0 for now. */
  holdMs(now: number): number {
    while (this.#sends.length > 0 && this.#sends[0]!.last + this.#windowMs <= now) {
      this.#count -= this.#sends.shift()!.count;
    }
    if (this.#count >= this.#requests) return this.#sends[0]!.last + this.#windowMs - now;
    if (this.#windowMs > spreadUpToMs) return 0;
    return Math.max(0, this.#due - this.#windowMs * slack - now);
  }

  sent(now: number): void {
    const newest = this.#sends.at(-1);
    if (newest && now - newest.first < this.#windowMs * grain) {
      newest.last = now;
      newest.count++;
    } else this.#sends.push({ first: now, last: now, count: 1 });
    this.#count++;
    this.#due = Math.max(this.#due, now) + this.#windowMs / this.#requests;
  }
}
