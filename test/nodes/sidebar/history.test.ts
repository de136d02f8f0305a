import assert from 'node:assert/strict';
import { historyLines } from '../../../nodes/profile-sync-sidebar/historyLines.editor';
import { ledgerRows } from '../../../nodes/profile-sync-sidebar/ledgerTable.editor';
import { reasonRows } from '../../../nodes/profile-sync-sidebar/reasonRows.editor';
import type { RunAccount } from '../../../nodes/profile-sync-sidebar/sidebarData.editor';
import { failedExportSummary, importSummary } from '../../run/reportPieces';
import { english, wordsIn } from './sidebarPieces';

describe('sidebar: history', () => {
  it('tells of a run its goal, rows, duration and end', () => {
    const { facts, ...lines } = historyLines(importSummary(), english);
    assert.deepEqual(lines, { state: 'succeeded', name: 'segment export', rows: '1,250 rows' });
    assert.match(facts, /^May 4, .+ · 4 min 10 s · succeeded · 20 failed$/);
    const failed = historyLines({ ...failedExportSummary(), dryRun: true }, wordsIn('de'));
    assert.match(failed.facts, / · 1 s · fehlgeschlagen · Probelauf · BRAZE_KEY_REJECTED$/);
  });

  it('shows the lines of the account in which something happened, in its order', () => {
    const told = (rows: ReturnType<typeof ledgerRows>) => rows.map(({ name, count }) => `${name} ${count}`);
    assert.deepEqual(told(ledgerRows(importSummary().ledger)), [
      'read 1250',
      'filtered 30',
      'accepted 1200',
      'created 200',
      'updated 1000',
      'rejected 20',
      'requests 3',
      'retries 1',
    ]);
    assert.deepEqual(told(ledgerRows(failedExportSummary().ledger)), [
      'read 75',
      'accepted 50',
      'unsent 25',
      'requests 2',
      'dataPoints 1500',
      'dataPointsSaved 800',
      'attributesSaved 640',
    ]);
  });

  it('shows only what a run of an earlier release knew', () => {
    const { ledger } = importSummary();
    const { unconfirmed: _, ...older } = ledger;
    assert.deepEqual(
      ledgerRows({
        ...older,
        read: 0,
        accepted: 0,
        created: 0,
        updated: 0,
        rejected: 0,
        filtered: 0,
        work: {},
      }),
      [{ name: 'read', count: 0 }],
    );
  });

  it('lists reasons: what was rejected first, the most frequent first, with a few places', () => {
    const account = { ...importSummary(), units: { '1': 'users-1.zip' } } as RunAccount;
    const rows = reasonRows(account);
    assert.deepEqual(
      rows.map(({ outcome, reason, rows: count }) => [outcome, reason, count]),
      [
        ['rejected', 'email: not <an> address', 15],
        ['rejected', 'UNAUTHORIZED', 5],
        ['filtered', 'CONSENT_MISMATCH', 30],
      ],
    );
    assert.deepEqual(
      rows[0]?.places,
      [101, 102, 103, 104, 105].map((row) => `users-1.zip #${row}`),
    );
    assert.equal(rows[1]?.places[0], '#1');
  });
});
