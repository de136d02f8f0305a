import { get } from '../editor/adminApi';
import { create } from '../editor/elements';
import { ledgerTable } from './ledgerTable.editor';
import { reasonRows } from './reasonRows.editor';
import type { RunAccount } from './sidebarData.editor';
import type { Wording } from './wording.editor';

const key = (name: string) => `profile-sync-sidebar.details.${name}`;
/** Reasons of one run that are shown, at most: the page stays small. */
const shownReasons = 30;

/** Everything that is kept of one run; it is asked for when somebody wants to see it. */
export async function runDetails(run: string, wording: Wording): Promise<HTMLElement> {
  const { text } = wording;
  try {
    const account = await get<RunAccount>(`history/${encodeURIComponent(run)}`, text);
    return create(
      'div',
      { class: 'profile-sync-details' },
      ...errorOf(account),
      ledgerTable(account.ledger, wording),
      ...reasonsOf(account, wording),
    );
  } catch (thrown) {
    return create('p', { class: 'profile-sync-note' }, (thrown as Error).message);
  }
}

function errorOf({ error }: RunAccount): HTMLElement[] {
  return error ? [create('p', { class: 'profile-sync-error' }, error.message)] : [];
}

function reasonsOf(account: RunAccount, { text, number }: Wording): HTMLElement[] {
  const all = reasonRows(account);
  if (all.length === 0) return [];
  const rows = all
    .slice(0, shownReasons)
    .map(({ outcome, reason, rows: count, places }) =>
      create(
        'tr',
        {},
        create(
          'th',
          { scope: 'row' },
          `${text(`profile-sync-sidebar.ledger.${outcome}`)}: ${reason}`,
          ...(places.length > 0 ? [create('div', { class: 'profile-sync-places' }, places.join(', '))] : []),
        ),
        create('td', {}, number(count)),
      ),
    );
  const more = all.length - rows.length;
  return [
    create(
      'table',
      { class: 'profile-sync-table' },
      create('caption', {}, text(key('reasons'))),
      create('tbody', {}, ...rows),
    ),
    ...(more > 0
      ? [create('p', { class: 'profile-sync-note' }, text(key('more'), { count: number(more) }))]
      : []),
  ];
}
