import { setTimeout as sleep } from 'node:timers/promises';
import { SyncError } from '../errors/syncError';
import type { BlueConicClient } from './blueconicClient';
import type { PageSize } from './pageSize';
import { tries, waitAfter } from './passingCauses';
import type { SegmentPage, SegmentPageRequest } from './segmentProfiles';

export interface ReadPage {
  page: SegmentPage;
  /** How many profiles were asked for. */
  count: number;
}

/**
 * Reads one page, again where it failed for a passing cause or was too large: smaller each time, unless `count` fixes
 * its size because pages behind it are known already. Reading changes nothing at BlueConic, so it may be repeated freely.
 *
 * @throws SyncError of the last try.
 */
export async function readPage(
  client: BlueConicClient,
  request: Omit<SegmentPageRequest, 'count'>,
  size: PageSize,
  { count, signal }: { count: number | undefined; signal: AbortSignal },
): Promise<ReadPage> {
  for (let failures = 0; ; ) {
    const asked = count ?? size.rows;
    const begun = performance.now();
    try {
      const page = await client.segmentPage({ ...request, count: asked }, signal);
      if (count === undefined)
        size.arrived({ rows: page.profiles.length, bytes: page.bytes, ms: performance.now() - begun });
      return { page, count: asked };
    } catch (thrown) {
      signal.throwIfAborted();
      failures++;
      const wait = waitForSmaller(thrown, failures, count === undefined && asked > 1);
      if (wait === undefined) throw thrown;
      if (count === undefined) size.failed();
      await sleep(wait, undefined, { signal });
    }
  }
}

/** Milliseconds until the next try, which asks for less where it may; undefined: there is none. */
function waitForSmaller(thrown: unknown, failures: number, mayShrink: boolean): number | undefined {
  // Each time half as large, it fits in the end or is as small as it gets.
  if (thrown instanceof SyncError && thrown.code === 'NET_ANSWER_TOO_LARGE')
    return mayShrink && failures < 2 * tries ? 0 : undefined;
  return waitAfter(thrown, failures);
}
