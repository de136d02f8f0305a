import type { LedgerSnapshot } from './ledger';
import type { RunNotice } from './notices';
import type { Price } from './price';
import type { UnitPlace } from './source';

/** What runs: the goal's lasting identity (its source node, for now) and how people call it. */
export interface GoalIdentity {
  id: string;
  name: string;
  direction: 'import' | 'export' | 'other';
}

/** Which goal of which run of a connection a goal run belongs to. */
export interface GoalToken {
  /** The connection's node id. */
  connection: string;
  connectionRun: string;
  /** The goal's id within the connection. */
  goal: string;
}

export type RunResult = 'succeeded' | 'failed' | 'stopped';

export interface RunSnapshot {
  run: string;
  goal: GoalIdentity;
  startedAt: string;
  phase: string;
  detail: string;
  /** Where the source is, if it knows how many units there are. */
  place?: UnitPlace;
  ledger: LedgerSnapshot;
}

/** How a goal run ended; what the history keeps. */
export interface RunSummary {
  run: string;
  goal: GoalIdentity;
  connection?: GoalToken;
  dryRun?: true;
  startedAt: string;
  endedAt: string;
  result: RunResult;
  /** Everything was read and reached a sink of ours: only then may a watermark move (R9). */
  complete: boolean;
  /** `message` ends with the advice. */
  error?: { code: string; message: string; advice: string };
  /** Where the source keeps a watermark: from where it read, and where it stands now if it moved. ISO times. */
  watermark?: { from?: string; to?: string };
  /** What people should know of the run though it did not fail. */
  notices?: RunNotice[];
  /** What the rows would cost that were not sent: of a dry run, or of a run that a ceiling ended. */
  price?: Price;
  /** Units that the next run reads again, because rows of theirs failed for a passing cause; the first few. */
  repeat?: string[];
  /** Names of the units that the ledger's samples point into, by number. */
  units?: Record<string, string>;
  ledger: LedgerSnapshot;
}

/** What others want to hear of a run. Every call is made synchronously, in the order of registration. */
export interface RunListener {
  /** The source has emitted its last row. */
  sourceEnded?(): void;
  /** The window is full: held rows must be decided before anything more can be read. */
  windowFull?(): void;
  /** No more rows will be sent; rows held but not yet in a request are to be decided `unsent`. */
  stopping?(): void;
  /** The grace after a stop is over: what still has no answer is to be decided now. */
  givingUp?(): void;
  finished?(summary: RunSummary): void;
}
