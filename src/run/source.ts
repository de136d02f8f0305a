import type { NumberMeaning } from '../delta/sums';
import type { SyncError } from '../errors/syncError';
import type { AskedFields } from '../mapping/compileMapping';
import type { ProfileRecord } from '../mapping/profileUpdate';
import type { StoreWrite } from '../store/store';
import type { RunNotice } from './notices';

/**
 * One row as a source read it: a record, or why there is none. `line` is its number within the unit, from 1: the line
 * of a file, the position on a page.
 */
export type SourceRow = { line: number; record: ProfileRecord } | { line: number; fault: string };

/** A resumable piece of a source: one export file, one delta file, one page of a segment. */
export interface SourceUnit {
  /** For people and errors: a file's key, `page 12`. Never personal data. */
  name: string;
  /**
   * Ids of its rows in order, where their place in the unit may change when it is read again; rows are numbered by
   * their place in this list. Rows that an earlier life knew keep their place.
   */
  ids?: string[];
  /** The same for the same rows in every run that may read them, where that can be said: a file's key and version. */
  lastingName?: string;
  /** An earlier run has read it for good: what must not be repeated is not sent again. */
  readBefore?: boolean;
  /**
   * The error to fail the run with at its end, where what reading threw concerns this unit alone: the others are read
   * all the same, and this one does not count as read. Without it, whatever is thrown ends the run.
   */
  damage?(thrown: unknown): SyncError | undefined;
  /** Slices of rows, small enough that making one never holds the event loop for long. */
  rows(signal: AbortSignal): AsyncIterable<SourceRow[]>;
}

/**
 * What a source wants people to see while it works. `queued`: somebody else's work must end first; `doubting`: nothing
 * came for so long that the settings may be wrong. `detail` starts with a number where it has one. `place`: which of how
 * many units comes next, where the source knows.
 */
export type ReportPhase = (
  phase: 'asking' | 'queued' | 'waiting' | 'doubting' | 'reading',
  detail?: string,
  place?: UnitPlace,
) => void;

/** A unit's number, from 1, of all there are. */
export interface UnitPlace {
  number: number;
  of: number;
}

/** What an earlier life of the run left behind, for a source that goes on (R8). */
export interface EarlierLife {
  /** What the source's `state()` was. */
  state: unknown;
  /** Units that need not be read again. */
  isDone(unitName: string): boolean;
  /** Ids of the rows known of an open unit. */
  ids(unitName: string): readonly string[] | undefined;
}

/** What a source needs while it runs. */
export interface SourceContext {
  signal: AbortSignal;
  phase: ReportPhase;
  /** Makes the source's state durable before it does what must not be done twice. */
  checkpoint(): Promise<void>;
  /** Tells people what they should know of the run though nothing failed. */
  notice(notice: RunNotice): void;
  /**
   * State that becomes durable with the outcomes of rows that are handed out after it, or before them. Absent where
   * nothing that is read now may be remembered: a trial, a dry run, a flow without a sink of ours.
   */
  keep?(writes: readonly StoreWrite[]): void;
  /** Rows read so far, by earlier lives of the run too. */
  rowsRead(): number;
  /** What the source reads shows a state before the start of the run: as it was then, in epoch milliseconds. */
  readsAsOf(time: number): void;
  /** Every row of that unit, which was handed out before, has an outcome that lasts. */
  isSettled(unitName: string): boolean;
  earlier?: EarlierLife;
}

/** One import or export source, opened for one run. */
export interface Source {
  /** `total`: a number tells what is true now; `amount`: it is to be added once. */
  readonly meaning: NumberMeaning;
  /** Undefined: every field of the outside system. */
  readonly asked?: AskedFields;
  /** The watermark that it reads from, in epoch milliseconds; undefined: it reads everything, or has none. */
  readonly since?: number | undefined;
  units(context: SourceContext): AsyncIterable<SourceUnit>;
  /** What the source needs to go on where it is now; plain JSON, small. Undefined until it knows. */
  state?(): unknown;
  /**
   * What to remember once the run has succeeded and was complete: watermark, read files. `readAgain` tells which units
   * must be read again, because a row of theirs failed for a passing cause.
   */
  remember(readAgain: (unitName: string) => boolean, anyReadAgain: boolean): StoreWrite[];
  /**
   * Removes outside what this run has read and nobody needs any more. Called once, after the end of a complete run of
   * which nothing is to be read again, and only when all of that is durable. Never throws: whatever stays is told.
   */
  cleanUp?(signal: AbortSignal): Promise<RunNotice | undefined>;
  /** Lets go of connections; called once, when the run is over. */
  close?(): Promise<void>;
}
