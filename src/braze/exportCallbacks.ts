import { randomBytes } from 'node:crypto';

/** Nobody can guess it, and it is good for one export only. */
const tokenBytes = 32;
/** Far more than Braze makes; whoever tries paths out gets no further than this. */
const callsPerSecond = 20;

export interface ExpectedCall {
  /** Aborted once the call has come. */
  called: AbortSignal;
  forget(): void;
}

/**
 * The calls that Braze makes when an export is ready (contracts: braze 8). They come without authentication, at most
 * once, and perhaps never: all that one of them does is to end a wait early. Whether anybody waits for it is never told.
 */
export class ExportCallbacks {
  readonly #expected = new Map<string, AbortController>();
  readonly #now: () => number;
  #second = 0;
  #callsInSecond = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The last part of the path of a call. */
  static newToken(): string {
    return randomBytes(tokenBytes).toString('base64url');
  }

  /** Waits for a call until it is told to forget it. Whoever expected the same call before waits in vain from then on. */
  expect(token: string): ExpectedCall {
    const call = new AbortController();
    this.#expected.set(token, call);
    return {
      called: call.signal,
      forget: () => {
        if (this.#expected.get(token) === call) this.#expected.delete(token);
      },
    };
  }

  /** Takes a call. False: there are too many, and it was not even looked at. */
  take(token: string): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) this.#callsInSecond = 0;
    this.#second = second;
    if (++this.#callsInSecond > callsPerSecond) return false;
    this.#expected.get(token)?.abort();
    return true;
  }
}
