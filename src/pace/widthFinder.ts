/** Width before anything is known. */
const startWidth = 8;
/** A round lasts at least so long and has at least so many answers for each request in flight. */
const roundMs = 250;
const answersPerWidth = 2;
/** A round is judged only if so many of its requests saw the width filled: else something else is the limit. */
const fullShare = 0.5;
/** A wider width must bring this share of what it could bring to be kept. */
const leastGain = 0.32;
/** What a fifth narrower may cost: next to nothing. */
const gainWhenNarrower = 0.96;
/** How much wider the next try is: doubled at first and after tries that were kept, a quarter after one that was not. */
const longestStride = 2;
const shortestStride = 1.25;
/** A try this wide is measured twice before it is given up: a stall of the machine looks the same as no gain. */
const worthAnotherLook = 1.5;
/** It is not tried narrower than this; trouble may go further. */
const narrowest = 4;
/** Rounds until the next try; doubles with every try that changed nothing, up to `longestPatience`. */
const firstPatience = 2;
const longestPatience = 64;

interface Judged {
  width: number;
  /** Answers per millisecond. */
  rate: number;
}

/**
 * Finds how many requests should be in flight: as many as bring more answers per second, and no more. It begins with a
 * few, doubles while that pays, then from time to time tries somewhat more or a fifth less, and keeps what does better.
 * By Little's law a width pays until the server, the network or our own process is busy all the time; beyond, requests
 * only wait longer. Trouble (refusals without a reason, errors, silence) narrows it, once for all that were in flight.
 */
export class WidthFinder {
  #most: number;
  #width: number;
  /** The last round at the width that is kept. */
  #proven: Judged | undefined;
  #stride = longestStride;
  /** Rate of a try that is measured once more. */
  #firstLook: number | undefined;
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

  /** All wait for one answer: what is being measured begins anew after it. */
  interrupted(now: number): void {
    this.#beginRound(undefined, now);
  }

  /**
   * @param full the width was filled at some moment of the request's way. When it went would say too little: requests
   * that went together are answered together, and all but the last of the next ones find the width unfilled.
   */
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
    this.#stride = shortestStride;
    this.#proven = undefined;
    this.#firstLook = undefined;
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
      const gain = Math.max(rate, this.#firstLook ?? 0) / kept.rate;
      const paid =
        tried === 'wider' ? gain >= 1 + leastGain * (width / kept.width - 1) : gain >= gainWhenNarrower;
      if (!paid && this.#firstLook === undefined && width >= kept.width * worthAnotherLook) {
        this.#firstLook = rate;
        return;
      }
      this.#firstLook = undefined;
      if (!paid) {
        this.#stride = shortestStride;
        this.#next = tried === 'wider' ? 'narrower' : 'wider';
        this.#roundsToWait = this.#patience;
        this.#patience = Math.min(this.#patience * 2, longestPatience);
        this.#set(kept.width, now);
        return;
      }
      this.#patience = firstPatience;
      this.#next = tried;
      if (tried === 'wider') this.#stride = Math.min(longestStride, 2 * this.#stride - 1);
    }
    this.#proven = { width, rate };
    if (this.#roundsToWait > 0) this.#roundsToWait--;
    else this.#try(width, now);
  }

  #try(width: number, now: number): void {
    if (this.#next === 'wider' && width >= this.#most) this.#next = 'narrower';
    if (this.#next === 'narrower' && width <= narrowest) this.#next = 'wider';
    const next = this.#next === 'wider' ? Math.ceil(width * this.#stride) : Math.floor(width * 0.8);
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
