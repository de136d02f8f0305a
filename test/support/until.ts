import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** Names what is awaited; stands in the error. */
  what: string;
  /** Milliseconds; generous by default, because passing early costs nothing. */
  timeoutMs?: number;
  everyMs?: number;
  /** Says more in the error when the time is up, for example the last log lines. */
  evidence?: () => string;
}

/**
 * Asks `probe` again and again until it answers something other than `undefined` or `false`, and returns that.
 * @throws Error when the time is up; an error of the probe itself ends the wait at once.
 */
export async function until<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  options: UntilOptions,
): Promise<T> {
  const deadline = Date.now() + (options.timeoutMs ?? 15_000);
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) {
      throw new Error(`Waited in vain for ${options.what}. ${options.evidence?.() ?? ''}`.trimEnd());
    }
    await sleep(options.everyMs ?? 20);
  }
}
