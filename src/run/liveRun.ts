import type { WorkCounters } from './ledger';
import type { RunMeter } from './runMeter';
import type { GoalIdentity, GoalToken, RunSnapshot } from './runSummary';
import type { UnitPlace } from './source';

/**
 * A run that is going on, as editors are told of it: counts and what people named, never a value or an id of a profile.
 * Small, for every open editor gets it every second.
 */
export interface LiveRun {
  run: string;
  goal: GoalIdentity;
  connection?: GoalToken;
  dryRun?: true;
  startedAt: string;
  phase: string;
  detail: string;
  place?: UnitPlace;
  /** Rows read or added so far, and those of them that have an outcome. */
  rows: number;
  decided: number;
  accepted: number;
  unchanged: number;
  /** Rejected, or sent without an answer. */
  failed: number;
  requests: number;
  dataPoints: number;
  dataPointsSaved: number;
  /** Rows decided in a second. */
  rate: number;
  /** Rows that the run will have, about. */
  expectedRows?: number;
  /** Milliseconds to its end, about. */
  remainingMs?: number;
}

export function liveRun(
  snapshot: RunSnapshot,
  meter: RunMeter,
  { connection, dryRun }: { connection?: GoalToken | undefined; dryRun: boolean },
): LiveRun {
  const { run, goal, startedAt, phase, detail, place, ledger } = snapshot;
  const { rate, expectedRows, remainingMs } = meter.reading();
  const rows = ledger.read + ledger.added;
  const { requests, dataPoints, dataPointsSaved }: WorkCounters = ledger.work;
  return {
    run,
    goal,
    ...(connection && { connection }),
    ...(dryRun && { dryRun: true as const }),
    startedAt,
    phase,
    detail,
    ...(place && { place }),
    rows,
    decided: rows - ledger.undecided,
    accepted: ledger.accepted,
    unchanged: ledger.unchanged,
    failed: ledger.rejected + ledger.unknown,
    requests,
    dataPoints,
    dataPointsSaved,
    rate: Math.round(rate * 10) / 10,
    ...(expectedRows !== undefined && { expectedRows }),
    ...(remainingMs !== undefined && { remainingMs }),
  };
}
