import { SyncError } from '../errors/syncError';
import type { Ledger } from './ledger';

/** Rejected + unknown above this share of all rows make a run fail (R9). */
const failureLimit = 0.05;

/**
 * What keeps a run from having succeeded, with every row decided (R9, and the ledger's own invariant): a run that does
 * not add up has failed, whatever else it did.
 */
export function whyFailed(ledger: Ledger): SyncError | undefined {
  const { balanced, read, added, rejected, unknown, reasons } = ledger.snapshot(0);
  if (!balanced) {
    return new SyncError({
      code: 'RUN_LEDGER_UNBALANCED',
      message: `The ledger does not add up: ${read} read and ${added} added, but ${ledger.decided} decided.`,
      advice:
        'This is a fault in the package: please report it. The next run reads everything of this one again.',
    });
  }
  const failed = rejected + unknown;
  if (failed <= ledger.total * failureLimit) return undefined;
  const [worst] = Object.entries({ ...reasons.rejected, ...reasons.unknown }).sort((a, b) => b[1] - a[1]);
  return new SyncError({
    code: 'RUN_TOO_MANY_FAILURES',
    message: `${failed} of ${ledger.total} rows were rejected or have no known outcome, more than ${failureLimit * 100} %. Most often: ${worst?.[0] ?? 'no reason given'}.`,
    advice: 'Mend that cause; the next run reads these rows again.',
  });
}

/** Rows that left the source and never arrived (R6). */
export function rowsLost(lost: {
  rows: number;
  idleMs: number;
  first: { unit: string; row: number; batch: number };
  between: readonly string[];
}): SyncError {
  const { unit, row, batch } = lost.first;
  const between = lost.between.length > 0 ? `Between source and sink: ${lost.between.join(', ')}.` : '';
  return new SyncError({
    code: 'RUN_ROWS_LOST_IN_FLOW',
    message:
      `${lost.rows} rows left the source and reached no sink for ${Math.round(lost.idleMs / 1000)} s, from row ${row} of ${unit} on (batch ${batch}). ${between}`.trim(),
    advice:
      'Look at the nodes between: if they leave rows out on purpose, choose "count as filtered" for silence in the source; if they hold rows for long, raise its waiting time.',
  });
}
