import type { RateReport } from './rateReport';
import { ServerClock } from './serverClock';

/** Added to every opening: the network takes less time for the one request than for the other. */
const guardMs = 5;
/** Windows whose resets are closer than this are the same; headers count in whole seconds. */
const sameWindowMs = 999;
/** A refusal with this share of the window left has another cause than the window. */
const muchLeft = 0.5;

/**
 * The server's own window of requests, as its headers tell it (contracts: braze 2.8): fixed, reset on the clock, shared
 * with whoever else uses the key. Requests on their way count against what is left, since nobody knows whether the
 * server has counted them; so a window is never overrun by its own users, nor is the one after it.
 */
export class RateWindow {
  readonly #clock = new ServerClock();
  #limit: number | undefined;
  /** Requests the server would still take, by its last word. */
  #left = Number.POSITIVE_INFINITY;
  /** The reset that names the window, and the one that named the window before. */
  #reset = Number.NEGATIVE_INFINITY;
  #resetBefore = Number.NEGATIVE_INFINITY;
  /** Local times. */
  #openedAt = Number.NEGATIVE_INFINITY;
  #opensAt = Number.POSITIVE_INFINITY;
  /** The reset that `#opensAt` comes from: a short wait inside a long window has one of its own. */
  #opensWith = Number.NEGATIVE_INFINITY;
  #closed = false;
  /** One request is to find out whether the window is open. */
  #trying = false;
  #sentSinceOpening = 0;

  /** How long until one more may go: 0 for now, infinite for "not before an answer comes". */
  holdMs(now: number, inFlight: number, reserve: number): number {
    if (now >= this.#opensAt) this.#open();
    if (this.#trying && this.#sentSinceOpening > 0) return Number.POSITIVE_INFINITY;
    const keep = Math.floor((this.#limit ?? 0) * reserve);
    if (this.#left - inFlight > keep) return 0;
    if (this.#opensAt < Number.POSITIVE_INFINITY) return this.#opensAt - now;
    return inFlight > 0 ? Number.POSITIVE_INFINITY : 0;
  }

  sent(): void {
    this.#sentSinceOpening++;
  }

  /** An answer to a request that the server counted. */
  taken(report: RateReport, sentAt: number, now: number): void {
    this.#tried(sentAt);
    if (report.limit !== undefined) this.#limit = report.limit;
    const place = this.#place(report, sentAt, now);
    if (report.remaining === undefined || !place) {
      if (sentAt >= this.#openedAt) this.#left--;
      return;
    }
    const { reset, opensAt } = place;
    if (reset <= this.#resetBefore) {
      if (sentAt >= this.#openedAt) this.#openedTooEarly(report, report.remaining, sentAt, now);
      return;
    }
    if (report.counted && sentAt < this.#openedAt) {
      // Counted in one window, answered in the next: which of them the numbers mean cannot be told.
      this.#left--;
      return;
    }
    if (reset < this.#reset - sameWindowMs) return;
    this.#left =
      reset > this.#reset + sameWindowMs ? report.remaining : Math.min(this.#left, report.remaining);
    this.#reset = Math.max(this.#reset, reset);
    this.#opensAt = opensAt;
    this.#opensWith = reset;
  }

  /**
   * An answer that refuses a request for its rate.
   * @returns `closed` where it tells when to come again, `unforeseen` where it does though much was left of the window
   * (there is another, unnamed limit), `before` where the window that refused it is over, `unknown` where it tells
   * nothing.
   */
  refused(report: RateReport, sentAt: number, now: number): 'closed' | 'unforeseen' | 'before' | 'unknown' {
    this.#tried(sentAt);
    if (report.limit !== undefined) this.#limit = report.limit;
    const place = this.#place(report, sentAt, now);
    const exhausted = report.retryInMs !== undefined || (report.remaining ?? 0) === 0;
    if (!place || !exhausted) return 'unknown';
    const { serverTime } = report;
    let foreseen = report.remaining !== undefined || this.#left < (this.#limit ?? 0) * muchLeft;
    if (serverTime !== undefined && serverTime < this.#resetBefore) {
      if (sentAt < this.#openedAt) return 'before';
      this.#clock.wasEarly();
      foreseen = true;
    }
    this.#left = 0;
    this.#closed = true;
    this.#opensAt = place.opensAt;
    this.#opensWith = place.reset;
    if (place.reset > this.#reset) this.#reset = place.reset;
    return foreseen ? 'closed' : 'unforeseen';
  }

  /** A request without an answer: it may have been counted. */
  silent(sentAt: number): void {
    this.#tried(sentAt);
    if (sentAt >= this.#openedAt) this.#left--;
  }

  /** The window before is still open: back to it, and to a later opening. */
  #openedTooEarly(report: RateReport, remaining: number, sentAt: number, now: number): void {
    this.#clock.wasEarly();
    const place = this.#place(report, sentAt, now);
    if (!place) return;
    this.#left = remaining;
    this.#opensAt = place.opensAt;
    this.#opensWith = place.reset;
    this.#resetBefore = Number.NEGATIVE_INFINITY;
  }

  #open(): void {
    this.#openedAt = this.#opensAt;
    this.#opensAt = Number.POSITIVE_INFINITY;
    this.#resetBefore = this.#opensWith;
    this.#left = this.#limit ?? Number.POSITIVE_INFINITY;
    this.#sentSinceOpening = 0;
    // Whether a wait that was asked for is meant from the answer or to a full second is not documented either.
    this.#trying = this.#closed || this.#clock.mayBeEarly;
    this.#closed = false;
  }

  #tried(sentAt: number): void {
    if (sentAt >= this.#openedAt) this.#trying = false;
  }

  /** When the window that the answer speaks of ends: on the server's clock, and on ours. */
  #place(report: RateReport, sentAt: number, now: number): { reset: number; opensAt: number } | undefined {
    const { serverTime, retryInMs, resetAt, resetInMs } = report;
    if (serverTime !== undefined) this.#clock.observe(serverTime, sentAt, now);
    const asked = retryInMs !== undefined && serverTime !== undefined ? serverTime + retryInMs : undefined;
    const reset = retryInMs === undefined ? resetAt : asked;
    if (reset !== undefined) return { reset, opensAt: this.#clock.toLocal(reset) + guardMs };
    const inMs = retryInMs ?? resetInMs;
    return inMs === undefined ? undefined : { reset: now + inMs, opensAt: now + inMs + guardMs };
  }
}
