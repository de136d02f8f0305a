import { identifierOf, profileKey } from '../delta/profileKey';
import { storeSecret } from '../delta/storeSecret';
import { notedTargets } from '../delta/targets';
import type { MatchTerm } from '../mapping/profileUpdate';
import type { StateStore, StoreSpace, StoreWrite } from '../store/store';

/** Spaces whose keys begin with the key of a profile. Intents name places in a source, not people. */
const spacesByProfile: readonly StoreSpace[] = ['fingerprint', 'number'];

/**
 * Deletes what the store holds of one profile, in every target: fingerprints and remembered numbers. The next update of
 * that profile is then treated as its first. Returns how many entries that were.
 *
 * @param identifier what finds the profile in its target; several terms where all of them must hold, in the order of the
 * mapping
 */
export async function forgetProfile(store: StateStore, identifier: readonly MatchTerm[]): Promise<number> {
  const text = identifierOf([identifier]);
  const secret = await storeSecret(store);
  const deletes: StoreWrite[] = [];
  for (const target of await notedTargets(store)) {
    const prefix = profileKey(secret, target, text);
    for (const space of spacesByProfile) {
      for await (const key of store.keys(space, prefix)) deletes.push({ space, key, value: undefined });
    }
  }
  await store.commit(deletes);
  return deletes.length;
}
