/**
 * Something about a run that people should know though nothing failed: said once in the log, and in its report. The
 * values are for the text, and never personal.
 * `fewerObjects`: the target took fewer objects in a request than the settings say, and got no more from then on.
 * `filesLeft`: files of the source were to be deleted after the run and are still there, at least some of them.
 */
export type RunNotice =
  | { code: 'fewerObjects'; values: { objects: number } }
  | { code: 'filesLeft'; values: { place: string; reason: string } };

/** Those that a source has: its node says them when the run is over. */
export const sourceNotices: ReadonlySet<RunNotice['code']> = new Set(['filesLeft']);
