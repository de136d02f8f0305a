/** Width before anything is known. */
const startWidth = 8;
/** A round lasts at least so long and has at least so many answers for each request in flight. */
const roundMs = 250;
const answersPerWidth = 2;
/** A round is judged only if so many of its requests filled the width: else something else is the limit. */
const fullShare = 0.5;
/** What a wider round must bring to be kept: doubled while starting, a quarter wider later. */
const gainWhenDoubled = 1.3;
const gainWhenWider = 1.08;
/** What a fifth narrower may cost: next to nothing. */
const gainWhenNarrower = 0.96;
/** It is not tried narrower than this; trouble may go further. */
const narrowest = 4;
/** Rounds until the next try; doubles with every try that changed nothing, up to `longestPatience`. */
const firstPatience = 4;
const longestPatience = 64;

interface Judged {
  width: number;
  /** Answers per millisecond. */
  rate: number;
}

/**
 * Finds how many requests should be in flight: as many as bring more answers per second, and no more. It begins with a
 * few, doubles while that pays, then from time to time tries a quarter more or a fifth less, and keeps what does better.
 * By Little's law a width pays until the server, the network or our own process is busy all the time; beyond, requests
 * only wait longer. Trouble (refusals without a reason, errors, silence) narrows it, once for all that were in flight.
 */
export class WidthFinder {
  #most: number;
  #width: number;
  /** The last round at the width that is kept. */
  #proven: Judged | undefined;
  #starting = true;
  #next: 'wider' | 'narrower' = 'wider';
  #patience = firstPatience;
  #roundsToWait = 0;
  /** Requests sent before this belong to another width. */
  #since = Number.NEGATIVE_INFINITY;
  #troubledAt = Number.NEGATIVE_INFINITY;
  #firstAnswer: number | undefined;
  #answers = 0;
  #full = 0;
  #held = false;

  /** @param most bound of the width. */
  constructor(most: number) {
    this.#most = most;
    this.#width = Math.min(startWidth, most);
  }

  get width(): number {
    return Math.min(this.#width, this.#most);
  }

  set most(most: number) {
    this.#most = most;
  }

  /** A limit of rate, not the width, holds requests back: nothing can be learned meanwhile. */
  held(): void {
    this.#held = true;
  }

  /** @param full the width was filled when the request went. */
  answered(sentAt: number, now: number, full: boolean): void {
    if (sentAt < this.#since) return;
    if (this.#firstAnswer === undefined) {
      this.#firstAnswer = now;
      return;
    }
    this.#answers++;
    if (full) this.#full++;
    const ms = now - this.#firstAnswer;
    if (ms < roundMs || this.#answers < answersPerWidth * this.width) return;
    const judged = !this.#held && this.#full >= this.#answers * fullShare;
    const rate = this.#answers / ms;
    this.#beginRound(now, this.#since);
    if (judged) this.#judge(rate, now);
  }

  /** Something went wrong with a request. `keep` is the share of the width that stays. */
  trouble(sentAt: number, now: number, keep: number): void {
    if (sentAt < this.#troubledAt) return;
    this.#troubledAt = now;
    this.#starting = false;
    this.#proven = undefined;
    this.#next = 'wider';
    this.#patience = firstPatience;
    this.#roundsToWait = 1;
    this.#set(Math.floor(this.width * keep), now);
  }

  #judge(rate: number, now: number): void {
    const { width } = this;
    const kept = this.#proven;
    if (kept && kept.width !== width) {
      const tried = width > kept.width ? 'wider' : 'narrower';
      if (rate < kept.rate * this.#leastGain(tried)) {
        this.#starting = false;
        this.#next = tried === 'wider' ? 'narrower' : 'wider';
        this.#roundsToWait = this.#patience;
        this.#patience = Math.min(this.#patience * 2, longestPatience);
        this.#set(kept.width, now);
        return;
      }
      this.#patience = firstPatience;
      this.#next = tried;
    }
    this.#proven = { width, rate };
    if (this.#roundsToWait > 0) this.#roundsToWait--;
    else this.#try(width, now);
  }

  #leastGain(tried: 'wider' | 'narrower'): number {
    if (tried === 'narrower') return gainWhenNarrower;
    return this.#starting ? gainWhenDoubled : gainWhenWider;
  }

  #try(width: number, now: number): void {
    if (this.#next === 'wider' && width >= this.#most) this.#next = 'narrower';
    if (this.#next === 'narrower' && width <= narrowest) this.#next = 'wider';
    const wider = this.#starting ? width * 2 : Math.ceil(width * 1.25);
    const next = this.#next === 'wider' ? wider : Math.floor(width * 0.8);
    if (next <= this.#most) this.#set(next, now);
    else if (width < this.#most) this.#set(this.#most, now);
  }

  #set(width: number, now: number): void {
    this.#width = Math.max(1, Math.min(width, this.#most));
    this.#beginRound(undefined, now);
  }

  #beginRound(firstAnswer: number | undefined, since: number): void {
    this.#since = since;
    this.#firstAnswer = firstAnswer;
    this.#answers = 0;
    this.#full = 0;
    this.#held = false;
  }
}
