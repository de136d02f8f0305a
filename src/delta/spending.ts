/** A ceiling that the next request would have passed. */
export interface ReachedCeiling {
  /** `run`: the ceiling of a run. `emptyStore`: the one that holds while nothing is remembered of any user. */
  kind: 'run' | 'emptyStore';
  /** As set, in data points. */
  limit: number;
}

/** `wait`: what is in flight must be answered first, because it may turn out to cost less. */
export type Reserved = 'go' | 'wait' | 'never';

/**
 * Keeps what a run spends under its ceilings. What a request would cost is reserved before it leaves, so that no number
 * of requests in flight can pass a ceiling together; what was sent without an answer counts as spent.
 */
export class Spending {
  readonly #ceilings: (ReachedCeiling & { left: number })[] = [];
  /** Requests that are reserved and not settled. */
  #inFlight = 0;
  /** Something that decides how much may be spent is not known yet. */
  #opening: boolean;
  #reached: ReachedCeiling | undefined;

  /** @param opening nothing may go before `open` is called. */
  constructor(opening = false) {
    this.#opening = opening;
  }

  /** Sets a ceiling. `spent` counts towards it already, in data points. */
  limit(kind: ReachedCeiling['kind'], limit: number, spent: number): void {
    this.#ceilings.push({ kind, limit, left: Math.max(0, limit - spent) });
  }

  open(): void {
    this.#opening = false;
  }

  /** The ceiling that ended the sending, once one has: nothing more may go then. */
  get reached(): ReachedCeiling | undefined {
    return this.#reached;
  }

  /** The ceiling that spending so much more would pass; for prices. */
  passedBy(points: number): ReachedCeiling | undefined {
    for (const { kind, limit, left } of this.#ceilings) if (points > left) return { kind, limit };
    return undefined;
  }

  reserve(points: number): Reserved {
    if (this.#opening) return 'wait';
    if (this.#reached) return 'never';
    const passed = this.passedBy(points);
    if (!passed) {
      this.#take(points);
      this.#inFlight++;
      return 'go';
    }
    if (this.#inFlight > 0) return 'wait';
    this.#reached = passed;
    return 'never';
  }

  /** The same request goes out once more, and the try before may have been charged. False: there is no room for that. */
  reserveAgain(points: number): boolean {
    if (this.passedBy(points)) return false;
    this.#take(points);
    return true;
  }

  /** The request is over: of what was reserved for it in all, so much was spent, or may have been. */
  settle(reserved: number, spent: number): void {
    this.#inFlight--;
    this.#take(Math.min(spent, reserved) - reserved);
  }

  #take(points: number): void {
    for (const ceiling of this.#ceilings) ceiling.left -= points;
  }
}
