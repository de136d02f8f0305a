import type { Heard } from '../pace/rateReport';
import type { TrackAnswer } from './trackAnswer';

/** What an answer of `/users/track` means for the pace of the rate group (contracts: braze 2.8). */
export function heardOf({ kind, rate }: TrackAnswer): Heard {
  if (kind === 'throttled') return { how: 'throttled', rate };
  if (kind === 'unavailable') return { how: 'overloaded', rate };
  return { how: 'taken', rate };
}
