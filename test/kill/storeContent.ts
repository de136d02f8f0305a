import { join } from 'node:path';
import { readHistory } from '../../src/run/history';
import type { RunSummary } from '../../src/run/runSummary';
import { openStore } from '../../src/store/openStore';
import type { StoreSpace } from '../../src/store/store';

/** What a store knows of one goal. */
export interface GoalContent {
  /** Keys of its checkpoint. */
  checkpoint: number;
  intents: number;
  /** Watermarks and remembered files. */
  remembered: number;
  history: RunSummary[];
}

/** Looks into the default store of a user directory whose Node-RED is dead: a store has one process at a time. */
export async function contentOf(userDir: string, goalId: string): Promise<GoalContent> {
  const { store } = await openStore(join(userDir, 'profile-sync'));
  try {
    const keysWith = async (space: StoreSpace, prefix: string) => {
      let keys = 0;
      for await (const _ of store.keys(space, prefix)) keys++;
      return keys;
    };
    const remembered = JSON.stringify([goalId]).slice(0, -1);
    return {
      checkpoint: await keysWith('checkpoint', `goal/${goalId}/`),
      intents: await keysWith('intent', `${goalId}\n`),
      remembered: (await keysWith('watermark', remembered)) + (await keysWith('file', remembered)),
      history: (await readHistory(store, 1_000)).filter(({ goal }) => goal.id === goalId),
    };
  } finally {
    await store.close();
  }
}
