import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SyncError } from '../errors/syncError';
import { openStore } from './openStore';
import { causeOf, storeUnavailable } from './storeErrors';
import { storeSpaces } from './storeKey';

/**
 * Renames the folder of a damaged store, so that a new one can begin in its place; nothing in it is changed. Only for
 * people to ask for: all that the store knew is forgotten then. Returns the new name.
 *
 * @throws SyncError STORE_NOT_DAMAGED where the store opens, or does not for another reason; STORE_UNAVAILABLE
 */
export async function setAside(folder: string, now = new Date()): Promise<string> {
  if (!(await isDamaged(folder))) {
    throw new SyncError({
      code: 'STORE_NOT_DAMAGED',
      message: `The profile-sync store "${basename(folder)}" is not damaged and was left in its place.`,
      advice: 'To begin anew with another store, choose another folder.',
    });
  }
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const name = `${basename(folder)}-damaged-${time}`;
  try {
    await rename(folder, join(dirname(folder), name));
  } catch (thrown) {
    throw storeUnavailable(folder, causeOf(thrown));
  }
  return name;
}

/** Reads everything: damage inside a table shows only when that table is read. */
async function isDamaged(folder: string): Promise<boolean> {
  try {
    const { store } = await openStore(folder);
    try {
      for (const space of storeSpaces) for await (const _entry of store.list(space, ''));
    } finally {
      await store.close();
    }
    return false;
  } catch (thrown) {
    return thrown instanceof SyncError && thrown.code === 'STORE_DAMAGED';
  }
}
