import type { LiveRun } from './sidebarData.editor';
import { duration, roughly, type Wording } from './wording.editor';

/** A run's progress in words. */
export interface ProgressLines {
  /** The goal, and what its source is at. */
  head: string;
  /** How far, how fast, how long. */
  pace: string;
  /** What became of the rows so far, and what that cost. */
  counts: string;
  /** From 0 to 1; undefined: nobody knows how much there is. */
  share?: number;
}

const key = (name: string) => `profile-sync-sidebar.progress.${name}`;
const phases = new Set([
  'starting',
  'asking',
  'queued',
  'waiting',
  'doubting',
  'reading',
  'finishing',
  'stopping',
]);

export function progressLines(run: LiveRun, { text, number }: Wording): ProgressLines {
  const { rows, decided, expectedRows, remainingMs, rate } = run;
  const phase = text(key(`phase.${phases.has(run.phase) ? run.phase : 'reading'}`));
  const done = number(decided);
  const pace = [
    expectedRows === undefined || run.phase === 'stopping'
      ? text(key('rows'), { done, rows: number(rows) })
      : text(key('expected'), { done, rows: number(expectedRows) }),
  ];
  if (rate > 0) pace.push(text(key('rate'), { rate: number(rate < 10 ? rate : Math.round(rate)) }));
  if (remainingMs !== undefined && remainingMs > 0 && run.phase !== 'stopping') {
    pace.push(text(key('remaining'), { time: duration(roughly(remainingMs), text) }));
  }
  return {
    head: joined([run.goal.name, run.dryRun && text(key('dryRun')), phase, run.detail]),
    pace: joined(pace),
    counts: joined([
      count('accepted', run.accepted),
      count('unchanged', run.unchanged),
      count('failed', run.failed),
      count('requests', run.requests),
      count('dataPoints', run.dataPoints),
      count('dataPointsSaved', run.dataPointsSaved),
    ]),
    ...(expectedRows !== undefined && expectedRows > 0 && { share: Math.min(1, decided / expectedRows) }),
  };

  function count(name: string, value: number): string {
    return value > 0 ? text(key(name), { count: number(value) }) : '';
  }
}

function joined(parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part).join(' · ');
}
