import type { BrazeClient } from './brazeClient';

/** Fewer than this share of the estimate is told to people. */
const expectedShare = 0.8;
/** Today's estimate may not have been made yet. */
const days = 2;

/**
 * How many users Braze estimates a segment to have: the newest estimate that is not zero. Undefined where there is
 * none, or where it cannot be asked for: the permission for it, `segments.data_series`, is one that a key may lack.
 */
export async function estimatedUsers(
  client: Pick<BrazeClient, 'segmentSizes'>,
  segmentId: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const sizes = await client.segmentSizes({ segmentId, days }, signal);
    const known = sizes.filter(({ size }) => size > 0).sort((one, other) => (one.time < other.time ? -1 : 1));
    return known.at(-1)?.size;
  } catch {
    // It is a comfort, and no more: nothing of the run depends on it.
    signal.throwIfAborted();
    return undefined;
  }
}

/** So few were read that something is likely missing: the export was cancelled, say, while it was written. */
export function isFarBelow(read: number, estimate: number): boolean {
  return read < estimate * expectedShare;
}
