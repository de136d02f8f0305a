import { randomBytes } from 'node:crypto';
import type { StateStore } from '../store/store';

const secretBytes = 32;
export const secretKey = 'secret';

/**
 * The secret with which a store's profile keys are made: random, made once, and never told. Without it nothing in the
 * store can be matched with a person; if it is lost, what the store knows of profiles is lost too, and nothing else.
 */
export async function storeSecret(store: StateStore): Promise<Buffer> {
  const entry = { space: 'setting', key: secretKey } as const;
  const [held] = await store.getMany('setting', [secretKey]);
  if (held) return held;
  const made = randomBytes(secretBytes);
  if (await store.putIfAbsent([{ ...entry, value: made }], [entry])) return made;
  // Another caller was quicker.
  const [theirs] = await store.getMany('setting', [secretKey]);
  return theirs!;
}
