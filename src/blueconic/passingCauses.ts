import { setTimeout as sleep } from 'node:timers/promises';
import { SyncError } from '../errors/syncError';

/** Tries of one call that changes nothing; between them the waits double from the first one on, unless BlueConic asks for another. */
export const tries = 5;
const firstWaitMs = 500;
/** A longer wait that BlueConic asks for is not waited for within a run. */
const longestWaitMs = 60_000;

/** Milliseconds until the next try, after so many failures; undefined: there is none. */
export function waitAfter(thrown: unknown, failures: number): number | undefined {
  if (!(thrown instanceof SyncError) || thrown.retry === 'never' || failures >= tries) return undefined;
  const wait = thrown.retryAfterMs ?? firstWaitMs * 2 ** (failures - 1);
  return wait > longestWaitMs ? undefined : wait;
}

/** Makes a call that changes nothing, again where it fails for a passing cause. @throws SyncError of the last try. */
export async function tried<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await call();
    } catch (thrown) {
      signal.throwIfAborted();
      const wait = waitAfter(thrown, failures);
      if (wait === undefined) throw thrown;
      await sleep(wait, undefined, { signal });
    }
  }
}
