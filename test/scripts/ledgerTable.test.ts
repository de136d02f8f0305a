import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ledger, type LedgerSnapshot } from '../../src/run/ledger';
import { packageRoot } from '../support/places';

interface LedgerTable {
  addsUp(ledger: LedgerSnapshot): boolean;
  ledgerTable(summary: object): string;
}

function ledgerOf(read: number, accepted: number, rejected: number): LedgerSnapshot {
  const ledger = new Ledger();
  for (let row = 0; row < read; row++) ledger.rowRead();
  for (let row = 0; row < accepted; row++) ledger.count('accepted');
  for (let row = 0; row < rejected; row++) ledger.countWithReason('rejected', 'no such user', 'r', 0, row);
  return ledger.snapshot(0);
}

const summary = (ledger: LedgerSnapshot) => ({
  goal: { name: 'Customers', direction: 'export' },
  result: 'succeeded',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:02.500Z',
  ledger,
});

describe('scripts: the account of a goal run as text', () => {
  let table: LedgerTable;
  before(async () => {
    table = await import(pathToFileURL(join(packageRoot, 'scripts', 'ledger-table.mjs')).href);
  });

  it('shows counts and reasons, aligned', () => {
    assert.equal(
      table.ledgerTable(summary(ledgerOf(12_000, 11_998, 2))),
      [
        'Customers (export): succeeded in 2.5 s',
        '  read            12,000',
        '  accepted        11,998',
        '  rejected             2',
        '    no such user       2',
        '  requests             0',
        '  data points          0',
        '  adds up',
      ].join('\n'),
    );
  });

  it('shows what was saved, where something was', () => {
    const ledger = ledgerOf(1, 1, 0);
    Object.assign(ledger.work, { dataPoints: 3, dataPointsSaved: 1_200, attributesSaved: 700 });
    const lines = table.ledgerTable(summary(ledger)).split('\n');
    assert.deepEqual(lines.slice(-4, -1), [
      '  data points                            3',
      '  data points saved                  1,200',
      '    attributes that had not changed    700',
    ]);
  });

  it('does the sum itself', () => {
    assert.equal(table.addsUp(ledgerOf(3, 2, 1)), true);
    const lost = { ...ledgerOf(3, 2, 0), balanced: true };
    assert.equal(table.addsUp(lost), false);
    assert.match(table.ledgerTable(summary(lost)), /DOES NOT ADD UP/);
    assert.equal(table.addsUp({ ...ledgerOf(3, 2, 0), undecided: 1 }), false);
  });
});
