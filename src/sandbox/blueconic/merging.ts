import { BadRequest } from './apiReply';
import { isNewer } from './matching';
import type { Profile, ProfileStore } from './profiles';
import type { ProfileView } from './profileView';
import type { CatalogueEntry, PropertyCatalogue } from './propertyCatalogue';
import { exactSum, isNumeric } from './propertyTypes';

/**
 * Merges two profiles as BlueConic does on its own: the newer stays, the older keeps only its id and the link, and
 * is in no segment any more (contracts: blueconic 5.2). A property on one side only is taken over; one on both
 * follows its merge strategy. Decision: a strategy that does not suit the type (SUM on text) keeps the newer
 * profile's values.
 * @returns the profile that stays.
 * @throws BadRequest if the two are not two different active profiles.
 */
export function mergeProfiles(
  store: ProfileStore,
  catalogue: PropertyCatalogue,
  ids: readonly [string, string],
  now: number,
): Profile {
  const [a, b] = [store.activeById(ids[0]), store.activeById(ids[1])];
  if (!a || !b || a === b) throw new BadRequest('needs two different active profiles', 'profileIds');
  const [stays, goes] = isNewer(a, b) ? [a, b] : [b, a];
  for (const id of goes.propertyIds()) {
    const property = catalogue.get(id);
    if (property) store.setValues(stays, id, mergedValues(property, stays, goes), now);
  }
  stays.timeline = [...goes.timeline, ...stays.timeline];
  stays.lastModified = now;
  store.retire(goes, stays);
  return stays;
}

function mergedValues(property: CatalogueEntry, stays: ProfileView, goes: ProfileView): readonly string[] {
  const [current, other] = [stays.values(property.id), goes.values(property.id)];
  if (current.length === 0 || other.length === 0) return current.length === 0 ? other : current;
  const goesIsLater = (goes.written(property.id)?.order ?? 0) > (stays.written(property.id)?.order ?? 0);
  switch (property.mergeStrategy) {
    case 'BOTH':
      return [...new Set([...current, ...other])];
    case 'SUM':
      return isNumeric(property.filterType) ? [exactSum([current[0]!, other[0]!])] : current;
    case 'HIGHEST':
      return greater(property, current, other) ? current : other;
    case 'LOWEST':
      return greater(property, current, other) ? other : current;
    case 'LATEST':
      return goesIsLater ? other : current;
    case 'OLDEST':
      return goesIsLater ? current : other;
    case 'KEEP_CURRENT':
    case 'SYSTEM_DEFINED':
      return current;
  }
}

function greater(property: CatalogueEntry, a: readonly string[], b: readonly string[]): boolean {
  const asNumber = isNumeric(property.filterType) || property.filterType === 'DATETIME';
  return asNumber ? Number(a[0]) >= Number(b[0]) : a[0]! >= b[0]!;
}
