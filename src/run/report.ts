import type { LedgerSnapshot } from './ledger';
import type { RunNotice } from './notices';
import type { Price } from './price';
import type { RunResult, RunSummary } from './runSummary';

/** One goal of a connection, as its dialog keeps it. */
export interface ConnectionGoal {
  /** Stays the same for the goal's whole life, whatever its name and place. */
  id: string;
  name: string;
  direction: 'import' | 'export';
  /** Inactive goals run only when asked for by name. */
  active: boolean;
}

/** How far a goal got in one run of its connection. */
export interface GoalOutcome {
  goal: ConnectionGoal;
  /** Number of the node's output that starts the goal, from 2. */
  output: number;
  result: RunResult | 'notRun';
  /** How its run ended, where there was one. */
  summary?: RunSummary;
  /** Why there was none. */
  error?: { code: string; message: string; advice: string };
}

/** What the next run of a goal reads again. */
export type NextRun =
  /** The whole segment, as every run of an import does. */
  | { reads: 'segment' }
  /** Only what changes from now on. */
  | { reads: 'changes' }
  /** The same, and these units, of which rows failed for a passing cause. Where there is a watermark, it stays. */
  | { reads: 'units'; units: string[] }
  /** Everything that this run read, or would have read. `since`: from this watermark on. */
  | { reads: 'everything'; since?: string };

export interface GoalReport {
  id: string;
  name: string;
  direction: 'import' | 'export';
  /** The node's output that starts the goal, from 2. */
  output: number;
  result: GoalOutcome['result'];
  /** Id of the goal run. */
  run?: string;
  startedAt?: string;
  endedAt?: string;
  /** Everything was read and reached a sink: only then does a watermark move. */
  complete: boolean;
  ledger?: LedgerSnapshot;
  /** Rejected rows by reason, the most frequent first; samples are refs (`run/unit/row`), never values. */
  rejected: { reason: string; rows: number; samples: string[] }[];
  requests: number;
  /** Tries beyond the first of each request. */
  retries: number;
  /** Spent; in a dry run: what a run would spend. */
  dataPoints: number;
  /** What tries without an answer may have cost besides. */
  dataPointsUncertain: number;
  /** Not spent, because these attributes were as Braze holds them. */
  dataPointsSaved: number;
  attributesSaved: number;
  /** What the rows would cost that were not sent: of a dry run, or of a run that a ceiling ended. */
  price?: Price;
  watermark?: { from?: string; to?: string };
  /** What people should know of it though nothing failed; absent: nothing. */
  notices?: RunNotice[];
  error?: { code: string; message: string };
  /** What a person should do, where something failed. */
  nextSteps: string[];
  nextRun: NextRun;
}

/** The account of one run of a connection: `msg.report`, and what the store keeps. Plain JSON, no personal data. */
export interface RunReport {
  version: 1;
  connection: { id: string; name: string };
  /** Id of the connection run; ids sort by time of start. */
  run: string;
  startedAt: string;
  endedAt: string;
  /** `interrupted`: Node-RED ended in mid-run and the run was not taken up again. */
  result: RunResult | 'interrupted';
  dryRun: boolean;
  fullRead: boolean;
  /** How often the run was cut off by an end of Node-RED and went on. */
  interruptions: number;
  goals: GoalReport[];
}

export interface ConnectionOutcome {
  connection: { id: string; name: string };
  run: string;
  startedAt: string;
  endedAt: string;
  dryRun: boolean;
  fullRead: boolean;
  interruptions: number;
  /** Somebody stopped the run. */
  stopped: boolean;
  /** The run was given up after an end of Node-RED. */
  abandoned: boolean;
  goals: readonly GoalOutcome[];
}

export function makeReport(outcome: ConnectionOutcome): RunReport {
  const { connection, run, startedAt, endedAt, dryRun, fullRead, interruptions } = outcome;
  return {
    version: 1,
    connection,
    run,
    startedAt,
    endedAt,
    result: resultOf(outcome),
    dryRun,
    fullRead,
    interruptions,
    goals: outcome.goals.map(goalReport),
  };
}

/** A failure outweighs everything: it is what people must hear of. */
function resultOf({ goals, stopped, abandoned }: ConnectionOutcome): RunReport['result'] {
  if (goals.some(({ result }) => result === 'failed')) return 'failed';
  if (abandoned) return 'interrupted';
  return stopped || goals.some(({ result }) => result === 'stopped') ? 'stopped' : 'succeeded';
}

function goalReport({ goal, output, result, summary, error }: GoalOutcome): GoalReport {
  const fault = error ?? summary?.error;
  const work = summary?.ledger.work;
  const { requests = 0, attempts = 0 } = work ?? {};
  return {
    id: goal.id,
    name: goal.name,
    direction: goal.direction,
    output,
    result,
    ...(summary && { run: summary.run, startedAt: summary.startedAt, endedAt: summary.endedAt }),
    complete: summary?.complete ?? false,
    ...(summary && { ledger: summary.ledger }),
    rejected: rejectedOf(summary?.ledger),
    requests,
    retries: Math.max(0, attempts - requests),
    dataPoints: work?.dataPoints ?? 0,
    // Summaries of an earlier release do not have these.
    dataPointsUncertain: work?.dataPointsUncertain ?? 0,
    dataPointsSaved: work?.dataPointsSaved ?? 0,
    attributesSaved: work?.attributesSaved ?? 0,
    ...(summary?.price && { price: summary.price }),
    ...(summary?.watermark && { watermark: summary.watermark }),
    ...(summary?.notices && { notices: summary.notices }),
    ...(fault && { error: { code: fault.code, message: withoutAdvice(fault) } }),
    nextSteps: fault && fault.advice !== '' ? [fault.advice] : [],
    nextRun: nextRunOf(goal, summary),
  };
}

function rejectedOf(ledger: LedgerSnapshot | undefined): GoalReport['rejected'] {
  return Object.entries(ledger?.reasons.rejected ?? {})
    .map(([reason, rows]) => ({ reason, rows, samples: ledger?.samples[`rejected: ${reason}`] ?? [] }))
    .sort((one, other) => other.rows - one.rows);
}

function withoutAdvice({ message, advice }: { message: string; advice: string }): string {
  return advice !== '' && message.endsWith(advice) ? message.slice(0, -advice.length).trimEnd() : message;
}

/** Rule R9: only a run that succeeded and was complete moves watermarks and file memory. */
function nextRunOf(goal: ConnectionGoal, summary: RunSummary | undefined): NextRun {
  if ((summary?.goal ?? goal).direction === 'import') return { reads: 'segment' };
  const from = summary?.watermark?.from;
  if (!summary?.complete) return { reads: 'everything', ...(from !== undefined && { since: from }) };
  return summary.repeat ? { reads: 'units', units: summary.repeat } : { reads: 'changes' };
}
