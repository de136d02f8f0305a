/** Sends so many requests at a time. */
export class RequestsInFlight {
  requests = 0;
  readonly #most: number;
  readonly #open = new Set<Promise<void>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves as soon as the next one may be sent. */
  async add(send: () => Promise<void>): Promise<void> {
    this.requests++;
    const sending: Promise<void> = send().then(() => {
      this.#open.delete(sending);
    });
    this.#open.add(sending);
    if (this.#open.size >= this.#most) await Promise.race(this.#open);
  }

  async finished(): Promise<void> {
    await Promise.all(this.#open);
  }
}
