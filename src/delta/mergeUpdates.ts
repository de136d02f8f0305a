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
  if (second.strategy === 'setIfEmpty')
    return first.strategy === 'clear' && first.values.length === 0 ? second : first;
  if (second.strategy !== 'add' || first.as !== 'list') return second;
  const values = [...first.values, ...second.values.filter((value) => !first.values.includes(value))];
  // Adding to a list that is set, or emptied, gives a list that is known in full.
  return { ...first, values, strategy: first.strategy === 'clear' ? 'set' : first.strategy };
}

function isSamePlace(one: FieldChange, other: FieldChange): boolean {
  if (one.field !== other.field || one.path?.length !== other.path?.length) return false;
  return (one.path ?? []).every((name, at) => name === other.path![at]);
}
