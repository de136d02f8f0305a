import { profileKey } from '../delta/profileKey';
import { storeSecret } from '../delta/storeSecret';
import { rememberedTargets } from '../delta/targets';
import type { StateStore, StoreSpace, StoreWrite } from '../store/store';

/** Spaces whose keys begin with the key of a profile. */
const spacesByProfile: readonly StoreSpace[] = ['fingerprint', 'number', 'intent'];

/**
 * Deletes what the store holds of one profile, in every target: fingerprints, remembered numbers, intents. The next
 * update of that profile is then treated as its first. Returns how many entries that were.
 *
 * @param identifier as the sinks name the profile; see `profileKey`
 */
export async function forgetProfile(store: StateStore, identifier: string): Promise<number> {
  const secret = await storeSecret(store);
  const deletes: StoreWrite[] = [];
  for (const target of await rememberedTargets(store)) {
    const prefix = profileKey(secret, target, identifier);
    for (const space of spacesByProfile) {
      for await (const key of store.keys(space, prefix)) deletes.push({ space, key, value: undefined });
    }
  }
  await store.commit(deletes);
  return deletes.length;
}
