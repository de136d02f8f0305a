import { LevelStore } from './levelStore';
import type { StateStore } from './store';

/** A store as it was opened: which engine it turned out to be, and what a person should know about that. */
export interface OpenedStore {
  store: StateStore;
  engine: 'leveldb' | 'plain log';
  warning?: string;
}

/** Opens the embedded store of a folder, or creates it. */
export async function openStore(folder: string): Promise<OpenedStore> {
  return { store: await LevelStore.open(folder), engine: 'leveldb' };
}
