import type { CardState } from './cards.editor';
import type { EndedRun } from './sidebarData.editor';
import { duration, type Wording } from './wording.editor';

/** A run of the history in two lines. */
export interface HistoryLines {
  state: CardState;
  name: string;
  rows: string;
  facts: string;
}

const key = (name: string) => `profile-sync-sidebar.history.${name}`;

export function historyLines(run: EndedRun, { text, number, moment }: Wording): HistoryLines {
  const { ledger, startedAt, endedAt, result, dryRun, error } = run;
  const failed = ledger.rejected + ledger.unknown;
  const facts = [
    moment(startedAt),
    duration(Date.parse(endedAt) - Date.parse(startedAt), text),
    text(`profile-sync-sidebar.state.${result}`),
    dryRun && text('profile-sync-sidebar.progress.dryRun'),
    failed > 0 && text('profile-sync-sidebar.progress.failed', { count: number(failed) }),
    error?.code,
  ];
  return {
    state: result,
    name: run.goal.name,
    rows: text(key('rows'), { count: number(ledger.read + ledger.added) }),
    facts: facts.filter((fact) => fact).join(' · '),
  };
}
