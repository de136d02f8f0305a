import { Ledger } from '../../src/run/ledger';
import { type ConnectionOutcome, makeReport, type RunReport } from '../../src/run/report';
import type { RunSummary } from '../../src/run/runSummary';
import { exportGoal, importGoal } from './connectionPieces';

const at = (time: string) => `2031-05-04T${time}.000Z`;

/** An import that went well, apart from rows with their reasons. */
export function importSummary(): RunSummary {
  const ledger = new Ledger();
  const count = (rows: number, each: (row: number) => void) => {
    for (let row = 1; row <= rows; row++) each(row);
  };
  count(1250, () => ledger.rowRead());
  count(1200, (row) => {
    ledger.count('accepted');
    ledger.accepted(row <= 200 ? 'created' : 'updated');
  });
  count(30, (row) => ledger.countWithReason('filtered', 'CONSENT_MISMATCH', 'r1', 1, row));
  count(15, (row) => ledger.countWithReason('rejected', 'email: not <an> address', 'r1', 1, 100 + row));
  count(5, (row) => ledger.countWithReason('rejected', 'UNAUTHORIZED', 'r1', 2, row));
  for (const field of ['braze_tier', 'braze_points']) ledger.fieldCreated(field);
  Object.assign(ledger.work, { requests: 3, attempts: 4, objects: 1220 });
  return {
    run: 'r1',
    goal: { id: 's1', name: 'segment export', direction: 'import' },
    startedAt: at('10:00:05'),
    endedAt: at('10:04:15'),
    result: 'succeeded',
    complete: true,
    ledger: ledger.snapshot(0),
  };
}

/** An export that ended with an error in its middle. */
export function failedExportSummary(): RunSummary {
  const ledger = new Ledger();
  for (let row = 1; row <= 75; row++) {
    ledger.rowRead();
    ledger.count(row <= 50 ? 'accepted' : 'unsent');
  }
  const cost = { dataPoints: 1500, dataPointsSaved: 800, attributesSaved: 640 };
  Object.assign(ledger.work, { requests: 2, attempts: 2, objects: 75, ...cost });
  return {
    run: 'r2',
    goal: { id: 's2', name: 'delta', direction: 'export' },
    startedAt: at('10:04:16'),
    endedAt: at('10:04:17'),
    result: 'failed',
    complete: false,
    error: {
      code: 'BRAZE_KEY_REJECTED',
      message: 'Braze does not accept the API key. Choose a key of this instance.',
      advice: 'Choose a key of this instance.',
    },
    watermark: { from: at('09:00:00') },
    ledger: ledger.snapshot(0),
  };
}

/** A run of both goals: the import went well, the export failed. */
export function report(changes: Partial<ConnectionOutcome> = {}): RunReport {
  return makeReport({
    connection: { id: 'c', name: 'Customers' },
    run: 'r0',
    startedAt: at('10:00:05'),
    endedAt: at('11:02:17'),
    dryRun: false,
    fullRead: false,
    interruptions: 0,
    stopped: false,
    abandoned: false,
    goals: [
      { goal: importGoal, output: 2, result: 'succeeded', summary: importSummary() },
      { goal: exportGoal, output: 3, result: 'failed', summary: failedExportSummary() },
    ],
    ...changes,
  });
}
