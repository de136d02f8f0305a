import type { SyncError } from '../errors/syncError';
import type { GoalRun } from './goalRun';
import type { Outcome } from './ledger';
import type { RunNotice } from './notices';
import { formatRef } from './ref';
import type { Claim } from './registry';
import type { RunSummary } from './runSummary';

/** One row's outcome, as sinks emit it. */
export interface SettledRow {
  ref: string;
  outcome: Outcome;
  reason?: string;
}

/** An update that was rejected, without its ref, so that a repaired one can be wired straight back in. */
export type RejectedUpdate = Record<string, unknown> & { rejected: { reason: string; ref: string } };

/** What a sink tells its node. */
export interface SinkEvents {
  settled(rows: SettledRow[], run: GoalRun): void;
  rejected(updates: RejectedUpdate[], run: GoalRun): void;
  /** The run is over; `last` are the rows settled since the last report. */
  finished(summary: RunSummary, run: GoalRun, last: SettledRow[]): void;
  /** Something worth a new status line happened. `note`: why sending pauses, and for how many milliseconds. */
  progress(run: GoalRun, note?: string, ms?: number): void;
  /** The sink's own settings are wrong; reported once per run. */
  failed(error: SyncError, run: GoalRun): void;
  /** Something to be told once per run, though nothing failed. */
  noticed(notice: RunNotice, run: GoalRun): void;
  /** False where nobody listens to that output, so nothing need be collected for it. */
  wants: { settled: boolean; rejected: boolean };
}

/** The message a row came with; told when all its rows are decided. */
export interface MessageInFlight {
  left: number;
  done(): void;
}

export function finishOne(message: MessageInFlight): void {
  if (--message.left === 0) message.done();
}

export function settledRow(claim: Claim, outcome: Outcome, reason: string | undefined): SettledRow {
  const ref = formatRef(claim.run.id, claim.unit, claim.row);
  return reason === undefined ? { ref, outcome } : { ref, outcome, reason };
}
