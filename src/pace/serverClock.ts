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
   * The local time at which the server's clock shows `serverTime`: both clocks are taken for right if they may be, else
   * it is the latest possible.
   */
  toLocal(serverTime: number): number {
    const right = this.#least <= 0 && this.#most >= 0 && !this.#early;
    return serverTime - (right ? 0 : this.#least);
  }

  /** How many milliseconds more answers could still bring; the time an answer takes on its way always stays. */
  get uncertainty(): number {
    return this.#most - this.#least - this.#shortestTrip;
  }

  /** A time told by `toLocal` was too early; from now on the latest possible is told. */
  wasEarly(): void {
    this.#early = true;
  }
}

/** Servers write their date once a second, and under load a little late. */
const staleDateMs = 250;
