import type { Pace, PaceReason } from '../../src/pace/pace';
import type { Heard } from '../../src/pace/rateReport';

export interface FakeSinkOptions {
  requests: number;
  send: () => Promise<Heard>;
  signal?: AbortSignal;
  withinMs?: number;
  /** What a sink does with an answer before it sends more. */
  conclude?: () => Promise<void>;
}

/** Sends so many requests through a pace, as many at a time as the pace is wide; a refused one goes again. */
export class FakeSink {
  done = 0;
  gaveUp = 0;
  readonly waits: [ms: number, why: PaceReason][] = [];
  readonly #pace: Pace;
  readonly #options: FakeSinkOptions;
  #started = 0;
  #open = 0;

  constructor(pace: Pace, options: FakeSinkOptions) {
    this.#pace = pace;
    this.#options = options;
    this.#fill();
  }

  get over(): boolean {
    return this.done + this.gaveUp === this.#options.requests;
  }

  #fill(): void {
    while (this.#open < this.#pace.width && this.#started < this.#options.requests) {
      this.#started++;
      this.#open++;
      void this.#one();
    }
  }

  async #one(): Promise<void> {
    const {
      send,
      signal = new AbortController().signal,
      withinMs = Number.POSITIVE_INFINITY,
    } = this.#options;
    for (let again = false; ; again = true) {
      const pass = await this.#pace.enter(this, {
        signal,
        again,
        withinMs,
        waiting: (ms, why) => void this.waits.push([ms, why]),
      });
      if (!pass) {
        this.gaveUp++;
        break;
      }
      const heard = await send();
      pass.heard(heard);
      if (heard.how !== 'taken') continue;
      await this.#options.conclude?.();
      this.done++;
      break;
    }
    this.#open--;
    this.#fill();
  }
}
