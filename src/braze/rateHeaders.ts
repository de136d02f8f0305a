import type { RateReport } from '../pace/rateReport';

/**
 * Past this, a wait that was asked for is cut: Braze's limits start afresh on the clock hour
 * (contracts: braze 2.8), so a longer one is a mistake.
 */
export const longestWaitMs = 3_600_000;

/** Above this `x-ratelimit-reset` counts seconds since 1970, below it seconds from now (contracts: braze 2.8). */
const epochFrom = 1e9;

/** Reads `x-ratelimit-*`, `retry-after` and `date`; `now` in epoch milliseconds. Absent is what is not readable. */
export function rateState(headers: Record<string, string>, now: number): RateReport {
  const state: RateReport = {};
  const limit = count(headers['x-ratelimit-limit']);
  const remaining = count(headers['x-ratelimit-remaining']);
  const resetInMs = untilReset(headers, now);
  if (limit !== undefined) state.limit = limit;
  if (remaining !== undefined) state.remaining = remaining;
  if (resetInMs !== undefined) state.resetInMs = resetInMs;
  const retryInMs = askedWaitMs(headers, now);
  if (retryInMs !== undefined) state.retryInMs = retryInMs;
  const serverTime = dateOf(headers);
  if (serverTime !== undefined) state.serverTime = serverTime;
  const reset = count(headers['x-ratelimit-reset']);
  if (reset !== undefined && reset > epochFrom) state.resetAt = reset * 1000;
  else if (reset !== undefined && serverTime !== undefined) {
    state.resetAt = serverTime + capped(reset * 1000);
    state.counted = true;
  }
  return state;
}

/**
 * How long a 429 asks to wait, in milliseconds: `x-ratelimit-retry-after`, else `retry-after`, else
 * `x-ratelimit-reset`; undefined where none is readable. Without jitter, which is the caller's.
 */
export function throttleWaitMs(headers: Record<string, string>, now: number): number | undefined {
  return askedWaitMs(headers, now) ?? untilReset(headers, now);
}

/**
 * The wait that was asked for in so many words. For answers other than 429, where `x-ratelimit-reset` only tells
 * when the window ends and would hold a call back for up to an hour.
 */
export function askedWaitMs(headers: Record<string, string>, now: number): number | undefined {
  const own = count(headers['x-ratelimit-retry-after']);
  if (own !== undefined) return capped(own * 1000);
  const general = headers['retry-after'];
  const seconds = count(general);
  if (seconds !== undefined) return capped(seconds * 1000);
  const date = general === undefined ? Number.NaN : Date.parse(general);
  return Number.isNaN(date) ? undefined : capped(date - serverNow(headers, now));
}

function untilReset(headers: Record<string, string>, now: number): number | undefined {
  const reset = count(headers['x-ratelimit-reset']);
  if (reset === undefined) return undefined;
  return capped(reset > epochFrom ? reset * 1000 - serverNow(headers, now) : reset * 1000);
}

/** Points in time are Braze's, so they are compared with Braze's clock where the answer tells it. */
function serverNow(headers: Record<string, string>, now: number): number {
  return dateOf(headers) ?? now;
}

function dateOf({ date }: Record<string, string>): number | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : time;
}

function count(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}

function capped(ms: number): number {
  return Math.min(Math.max(ms, 0), longestWaitMs);
}
