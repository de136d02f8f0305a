import { checkpointDeletes } from '../run/checkpoint';
import { readHistory } from '../run/history';
import { memberPrefix } from '../run/membership';
import type { StateStore, StoreSpace, StoreWrite } from '../store/store';
import { connectionCheckpointKey, listKeyPrefix } from './goalKeys';

/** Runs of the history that are looked at for the goals of a connection. */
const lookedAtRuns = 1_000;

/** Deleted together, where there may be millions. */
const deletedTogether = 5_000;

/**
 * Forgets how far a goal has read, so that its next run reads everything: watermarks, remembered files, checkpoint, and
 * who was in its segment. What
 * was sent stays known: fingerprints, so that nothing unchanged is paid for again, and remembered numbers and intents,
 * so that nothing is added twice (R12, R13). Returns how many entries were deleted.
 */
export async function resetGoal(store: StateStore, goalId: string): Promise<number> {
  const deletes = await goalDeletes(store, goalId);
  await store.commit(deletes);
  return deletes.length + (await forgetMembers(store, goalId));
}

/** The same for every goal that the history says ran for the connection, and for the connection's own open run. */
export async function resetConnection(store: StateStore, connectionId: string): Promise<number> {
  const key = connectionCheckpointKey(connectionId);
  const [open] = await store.getMany('checkpoint', [key]);
  const deletes: StoreWrite[] = open ? [{ space: 'checkpoint', key, value: undefined }] : [];
  const goals = await goalsOf(store, connectionId);
  for (const goalId of goals) deletes.push(...(await goalDeletes(store, goalId)));
  await store.commit(deletes);
  let members = 0;
  for (const goalId of goals) members += await forgetMembers(store, goalId);
  return deletes.length + members;
}

export async function goalsOf(store: StateStore, connectionId: string): Promise<Set<string>> {
  const goals = new Set<string>();
  for (const { goal, connection } of await readHistory(store, lookedAtRuns)) {
    if (connection?.connection === connectionId) goals.add(goal.id);
  }
  return goals;
}

async function goalDeletes(store: StateStore, goalId: string): Promise<StoreWrite[]> {
  const deletes = await checkpointDeletes(store, goalId);
  for (const space of ['watermark', 'file'] satisfies StoreSpace[]) {
    for await (const key of store.keys(space, listKeyPrefix(goalId)))
      deletes.push({ space, key, value: undefined });
  }
  return deletes;
}

/** Without the entry that heads them, which is gone by now, those left over by a crash in between mean nothing. */
async function forgetMembers(store: StateStore, goalId: string): Promise<number> {
  let count = 0;
  let deletes: StoreWrite[] = [];
  for await (const key of store.keys('member', memberPrefix(goalId))) {
    deletes.push({ space: 'member', key, value: undefined });
    count++;
    if (deletes.length < deletedTogether) continue;
    await store.commit(deletes);
    deletes = [];
  }
  await store.commit(deletes);
  return count;
}
