import type { RunAccount } from './sidebarData.editor';

/** Why so many rows came to an outcome, and where some of them are. */
export interface ReasonRow {
  outcome: string;
  reason: string;
  rows: number;
  /** `unit, line`: places in what was read; never a value. */
  places: string[];
}

/** What people can do something about comes first. */
const order = [
  'rejected',
  'unknown',
  'filtered',
  'unchanged',
  'unmapped',
  'unsent',
  'handedOver',
  'accepted',
];
const shownPlaces = 5;

/** The reasons of a run, by outcome, the most frequent first. */
export function reasonRows({ ledger, units = {} }: RunAccount): ReasonRow[] {
  const rows = Object.entries(ledger.reasons).flatMap(([outcome, reasons]) =>
    Object.entries(reasons).map(([reason, count]) => ({
      outcome,
      reason,
      rows: count,
      places: (ledger.samples[`${outcome}: ${reason}`] ?? []).slice(0, shownPlaces).map(placeOf),
    })),
  );
  const rank = ({ outcome }: ReasonRow) => (order.indexOf(outcome) + order.length + 1) % (order.length + 1);
  return rows.sort((one, other) => rank(one) - rank(other) || other.rows - one.rows);

  /** Of a ref, `run/unit/row`: people know the unit by its name. */
  function placeOf(ref: string): string {
    const [, unit = '', row = ''] = ref.split('/');
    return units[unit] === undefined ? `#${row}` : `${units[unit]} #${row}`;
  }
}
