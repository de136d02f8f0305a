import { BadRequest } from './apiReply';
import type { BulkEntry } from './bulkEntry';
import type { Profile, ProfileStore } from './profiles';
import type { PropertyCatalogue } from './propertyCatalogue';
import type { BlueConicSettings } from './settings';
import { domainGroupProperty } from './standardProperties';

/**
 * The profile an entry means: one, none, too many to choose from, or nothing to look for (neither a profile id nor
 * a matching pair).
 */
export type Located = Profile | 'none' | 'several' | 'nothing to look for';

/**
 * Finds an entry's profile (contracts: blueconic 3.4): by `profileId`, which overrides `matching`; else by the
 * matching groups, outer OR, inner AND, exact values, in the entry's domain group alone. Decisions: the id of a merged profile leads to the profile
 * that took it over; among several, `first` prefers the earlier group and in it the older position.
 */
export function locate(
  entry: BulkEntry,
  store: ProfileStore,
  several: BlueConicSettings['severalMatches'],
): Located {
  if (entry.profileId !== undefined) return store.activeById(entry.profileId) ?? 'none';
  const found = new Set<Profile>();
  let asked = false;
  const wanted = entry.domainGroup ?? defaultDomainGroup;
  for (const group of entry.matching ?? []) {
    if (group.length === 0) continue;
    asked = true;
    const [first, ...others] = group;
    for (const profile of store.find(first!.id, first!.value)) {
      if (domainGroupOf(profile) !== wanted) continue;
      if (others.every(({ id, value }) => profile.values(id).includes(value))) found.add(profile);
    }
  }
  if (!asked) return 'nothing to look for';
  const [chosen, ...more] = found;
  if (!chosen) return 'none';
  if (more.length === 0 || several === 'first') return chosen;
  if (several === 'error') return 'several';
  return more.reduce((newest, profile) => (isNewer(profile, newest) ? profile : newest), chosen);
}

const defaultDomainGroup = 'DEFAULT';

function domainGroupOf(profile: Profile): string {
  return profile.values(domainGroupProperty)[0] ?? defaultDomainGroup;
}

/** Later creation wins; among equals the later position. */
export function isNewer(a: Profile, b: Profile): boolean {
  return a.creationDate === b.creationDate ? a.position > b.position : a.creationDate > b.creationDate;
}

/**
 * Matching works on unique identifiers only. Decision: anything else refuses the request, since it is a mistake of
 * the set-up and not of one row.
 * @throws BadRequest
 */
export function refuseUnmatchable(entries: readonly BulkEntry[], catalogue: PropertyCatalogue): void {
  for (let at = 0; at < entries.length; at++) {
    for (const group of entries[at]!.matching ?? []) {
      for (const { id } of group) {
        if (!catalogue.get(id)?.indexed)
          throw new BadRequest(`${id} is not a unique identifier`, `[${at}].matching`);
      }
    }
  }
}
