import type { NodeAPI } from 'node-red';
import { asSyncError } from '../../src/errors/syncError';
import type { StateStore } from '../../src/store/store';
import { platform } from '../shell/platform';
import { storeFolders } from '../shell/storeSettings';

export interface ReadFromStores<T> {
  /** What was read of each store that opened. */
  read: T[];
  /** Absent where every store opened. */
  problems?: { code: string; message: string }[];
}

/**
 * Reads from all stores there are. One that does not open must not hide what the others hold.
 *
 * @throws SyncError where none opens
 */
export async function readFromStores<T>(
  RED: NodeAPI,
  read: (store: StateStore) => Promise<T>,
): Promise<ReadFromStores<T>> {
  const results = await Promise.allSettled(storeFolders(RED).map((folder) => inStore(folder, read)));
  const problems = results.flatMap((result) =>
    result.status === 'rejected' ? [asSyncError(result.reason, 'reading the run history')] : [],
  );
  if (problems.length === results.length) throw problems[0];
  return {
    read: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    ...(problems.length > 0 && { problems: problems.map(({ code, message }) => ({ code, message })) }),
  };
}

/** Lends the store in a folder for one piece of work. */
export async function inStore<T>(folder: string, work: (store: StateStore) => Promise<T>): Promise<T> {
  const { store } = await platform.stores.acquire(folder);
  try {
    return await work(store);
  } finally {
    platform.stores.release(store);
  }
}
