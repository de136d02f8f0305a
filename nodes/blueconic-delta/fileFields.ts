/**
 * What fields of the dialog for delta files take. The dialog and the runtime both go by this, so that what one accepts
 * the other does not turn down.
 */

/** Minutes that a new file must be old, and what a new node starts with. */
export const minAgeField = { value: 5, min: 0, max: 1440 } as const;

/** One character between the cells of CSV: of ASCII, and neither a letter nor a digit nor a quote. */
export function isDelimiter(text: string): boolean {
  return /^[ !#-/:-@[-`{-~]$/.test(text);
}
