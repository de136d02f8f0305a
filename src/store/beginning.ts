import type { StateStore } from './store';

const beganKey = 'began';

/** Notes when a store was begun, if that has not been noted yet. */
export async function noteBeginning(store: StateStore, now = new Date()): Promise<void> {
  const entry = { space: 'setting', key: beganKey } as const;
  if ((await beganAt(store)) === undefined) {
    await store.putIfAbsent([{ ...entry, value: now.toISOString() }], [entry]);
  }
}

/** ISO time at which the store was begun; undefined where nobody noted it. */
export async function beganAt(store: StateStore): Promise<string | undefined> {
  const [began] = await store.getMany('setting', [beganKey]);
  return began?.toString();
}
