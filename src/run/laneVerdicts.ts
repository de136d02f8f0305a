import type { Fate } from '../delta/changeDetection';
import type { TakenRow } from './laneRows';
import type { Verdict } from './sinkTarget';

/** Of an object's refusal nothing of it was applied, though its row may be accepted for its events (R5). */
export function fateOf({ outcome, how, absent, refused }: Verdict): Fate {
  if (outcome === 'unknown') return 'unknown';
  if (absent) return 'absent';
  if (outcome !== 'accepted' && outcome !== 'unchanged') return 'not-applied';
  if (refused?.some(({ field }) => field === 'attributes')) return 'not-applied';
  return how === 'created' ? 'created' : 'applied';
}

/** Sums went to a profile that was taken to be there, and was not: the other attributes of it are not there either. */
export function wasMissing({ sums, pending }: TakenRow, { how, absent }: Verdict): boolean {
  return sums !== undefined && !pending && (absent === true || how === 'created');
}

export function asUnchanged({ reason: _reason, ...judged }: Verdict): Verdict {
  return { ...judged, outcome: 'unchanged' };
}
