import type { SyncError } from '../../src/errors/syncError';
import type { Random } from './mutate';

/** Something that reads what comes from outside. */
export interface FuzzTarget {
  name: string;
  /** How many tries take about as long as the other targets' tries. */
  weight: number;
  /**
   * One try with input made of these numbers. Resolves with what is wrong; nothing: all is well. May throw SyncErrors
   * whose code `mayThrow` fits.
   */
  attempt(random: Random): Promise<string[]> | string[];
  mayThrow: RegExp;
}

export interface FuzzFailure {
  target: string;
  seed: number;
  wrongs: string[];
}

/** One try; anything but a SyncError of the right kind is a failure. */
export async function tryOnce(
  target: FuzzTarget,
  random: Random,
  seed: number,
): Promise<FuzzFailure | undefined> {
  const wrongs: string[] = [];
  try {
    wrongs.push(...(await target.attempt(random)));
  } catch (thrown) {
    const { name, code } = thrown as SyncError;
    const isExpected = name === 'SyncError' && target.mayThrow.test(code);
    if (!isExpected) wrongs.push(`threw ${String((thrown as Error)?.stack ?? thrown)}`);
  }
  if (({} as { polluted?: unknown }).polluted !== undefined) wrongs.push('Object.prototype was changed');
  return wrongs.length > 0 ? { target: target.name, seed, wrongs } : undefined;
}
