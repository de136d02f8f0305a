import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';

/**
 * Makes one update of several for the same profile, in the order in which they came, so that it has the effect that they
 * would have had one after the other: the last value of a field wins, additions to a list join. How the profile is found,
 * and whether it may be created, is what the last one says.
 */
export function mergeUpdates(updates: readonly [ProfileUpdate, ...ProfileUpdate[]]): ProfileUpdate {
  const last = updates.at(-1)!;
  if (updates.length === 1) return last;
  let changes: FieldChange[] = [];
  for (const update of updates) for (const change of update.changes) changes = follow(changes, change);
  const events = updates.flatMap((update) => update.events ?? []);
  const purchases = updates.flatMap((update) => update.purchases ?? []);
  return {
    ...last,
    changes,
    ...(events.length > 0 && { events }),
    ...(purchases.length > 0 && { purchases }),
  };
}

/**
 * How many of these updates, from the first on, one update can stand for: the rest has to come after it. No one update
 * sets a value where there is none and adds another in either case; sums have an account each; and whether a profile is
 * created must not depend on which of them came last.
 */
export function mergeable(updates: readonly ProfileUpdate[]): number {
  let upTo = 1;
  while (upTo < updates.length && fitsInto(updates.slice(0, upTo), updates[upTo]!)) upTo++;
  return upTo;
}

function fitsInto(before: readonly ProfileUpdate[], { allowCreate, changes }: ProfileUpdate): boolean {
  return before.every(
    (one) =>
      one.allowCreate === allowCreate &&
      !changes.some(
        (change) =>
          change.strategy === 'sum' ||
          (change.strategy === 'add' &&
            one.changes.some((first) => !takesMore(first) && isSamePlace(first, change))),
      ),
  );
}

/** What is added after this change can be said together with it. */
function takesMore({ strategy, as }: FieldChange): boolean {
  return strategy === 'add' || (as === 'list' && strategy !== 'setIfEmpty');
}

function follow(before: FieldChange[], change: FieldChange): FieldChange[] {
  if (change.values.length === 0 && change.strategy !== 'clear') return before;
  const at = before.findIndex((other) => isSamePlace(other, change));
  if (at < 0) {
    // A whole object replaces what was to become of its insides.
    const left = change.path ? before : before.filter(({ field }) => field !== change.field);
    return [...left, change];
  }
  const merged = combined(before[at]!, change);
  return before.map((other, place) => (place === at ? merged : other));
}

function combined(first: FieldChange, second: FieldChange): FieldChange {
  // After emptying there is nothing, whatever was there before.
  if (second.strategy === 'setIfEmpty')
    return first.strategy === 'clear' && first.values.length === 0 ? { ...second, strategy: 'set' } : first;
  if (second.strategy !== 'add' || !takesMore(first)) return second;
  const values = [...first.values, ...second.values.filter((value) => !first.values.includes(value))];
  // Adding to a list that is set, or emptied, gives a list that is known in full.
  return { ...first, as: 'list', values, strategy: first.strategy === 'clear' ? 'set' : first.strategy };
}

function isSamePlace(one: FieldChange, other: FieldChange): boolean {
  if (one.field !== other.field || one.path?.length !== other.path?.length) return false;
  return (one.path ?? []).every((name, at) => name === other.path![at]);
}
