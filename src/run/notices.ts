/**
 * Something about a run that people should know though nothing failed: said in its report, and some of it once in the
 * log. The values are for the text, and never personal.
 *
 * - `fewerObjects`: the target took fewer objects in a request than the settings say, and got no more from then on.
 * - `fewerUsers`: a segment held far fewer users than its system estimates.
 * - `filesLeft`: files of the source were to be deleted after the run and are still there, at least some of them.
 * - `filesNotRenamed`: files that were read were to be renamed and still have their keys, at least some of them.
 * - `filesYoung`: new files wait for the next run, being younger than so many minutes by the clock of their store.
 * - `filesUnmarked`: new files wait until a marker says that they are whole.
 */
export type RunNotice =
  | { code: 'fewerObjects'; values: { objects: number } }
  | { code: 'fewerUsers'; values: { read: number; estimate: number } }
  | { code: 'filesLeft'; values: { place: string; reason: string } }
  | { code: 'filesNotRenamed'; values: { reason: string } }
  | { code: 'filesYoung'; values: { files: number; minutes: number } }
  | { code: 'filesUnmarked'; values: { files: number } };

/** Those of a source that its node logs when the run is over. */
export const sourceNotices: ReadonlySet<RunNotice['code']> = new Set([
  'fewerUsers',
  'filesLeft',
  'filesNotRenamed',
]);

/** New files that wait for a later run. */
export function filesWaiting(notices: readonly RunNotice[] = []): number {
  return notices.reduce(
    (files, { code, values }) =>
      files + (code === 'filesYoung' || code === 'filesUnmarked' ? values.files : 0),
    0,
  );
}
