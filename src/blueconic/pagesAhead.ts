import type { ReadPage } from './pageReading';

type Read = (cursor: string, count: number | undefined, signal: AbortSignal) => Promise<ReadPage>;

/**
 * Pages of a chain, of which the next one is on its way while the last is worked on: BlueConic and this process work at
 * the same time, and no more than two pages are in memory.
 */
export class PagesAhead {
  readonly #read: Read;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;
  #begun: { cursor: string; page: Promise<ReadPage> } | undefined;

  constructor(read: Read, signal: AbortSignal) {
    this.#read = read;
    this.#signal = AbortSignal.any([signal, this.#closed.signal]);
  }

  /** Asks for the page that `take` will want next. */
  begin(cursor: string, count: number | undefined): void {
    const page = this.#read(cursor, count, this.#signal);
    // Who takes the page gets the failure; a page that nobody takes has none to tell.
    page.catch(() => undefined);
    this.#begun = { cursor, page };
  }

  take(cursor: string, count: number | undefined): Promise<ReadPage> {
    if (this.#begun?.cursor !== cursor) this.begin(cursor, count);
    const { page } = this.#begun!;
    this.#begun = undefined;
    return page;
  }

  /** Nothing more is wanted. */
  close(): void {
    this.#closed.abort(new Error('no more pages are wanted'));
  }
}
