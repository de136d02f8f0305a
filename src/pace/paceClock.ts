/** The time as a pace sees it; a test brings its own. */
export interface PaceClock {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Calls back once, `ms` from now; what it returns takes that back. */
  after(ms: number, call: () => void): () => void;
}

/** Longer waits are cut into several: a timer cannot hold more. */
const longestTimerMs = 2 ** 31 - 1;

export const paceClock: PaceClock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(Math.ceil(ms), longestTimerMs));
    return () => clearTimeout(timer);
  },
};
