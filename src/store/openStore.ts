import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SyncError } from '../errors/syncError';
import { noteBeginning } from './beginning';
import { folderContents, plainLogFile } from './folderContents';
import { LevelStore, openLevel } from './levelStore';
import { openPlainLog, PlainLogStore } from './plainLogStore';
import type { StateStore } from './store';
import type { EngineWrite, StoreEngine } from './storeEngine';
import { allKeys } from './storeKey';

/** A store as it was opened: which engine it turned out to be, and what a person should know about that. */
export interface OpenedStore {
  store: StateStore;
  engine: 'leveldb' | 'plain log';
  warning?: string;
}

/** Entries that are brought from one engine to the other at a time. */
const broughtEntries = 5_000;

/**
 * Opens the embedded store of a folder, or creates it: LevelDB where its native part loads, else the plain log, with a
 * warning. A plain log is brought into LevelDB as soon as that loads. The other way round there is no way: a folder that
 * holds a LevelDB is refused where it cannot be read, for beginning anew beside it would forget which changes that must
 * not be repeated were sent already (R13).
 *
 * @throws SyncError as the stores do
 */
export async function openStore(folder: string): Promise<OpenedStore> {
  const opened = await openAny(folder);
  try {
    await noteBeginning(opened.store);
  } catch (thrown) {
    await opened.store.close();
    throw thrown;
  }
  return opened;
}

async function openAny(folder: string): Promise<OpenedStore> {
  const held = await folderContents(folder);
  try {
    if (held === 'plain log') await bringIntoLevel(folder);
    return { store: await LevelStore.open(folder), engine: 'leveldb' };
  } catch (thrown) {
    const missing = thrown instanceof SyncError && thrown.code === 'STORE_ENGINE_MISSING';
    if (!missing || held === 'leveldb') throw thrown;
    const store = await PlainLogStore.open(folder);
    const warning = `${thrown.message} A plain file is used instead: its memory grows with the number of profiles.`;
    return { store, engine: 'plain log', warning };
  }
}

/**
 * While the plain log is there it is the truth: cut off at any moment, this begins anew the next time. The format goes
 * with the content, and is looked at afterwards.
 */
async function bringIntoLevel(folder: string): Promise<void> {
  const level = await openLevel(folder);
  try {
    const plain = await openPlainLog(folder);
    try {
      await copy(plain, level);
      await rm(join(folder, plainLogFile));
    } finally {
      await plain.close();
    }
  } finally {
    await level.close();
  }
}

async function copy(from: StoreEngine, to: StoreEngine): Promise<void> {
  const writes: EngineWrite[] = [];
  // What an earlier, interrupted copy left and the log no longer holds.
  for await (const key of to.keys(allKeys)) {
    writes.push({ key, value: undefined });
    if (writes.length === broughtEntries) await to.write(writes.splice(0));
  }
  for await (const [key, value] of from.entries(allKeys)) {
    writes.push({ key, value });
    if (writes.length === broughtEntries) await to.write(writes.splice(0));
  }
  await to.write(writes);
}
