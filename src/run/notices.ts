/**
 * Something about a run that people should know though nothing failed: said once in the log, and in its report.
 * `fewerObjects`: the target took fewer objects in a request than the settings say, and got no more from then on.
 */
export interface RunNotice {
  code: 'fewerObjects';
  /** For the text; never a personal value. */
  values: { objects: number };
}
