import { readdir } from 'node:fs/promises';
import { causeOf, storeDamaged, storeForeign, storeUnavailable } from './storeErrors';

/** The file of a plain log store; while it is there, it is the truth (see `openStore`). */
export const plainLogFile = 'state.log';
export const plainLogNew = 'state.new';
export const plainLogLock = 'state.lock';

const levelFile = /^(?:CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(?:log|ldb|sst|dbtmp))$/;
/** Made only after `CURRENT`: without it, a store has lost what leads to its content. */
const levelContent = /^\d+\.(?:log|ldb|sst)$/;
const plainFiles = new Set([plainLogFile, plainLogNew, plainLogLock]);

/**
 * What a folder holds, without opening anything: LevelDB would begin a new store beside whatever it finds.
 *
 * @throws SyncError STORE_DAMAGED, STORE_FOREIGN, STORE_UNAVAILABLE
 */
export async function folderContents(folder: string): Promise<'nothing' | 'leveldb' | 'plain log'> {
  const names = (await namesIn(folder)).filter((name) => !name.startsWith('.') && name !== 'lost+found');
  if (names.includes(plainLogFile)) return 'plain log';
  if (names.includes('CURRENT')) return 'leveldb';
  if (names.some((name) => !levelFile.test(name) && !plainFiles.has(name))) throw storeForeign(folder);
  if (names.some((name) => levelContent.test(name))) throw storeDamaged(folder);
  return 'nothing';
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (causeOf(thrown) === 'ENOENT') return [];
    throw storeUnavailable(folder, causeOf(thrown));
  }
}
