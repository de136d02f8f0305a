/** What an answer says about the caller's rate limit; absent is what it does not say. */
export interface RateReport {
  /** Requests in one window. */
  limit?: number;
  remaining?: number;
  /** Until the window starts afresh, in milliseconds from now. */
  resetInMs?: number;
  /** The same as a moment of the server's clock, epoch milliseconds, where it can be told. */
  resetAt?: number;
  /** `resetAt` was counted from the moment of the answer, not named: near the end of a window it may name the next. */
  counted?: true;
  /** How long the server asks to wait, in milliseconds. */
  retryInMs?: number;
  /** The server's clock when it answered, epoch milliseconds, cut to whole seconds. */
  serverTime?: number;
}

/** What became of one request, as far as its rate group is concerned. */
export type Heard =
  /** Answered, whatever the answer says to its sender. */
  | { how: 'taken'; rate?: RateReport }
  /** Refused because there were too many; nothing was done. */
  | { how: 'throttled'; rate?: RateReport }
  /** The other side is in trouble (5xx). */
  | { how: 'overloaded'; rate?: RateReport }
  /** No answer came. */
  | { how: 'silent' }
  /** Nobody waits for its answer any more. */
  | { how: 'dropped' };
