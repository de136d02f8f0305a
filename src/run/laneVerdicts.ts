import type { Fate } from '../delta/changeDetection';
import type { TakenRow } from './laneRows';
import type { Verdict } from './sinkTarget';

/** Of an object's refusal nothing of it was applied, though its row may be accepted for its events (R5). */
export function fateOf({ second }: TakenRow, { outcome, how, absent, refused }: Verdict): Fate {
  // Of a row whose second request never left, the first was applied: what was known before is no longer so.
  if (outcome === 'unknown' || (second && outcome === 'unsent')) return 'unknown';
  if (absent) return 'absent';
  if (outcome !== 'accepted' && outcome !== 'unchanged') return 'not-applied';
  if (refused?.some(({ field }) => field === 'attributes')) return 'not-applied';
  return how === 'created' ? 'created' : 'applied';
}

/** Sums went to a profile that was taken to be there, and was not: the other attributes of it are not there either. */
export function wasMissing({ sums, pending }: TakenRow, { how, absent }: Verdict): boolean {
  return sums !== undefined && !pending && (absent === true || how === 'created');
}

/**
 * What a request's verdict means for its row. The second of two does not undo the first: what is refused then are the
 * changes that it carried.
 */
export function ofRow({ second }: TakenRow, verdict: Verdict): Verdict {
  if (!second) return verdict;
  const { first, changes } = second;
  const { outcome, reason = 'refused', refused = [], repeatable } = verdict;
  const before = first.refused ?? [];
  if (outcome === 'accepted') return { ...first, refused: [...before, ...refused] };
  if (outcome !== 'rejected') return { ...verdict, refused: before };
  const left = changes.map(({ field, path }) => ({ field, ...(path && { path }), reason }));
  return { ...first, refused: [...before, ...left], ...(repeatable && { repeatable }) };
}

export function asUnchanged({ reason: _reason, ...judged }: Verdict): Verdict {
  return { ...judged, outcome: 'unchanged' };
}
