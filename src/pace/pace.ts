import { LearnedRate } from './learnedRate';
import { type PaceClock, paceClock } from './paceClock';
import type { Heard, RateReport } from './rateReport';
import { RateWindow } from './rateWindow';
import { RequestBudget } from './requestBudget';
import { Turns } from './turns';
import { WidthFinder } from './widthFinder';

/** What a contract allows, and what is to be left of it. */
export interface PaceLimits {
  /** Requests in flight at most; the pace finds its own width up to there. */
  most: number;
  budgets: readonly { requests: number; windowMs: number }[];
  /** Share (0 to 1) of every limit that is left to others who use the same key. */
  reserve: number;
}

export interface PaceOptions extends Partial<PaceLimits> {
  /** First wait after a refusal that says nothing; doubles up to `maxWaitMs`, and is spread by up to its own length. */
  baseWaitMs?: number;
  maxWaitMs?: number;
  /** Learn a rate from refusals that no header foretold. Off where refusals mean "too many at once". */
  learnsRate?: boolean;
  clock?: PaceClock;
  random?: () => number;
}

/** Why requests wait: the server's window is used up, it refused one, or the budget of the contract is spent. */
export type PaceReason = 'window' | 'refused' | 'budget';

export interface EnterOptions {
  /** Aborted: it waits no longer. */
  signal: AbortSignal;
  /** It was refused before, and goes before the others of its caller. */
  again: boolean;
  /** Not worth waiting longer than this. */
  withinMs: number;
  /** Told of a wait of a second or more, and with 0 of its end. */
  waiting(ms: number, why: PaceReason): void;
}

/** Leave to send one request. Whoever has it says once what became of the request. */
export interface Pass {
  heard(heard: Heard): void;
}

interface Waiter {
  options: EnterOptions;
  told: boolean;
  admit(): void;
  leave(): void;
}

/** Bound of the width where nobody sets one. */
export const widestDefault = 256;
/** Waits shorter than this are no news. */
const newsMs = 1_000;
const defaultBaseWaitMs = 500;
const defaultMaxWaitMs = 30_000;
/** Waits after this many refusals in a row are as long as they get. */
const longestDoubling = 10;

/**
 * How fast requests of one rate group may go: every request of every sink passes through here. It holds the width, the
 * contract's budgets and the server's own window, and makes everybody wait together after a refusal. Sinks take turns.
 * The first request of all goes alone, and so does the first after a refusal: one is enough to find out.
 */
export class Pace {
  readonly #clock: PaceClock;
  readonly #random: () => number;
  readonly #baseWaitMs: number;
  readonly #maxWaitMs: number;
  readonly #learned: LearnedRate | undefined;
  readonly #window = new RateWindow();
  readonly #widths: WidthFinder;
  readonly #turns = new Turns<object, Waiter>();
  #limits: PaceLimits;
  #budgets: RequestBudget[] = [];
  #inFlight = 0;
  /** When the width was last filled. */
  #fullAt = Number.NEGATIVE_INFINITY;
  /** Nothing but one request until an answer comes. */
  #alone = true;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #refusals = 0;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #timer: (() => void) | undefined;

  constructor(options: PaceOptions = {}) {
    const { most = widestDefault, budgets = [], reserve = 0 } = options;
    this.#clock = options.clock ?? paceClock;
    this.#random = options.random ?? Math.random;
    this.#baseWaitMs = options.baseWaitMs ?? defaultBaseWaitMs;
    this.#maxWaitMs = options.maxWaitMs ?? defaultMaxWaitMs;
    this.#learned = options.learnsRate ? new LearnedRate() : undefined;
    this.#widths = new WidthFinder(most);
    this.#limits = { most, budgets, reserve };
    this.limit(this.#limits, true);
  }

  /** How many requests a sink should have ready or in flight. */
  get width(): number {
    return this.#widths.width;
  }

  /** Nobody waits, and nothing is in flight. */
  get idle(): boolean {
    return this.#turns.empty && this.#inFlight === 0;
  }

  /** Puts other limits into force. Budgets that stay as they were remember what was sent. */
  limit(limits: PaceLimits, anew = false): void {
    const same = JSON.stringify(limits) === JSON.stringify(this.#limits);
    if (same && !anew) return;
    this.#limits = limits;
    this.#widths.most = limits.most;
    this.#budgets = limits.budgets.map(
      ({ requests, windowMs }) =>
        new RequestBudget(Math.max(1, Math.floor(requests * (1 - limits.reserve))), windowMs),
    );
    this.#admit();
  }

  /**
   * Waits for leave to send one request; `caller` is whoever takes turns with others. Undefined where the wait was
   * aborted, or is known to be too long.
   */
  enter(caller: object, options: EnterOptions): Promise<Pass | undefined> {
    if (options.signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      let tooLate: (() => void) | undefined;
      const over = (): void => {
        options.signal.removeEventListener('abort', giveUp);
        tooLate?.();
        if (waiter.told) options.waiting(0, 'window');
      };
      const giveUp = (): void => {
        this.#turns.remove(caller, waiter);
        over();
        resolve(undefined);
        this.#admit();
      };
      const waiter: Waiter = {
        options,
        told: false,
        admit: () => {
          over();
          resolve(this.#pass());
        },
        leave: giveUp,
      };
      options.signal.addEventListener('abort', giveUp, { once: true });
      if (options.withinMs < Number.POSITIVE_INFINITY) {
        tooLate = this.#clock.after(Math.max(0, options.withinMs), giveUp);
      }
      this.#turns.add(caller, waiter, options.again);
      this.#admit();
    });
  }

  #pass(): Pass {
    const sentAt = this.#clock.now();
    this.#inFlight++;
    if (this.#inFlight >= this.#widths.width) this.#fullAt = sentAt;
    this.#window.sent();
    this.#learned?.sent(sentAt);
    for (const budget of this.#budgets) budget.sent(sentAt);
    let open = true;
    return {
      heard: (heard) => {
        if (!open) return;
        open = false;
        this.#inFlight--;
        this.#hear(heard, sentAt);
        this.#admit();
      },
    };
  }

  #hear(heard: Heard, sentAt: number): void {
    const now = this.#clock.now();
    const rate = 'rate' in heard ? (heard.rate ?? {}) : {};
    switch (heard.how) {
      case 'taken':
        this.#alone = false;
        if (sentAt > this.#refusedAt) this.#refusals = 0;
        this.#window.taken(rate, sentAt, now);
        this.#learned?.taken(sentAt, now);
        this.#widths.answered(sentAt, now, this.#fullAt >= sentAt);
        return;
      case 'overloaded':
        this.#alone = false;
        this.#window.taken(rate, sentAt, now);
        this.#widths.trouble(sentAt, now, 0.5);
        return;
      case 'silent':
        this.#window.silent(sentAt);
        this.#widths.trouble(sentAt, now, 0.5);
        return;
      case 'dropped':
        this.#window.silent(sentAt);
        return;
      case 'throttled':
        this.#refused(rate, sentAt, now);
    }
  }

  /** Requests refused together are one refusal. A server that names the time is believed once; then we wait longer. */
  #refused(rate: RateReport, sentAt: number, now: number): void {
    const told = this.#window.refused(rate, sentAt, now);
    if (told === 'before' || sentAt <= this.#refusedAt) return;
    this.#refusedAt = now;
    const inARow = this.#refusals++;
    if (told !== 'closed') {
      this.#learned?.refused(now);
      this.#widths.trouble(sentAt, now, 0.7);
    }
    const doubling = told === 'unknown' ? inARow : inARow - 1;
    if (doubling < 0) return;
    const wait = Math.min(this.#maxWaitMs, this.#baseWaitMs * 2 ** Math.min(doubling, longestDoubling));
    this.#pausedUntil = now + wait * (0.5 + this.#random());
    this.#alone = true;
  }

  /** Lets go whoever may, in turns, and sets the timer for the next. */
  #admit(): void {
    this.#timer?.();
    this.#timer = undefined;
    while (!this.#turns.empty) {
      if (this.#inFlight >= (this.#alone ? 1 : this.#widths.width)) return;
      const [ms, why] = this.#hold(this.#clock.now());
      if (ms > 0) {
        this.#holdEverybody(ms, why);
        return;
      }
      this.#turns.next()!.admit();
    }
  }

  #hold(now: number): [ms: number, why: PaceReason] {
    if (this.#pausedUntil > now) return [this.#pausedUntil - now, 'refused'];
    const window = this.#window.holdMs(now, this.#inFlight, this.#limits.reserve);
    if (window > 0) return [window, 'window'];
    const learned = this.#learned?.holdMs(now) ?? 0;
    if (learned > 0) return [learned, 'refused'];
    let budgetMs = 0;
    for (const budget of this.#budgets) budgetMs = Math.max(budgetMs, budget.holdMs(now));
    return [budgetMs, 'budget'];
  }

  #holdEverybody(ms: number, why: PaceReason): void {
    if (ms === Number.POSITIVE_INFINITY) {
      this.#widths.interrupted(this.#clock.now());
      return;
    }
    this.#widths.held();
    this.#timer = this.#clock.after(ms, () => this.#admit());
    if (ms < newsMs) return;
    for (const waiter of [...this.#turns.heads()]) {
      if (ms > waiter.options.withinMs) waiter.leave();
      else {
        waiter.told = true;
        waiter.options.waiting(ms, why);
      }
    }
  }
}
