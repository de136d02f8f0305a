/** The documented states of a bulk entry (contracts: blueconic 3.4). */
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

/** The ledger column of an entry, with its stable reason where the column has reasons. */
export type EntryColumn =
  | { column: 'accepted'; how: 'created' | 'updated' }
  | { column: 'unchanged' }
  | { column: 'filtered'; reason: string }
  | { column: 'rejected'; reason: string }
  | { column: 'unknown'; reason: string };

/**
 * State to ledger column. `SKIPPED` and `UNAUTHORIZED` are documented without their circumstances: skipped counts as
 * left out by a rule, unauthorised (no right to personal data) as an error.
 */
const columns: Readonly<Record<BulkState, EntryColumn>> = {
  CREATED: { column: 'accepted', how: 'created' },
  MODIFIED: { column: 'accepted', how: 'updated' },
  DELETED: { column: 'accepted', how: 'updated' },
  UNCHANGED: { column: 'unchanged' },
  NOTFOUND: { column: 'filtered', reason: 'not-found' },
  SKIPPED: { column: 'filtered', reason: 'skipped' },
  RESTRICTION_MISMATCH: { column: 'filtered', reason: 'restriction' },
  CONSENT_MISMATCH: { column: 'filtered', reason: 'consent' },
  UNAUTHORIZED: { column: 'rejected', reason: 'unauthorized' },
};

export function isBulkState(text: string): text is BulkState {
  return Object.hasOwn(columns, text);
}

/**
 * The column of one result, given how many property rules its entry had. A state that is not documented leaves the
 * outcome unknown. "Unchanged" with every property refused is not the same as "already up to date": it is rejected.
 */
export function entryColumn(
  result: { state: BulkState | 'UNLISTED'; invalidProperties: readonly string[] },
  rules: number,
): EntryColumn {
  if (result.state === 'UNLISTED') return { column: 'unknown', reason: 'state-unlisted' };
  if (result.state === 'UNCHANGED' && rules > 0 && result.invalidProperties.length >= rules) {
    return { column: 'rejected', reason: 'invalid-values' };
  }
  return columns[result.state];
}
