/**
 * How far the server's clock is ahead of ours. Every answer with a date narrows it: the server wrote the date between
 * sending and answer, and its true time then was at most a second later. Enough answers, spread over a second, leave a
 * few milliseconds.
 */
export class ServerClock {
  /** The server's clock is ahead by at least `#least` and at most `#most` milliseconds. */
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;
  #early = false;
  #shortestTrip = Number.POSITIVE_INFINITY;

  /** @param serverTime whole seconds, epoch milliseconds. */
  observe(serverTime: number, sentAt: number, now: number): void {
    this.#shortestTrip = Math.min(this.#shortestTrip, now - sentAt);
    const least = serverTime - now;
    const most = serverTime + 1000 - sentAt;
    if (least > this.#most + staleDateMs || most < this.#least - staleDateMs) {
      // One of the clocks was set anew.
      this.#least = least;
      this.#most = most;
      this.#early = false;
      return;
    }
    this.#least = Math.max(this.#least, least);
    this.#most = Math.max(this.#least, Math.min(this.#most, most));
  }

  /**
   * The local time at which the server's clock shows `serverTime`: the latest possible. Where answers are quick enough
   * to try, both clocks are taken for right if they may be; then the true time may be later than what is told.
   */
  toLocal(serverTime: number): number {
    return serverTime - (this.#guesses ? 0 : this.#least);
  }

  /** What `toLocal` tells is worth a try, not more. */
  get mayBeEarly(): boolean {
    return this.#guesses && this.#most - this.#least > exactMs;
  }

  get #guesses(): boolean {
    return this.#least <= 0 && this.#most >= 0 && !this.#early && this.#shortestTrip <= quickTripMs;
  }

  /** A time told by `toLocal` was too early; from now on the latest possible is told. */
  wasEarly(): void {
    this.#early = true;
  }
}

/** Waiting for one answer costs no more than this. */
const quickTripMs = 50;
const exactMs = 10;
/** Servers write their date once a second, and under load a little late. */
const staleDateMs = 250;
