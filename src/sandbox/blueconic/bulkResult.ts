import { sequence } from '../faults';
import type { BulkEntry } from './bulkEntry';
import type { ValidationErrors } from './profileRules';
import type { TimelineResult } from './timeline';

export type BulkState =
  | 'CREATED'
  | 'MODIFIED'
  | 'UNCHANGED'
  | 'DELETED'
  | 'NOTFOUND'
  | 'SKIPPED'
  | 'RESTRICTION_MISMATCH'
  | 'CONSENT_MISMATCH'
  | 'UNAUTHORIZED';

/** `BulkResultBean`: one per entry (contracts: blueconic 3.4). */
export interface BulkResult {
  identifier?: string;
  profileId?: string;
  state: BulkState;
  timeline?: TimelineResult[];
  validationErrors?: ValidationErrors;
}

export function bulkResult(
  entry: BulkEntry,
  state: BulkState,
  profileId?: string,
  errors?: ValidationErrors,
): BulkResult {
  const result: BulkResult = { state };
  if (entry.identifier !== undefined) result.identifier = entry.identifier;
  if (profileId !== undefined) result.profileId = profileId;
  if (errors) {
    for (const _property in errors) {
      result.validationErrors = errors;
      break;
    }
  }
  return result;
}

/** An order in which no result stands at its entry's place, always the same for the same number of entries. */
export function shuffled<T>(results: readonly T[]): T[] {
  const random = sequence(results.length);
  const list = [...results];
  // Swapping with a strictly smaller index only makes one single cycle: nothing stays where it was.
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * at);
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}
