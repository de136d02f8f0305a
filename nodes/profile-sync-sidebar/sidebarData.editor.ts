/**
 * What the sidebar is told by the runtime: the shapes of `GET profile-sync/connections`, `goals`, `history` and
 * `figures`, and of the news on `profile-sync/connection/<id>` and `profile-sync/runs`.
 */

export type Direction = 'import' | 'export' | 'other';
export type RunResult = 'succeeded' | 'failed' | 'stopped' | 'interrupted';

export interface LastRun {
  run: string;
  result: RunResult;
  endedAt: string;
}

/** What changes of a connection while it is deployed. */
export interface ConnectionState {
  on: boolean;
  state: 'idle' | 'running' | 'stopping' | 'interrupted';
  /** A trigger waits for the end of the run. */
  waiting: boolean;
  /** The goal whose turn it is. */
  goal?: { name?: string; number: number; of: number };
  lastRun?: LastRun;
}

export interface Connection extends ConnectionState {
  id: string;
  name: string;
  favourite: boolean;
  goals: { id: string; name: string; direction: Direction; active: boolean }[];
}

/** A goal that no connection leads to. */
export interface LooseGoal {
  id: string;
  name: string;
  direction: Direction;
  lastRun?: LastRun;
}

/** A run that is going on. */
export interface LiveRun {
  run: string;
  goal: { id: string; name: string; direction: Direction };
  connection?: { connection: string; connectionRun: string; goal: string };
  dryRun?: true;
  startedAt: string;
  phase: string;
  detail: string;
  rows: number;
  decided: number;
  accepted: number;
  unchanged: number;
  failed: number;
  requests: number;
  dataPoints: number;
  dataPointsSaved: number;
  /** Rows decided in a second. */
  rate: number;
  expectedRows?: number;
  remainingMs?: number;
}

/** Counts of rows and work of a run that has ended; every one that an earlier release did not know is absent. */
export interface RunLedger {
  read: number;
  added: number;
  unmapped: number;
  filtered: number;
  unchanged: number;
  accepted: number;
  rejected: number;
  unknown: number;
  handedOver: number;
  unsent: number;
  created: number;
  updated: number;
  unconfirmed?: number;
  balanced: boolean;
  work: {
    requests?: number;
    attempts?: number;
    dataPoints?: number;
    dataPointsUncertain?: number;
    dataPointsSaved?: number;
    attributesSaved?: number;
  };
}

/** A run of the history's list. */
export interface EndedRun {
  run: string;
  goal: { id: string; name: string; direction: Direction };
  connection?: { connection: string };
  dryRun?: true;
  startedAt: string;
  endedAt: string;
  result: RunResult;
  error?: { code: string; message: string; advice: string };
  ledger: RunLedger;
}

/** The same with its reasons: the answer about one run. */
export interface RunAccount extends EndedRun {
  /** Names of the units that samples point into, by number. */
  units?: Record<string, string>;
  ledger: RunLedger & {
    /** `outcome -> reason -> rows`. */
    reasons: Record<string, Record<string, number>>;
    /** `outcome: reason` -> refs. */
    samples: Record<string, string[]>;
    /** `reason -> attributes` that were left out of rows that went through otherwise. */
    refusedAttributes: Record<string, number>;
  };
}

/** What the runs of one stretch of time came to. */
export interface Figures {
  runs: number;
  accepted: number;
  unchanged: number;
  failed: number;
  dataPoints: number;
  dataPointsSaved: number;
  requests: number;
  retries: number;
}
