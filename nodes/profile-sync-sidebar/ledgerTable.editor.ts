import { create } from '../editor/elements';
import type { RunLedger } from './sidebarData.editor';
import type { Wording } from './wording.editor';

export interface LedgerRow {
  name: string;
  count: number;
  /** Says more of the row before: it is part of it. */
  part?: true;
}

/** Every row read or added ends in one of these. */
const outcomes = [
  'unmapped',
  'filtered',
  'unchanged',
  'accepted',
  'rejected',
  'unknown',
  'handedOver',
  'unsent',
] as const;

/** The account of a run, without the lines where nothing happened; what was read always stands there. */
export function ledgerRows(ledger: RunLedger): LedgerRow[] {
  const parts: LedgerRow[] = [
    { name: 'created', count: ledger.created, part: true },
    { name: 'updated', count: ledger.updated, part: true },
    { name: 'unconfirmed', count: ledger.unconfirmed ?? 0, part: true },
  ];
  const rows: LedgerRow[] = [
    { name: 'read', count: ledger.read },
    { name: 'added', count: ledger.added },
  ];
  for (const name of outcomes) {
    rows.push({ name, count: ledger[name] });
    if (name === 'accepted') rows.push(...parts);
  }
  const { requests = 0, attempts = 0, dataPoints = 0, dataPointsUncertain = 0 } = ledger.work;
  rows.push(
    { name: 'requests', count: requests },
    { name: 'retries', count: Math.max(0, attempts - requests), part: true },
    { name: 'dataPoints', count: dataPoints },
    { name: 'dataPointsUncertain', count: dataPointsUncertain, part: true },
    { name: 'dataPointsSaved', count: ledger.work.dataPointsSaved ?? 0 },
    { name: 'attributesSaved', count: ledger.work.attributesSaved ?? 0 },
  );
  return rows.filter(({ name, count }) => count > 0 || name === 'read');
}

export function ledgerTable(ledger: RunLedger, { text, number }: Wording): HTMLElement {
  const key = (name: string) => `profile-sync-sidebar.ledger.${name}`;
  const rows = ledgerRows(ledger).map(({ name, count, part }) =>
    create(
      'tr',
      part ? { class: 'profile-sync-part' } : {},
      create('th', { scope: 'row' }, text(key(name))),
      create('td', {}, number(count)),
    ),
  );
  const balance = text(key(ledger.balanced ? 'balanced' : 'unbalanced'));
  return create(
    'table',
    { class: 'profile-sync-table' },
    create('caption', {}, `${text(key('title'))} · ${balance}`),
    create('tbody', {}, ...rows),
  );
}
