import type { RefusedAttribute } from '../run/sinkTarget';
import type { JsonText } from './jsonBytes';
import type { TrackArray, TrackObjectError } from './trackAnswer';
import type { TrackItem } from './trackRequest';

/** What an answer's errors say about one user. */
export interface UserErrors {
  /** The first of its objects' errors. */
  reason: string;
  /** Each refused object once, with its first error; one object may have several. */
  objects: RefusedAttribute[];
  /** The objects themselves. */
  texts: { array: TrackArray; text: JsonText }[];
  /** Every object of the user was refused. */
  all: boolean;
}

/**
 * Brings errors back to the users of a request, by position. `index` counts within its array as sent (contracts: braze
 * 2.6), so positions are laid out the way the body was.
 */
export function errorsByUser(
  users: readonly TrackItem[],
  errors: readonly TrackObjectError[],
): Map<number, UserErrors> {
  const byUser = new Map<number, UserErrors>();
  if (errors.length === 0) return byUser;
  const owners: Record<TrackArray, number[]> = { attributes: [], events: [], purchases: [] };
  for (const [at, user] of users.entries()) {
    if (user.attributes !== undefined) owners.attributes.push(at);
    for (const _ of user.events) owners.events.push(at);
    for (const _ of user.purchases) owners.purchases.push(at);
  }
  const seen: Record<TrackArray, Set<number>> = {
    attributes: new Set(),
    events: new Set(),
    purchases: new Set(),
  };
  for (const { array, index, text } of errors) {
    const at = owners[array][index];
    if (at === undefined || seen[array].has(index)) continue;
    seen[array].add(index);
    let entry = byUser.get(at);
    if (!entry) {
      entry = { reason: text, objects: [], texts: [], all: false };
      byUser.set(at, entry);
    }
    entry.objects.push({ field: array, reason: text });
    entry.texts.push({ array, text: textOf(users[at]!, array, index - owners[array].indexOf(at)) });
    entry.all = entry.objects.length === users[at]!.objects;
  }
  return byUser;
}

/** @param place among the user's own objects of this array */
function textOf(user: TrackItem, array: TrackArray, place: number): JsonText {
  return array === 'attributes' ? user.attributes! : user[array][place]!;
}
