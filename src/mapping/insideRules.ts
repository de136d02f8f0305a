import { asSyncError } from '../errors/syncError';
import { parseFieldPath } from './fieldPath';
import type { Direction, MappingRow } from './mapping';

/**
 * The names below the target at which a row's value stands; none for a row that sets its whole target.
 *
 * @throws SyncError `FIELD_PATH_INVALID` for a path that cannot be read.
 */
export function insideNames({ inside }: Pick<MappingRow, 'inside'>): string[] {
  return inside === undefined ? [] : parseFieldPath(inside).map(String);
}

/** Why a value cannot stand where `inside` says, if so. */
export function insideFault(
  { inside, strategy }: Pick<MappingRow, 'inside' | 'strategy'>,
  direction: Direction,
): string | undefined {
  if (inside === undefined) return undefined;
  if (direction === 'import')
    return 'BlueConic holds no objects, so that a value cannot stand inside its target';
  try {
    if (parseFieldPath(inside).some((part) => typeof part !== 'string')) {
      return 'inside takes names only, such as address.city: no list can be written in part';
    }
  } catch (thrown) {
    return asSyncError(thrown, 'reading the path inside a target').message;
  }
  // A null inside an object makes Braze drop the whole update of it (contracts: braze 2.5), and it documents no
  // increments or additions in there.
  return strategy === 'set' ? undefined : 'inside a target only set is possible';
}

/** The position of the first earlier row that this one would overwrite: one target, and one path within the other's. */
export function overlappingRow(
  rows: readonly Pick<MappingRow, 'target' | 'inside'>[],
  at: number,
): number | undefined {
  const row = rows[at]!;
  const names = readableNames(row);
  const before = rows.findIndex(
    (other, i) => i < at && other.target === row.target && overlap(readableNames(other), names),
  );
  return before < 0 ? undefined : before;
}

/** A path that cannot be read has a fault of its own; here it stands for the name that it is written as. */
function readableNames(row: Pick<MappingRow, 'inside'>): string[] {
  try {
    return insideNames(row);
  } catch {
    return [row.inside!];
  }
}

function overlap(a: readonly string[], b: readonly string[]): boolean {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return false;
  return true;
}
