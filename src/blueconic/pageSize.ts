/** What one good page was like. */
export interface ArrivedPage {
  /** Profiles on it. */
  rows: number;
  /** Of its body, decompressed. */
  bytes: number;
  /** From the question to the whole answer. */
  ms: number;
}

/**
 * Parsing a page holds the event loop, for which 10 ms is the aim (p99). Of 256 KiB it took 4.6 ms of CPU time in the
 * median and 10 ms in one of a hundred pages, on a busy machine (bench: segment-read); this leaves room. One profile that
 * is larger than this has a page to itself.
 */
export const parsedBytes = 192 * 1024;
/** Before anything is known of the profiles' size. */
const firstRows = 200;
const smallestRows = 10;
/** An answer that takes longer comes near the time-outs of proxies. */
const slowMs = 15_000;
/** Good pages after a failure before pages grow again: what failed at this size would fail at the next one too. */
const pagesBeforeGrowth = 5;

/**
 * How many profiles the next page of a segment should hold: as many as parse in time, at most as many as set. Halves
 * after a slow or failed page, and grows again, at most twofold from page to page.
 */
export class PageSize {
  readonly #most: number;
  #rows: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
    this.#rows = Math.min(most, firstRows);
  }

  get rows(): number {
    return this.#rows;
  }

  arrived({ rows, bytes, ms }: ArrivedPage): void {
    if (ms > slowMs) {
      this.failed();
      return;
    }
    // A page without profiles says nothing of their size.
    const fitting = rows === 0 ? this.#rows : Math.max(1, Math.floor((parsedBytes * rows) / bytes));
    if (this.#held > 0) this.#held--;
    const mayGrowTo = this.#held > 0 ? this.#rows : this.#rows * 2;
    this.#rows = Math.min(fitting, mayGrowTo, this.#most);
  }

  failed(): void {
    this.#held = pagesBeforeGrowth;
    this.#rows = Math.max(Math.min(smallestRows, this.#rows), Math.floor(this.#rows / 2));
  }
}
