import type { Heard, RateReport } from '../../src/pace/rateReport';
import { sequence } from '../../src/sandbox/faults';
import type { FakeClock } from './fakeClock';

export interface FakeServerOptions {
  latencyMs: number;
  /** Share of the latency that varies. */
  jitter?: number;
  /** Requests in each fixed window that starts on the server's clock. */
  wall?: { limit: number; windowMs: number };
  headers?: 'epoch' | 'mau' | 'retry-after' | 'none';
  /** How far the server's clock is ahead of ours. */
  aheadMs?: number;
  /** Requests it works on at once; more wait. */
  workers?: number;
  seed?: number;
}

/** A server on the fake clock: counts a request when half of its latency is over, as on a way there and back. */
export class FakeServer {
  taken = 0;
  refused = 0;
  inFlight = 0;
  mostInFlight = 0;
  /** When it was sent each, in order. */
  readonly sentAt: number[] = [];
  readonly #clock: FakeClock;
  readonly #options: FakeServerOptions;
  readonly #random: () => number;
  #window = { start: 0, count: 0 };
  #freeAt: number[];

  constructor(clock: FakeClock, options: FakeServerOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#random = sequence(options.seed ?? 1);
    this.#freeAt = new Array<number>(options.workers ?? 0).fill(0);
  }

  send(): Promise<Heard> {
    const { latencyMs, jitter = 0 } = this.#options;
    this.sentAt.push(this.#clock.now());
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const way = () => (latencyMs / 2) * (1 + jitter * (this.#random() - 0.5));
    return new Promise((resolve) => {
      this.#clock.after(way(), () => {
        const heard = this.#count();
        this.#clock.after(this.#queued() + way(), () => {
          this.inFlight--;
          resolve(heard);
        });
      });
    });
  }

  /** With so many workers and `latencyMs` of work each, how long until one is free. */
  #queued(): number {
    if (this.#freeAt.length === 0) return 0;
    const now = this.#clock.now();
    this.#freeAt.sort((one, other) => one - other);
    const begins = Math.max(now, this.#freeAt[0]!);
    this.#freeAt[0] = begins + this.#options.latencyMs;
    return this.#freeAt[0] - now;
  }

  #count(): Heard {
    const { wall, headers = 'none', aheadMs = 0 } = this.#options;
    const serverNow = this.#clock.now() + aheadMs;
    if (!wall) {
      this.taken++;
      return { how: 'taken' };
    }
    const start = serverNow - (serverNow % wall.windowMs);
    if (this.#window.start !== start) this.#window = { start, count: 0 };
    const count = ++this.#window.count;
    const refused = count > wall.limit;
    if (refused) this.refused++;
    else this.taken++;
    const reset = start + wall.windowMs;
    const rate: RateReport = headers === 'none' ? {} : { serverTime: serverNow - (serverNow % 1000) };
    const seconds = Math.max(1, Math.ceil((reset - serverNow) / 1000));
    if (headers === 'retry-after' || headers === 'mau') {
      if (refused) rate.retryInMs = seconds * 1000;
      else if (headers === 'mau') {
        Object.assign(rate, counts(wall.limit, count), {
          resetInMs: seconds * 1000,
          resetAt: rate.serverTime! + seconds * 1000,
          counted: true,
        });
      }
    } else if (headers === 'epoch') {
      const resetAt = Math.ceil(reset / 1000) * 1000;
      Object.assign(rate, counts(wall.limit, count), { resetAt, resetInMs: resetAt - rate.serverTime! });
    }
    return { how: refused ? 'throttled' : 'taken', rate };
  }
}

function counts(limit: number, count: number): RateReport {
  return { limit, remaining: Math.max(0, limit - count) };
}
