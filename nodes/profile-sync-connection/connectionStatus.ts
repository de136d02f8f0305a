import type { ConnectionSnapshot } from '../../src/run/connectionRunner';
import type { GoalRun } from '../../src/run/goalRun';
import type { RunReport } from '../../src/run/report';
import type { StatusLine } from '../shell/statusLine';
import type { Words } from '../shell/statusText';

/** `1 / 2 · Import customers · 1,200 / 5,000`: the goal, its number, decided of read rows. */
export function progressText(snapshot: ConnectionSnapshot, run: GoalRun | undefined, words: Words): string {
  const { goal, state, waiting } = snapshot;
  const parts = goal ? [`${goal.number} / ${goal.of}`, goal.name] : [];
  if (run) {
    const { ledger } = run.snapshot();
    const rows = ledger.read + ledger.added;
    parts.push(`${(rows - ledger.undecided).toLocaleString()} / ${rows.toLocaleString()}`);
  }
  if (state === 'stopping') parts.push(words('status.stopping'));
  if (waiting) parts.push(words('status.queued'));
  return parts.join(' · ');
}

/** The line that stays when a run is over: the rows of all its goals first. */
export function showEnd(status: StatusLine, report: RunReport, words: Words): void {
  let rows = 0;
  let troubled = 0;
  for (const { ledger } of report.goals) {
    rows += ledger ? ledger.read + ledger.added : 0;
    troubled += ledger ? ledger.rejected + ledger.unknown : 0;
  }
  const total = rows.toLocaleString();
  if (report.result === 'failed') {
    const failed = report.goals.filter(({ result }) => result === 'failed').length;
    const goals = words('status.failed', { failed, goals: report.goals.length });
    status.show('red', 'ring', `${total} · ${goals}`);
  } else if (report.result !== 'succeeded') {
    status.show('grey', 'ring', `${total} · ${words(`status.${report.result}`)}`);
  } else {
    const trouble = troubled > 0 ? ` · ${troubled.toLocaleString()} ${words('status.rejected')}` : '';
    const how = words(report.dryRun ? 'status.dryRun' : 'status.done');
    status.show(troubled > 0 ? 'yellow' : 'green', 'dot', `${total} · ${how}${trouble}`);
  }
}
