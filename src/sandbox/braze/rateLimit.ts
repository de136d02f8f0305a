import type { BrazeSettings, RatePool } from './settings';

export interface RateVerdict {
  exceeded: boolean;
  headers: Record<string, string>;
}

/** Counts requests per pool in fixed windows that start on the clock, not with the first request. */
export class RateLimits {
  readonly #windows = new Map<RatePool, { start: number; count: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Counts one request and says what to answer with it, in either documented style (contracts: braze 2.8). */
  take(pool: RatePool, settings: BrazeSettings): RateVerdict {
    const { limit, windowMs } = settings.rateLimits[pool];
    const now = this.#now();
    const start = now - (now % windowMs);
    let window = this.#windows.get(pool);
    if (window?.start !== start) {
      window = { start, count: 0 };
      this.#windows.set(pool, window);
    }
    window.count++;
    const exceeded = window.count > limit;
    const resetAt = start + windowMs;
    const secondsToGo = Math.max(1, Math.ceil((resetAt - now) / 1000));
    if (exceeded && settings.rateHeaders === 'mau') {
      return { exceeded, headers: { 'x-ratelimit-retry-after': String(secondsToGo) } };
    }
    const reset = settings.rateHeaders === 'mau' ? secondsToGo : Math.ceil(resetAt / 1000);
    return {
      exceeded,
      headers: {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - window.count)),
        'x-ratelimit-reset': String(reset),
      },
    };
  }

  reset(): void {
    this.#windows.clear();
  }
}
