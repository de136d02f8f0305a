/**
 * The rows that a message brings: an array of them, an array of such arrays (as a join of several messages makes it), or
 * one. Places that a join left empty, because a message of its sequence never came, are no rows.
 */
export function payloadRows(payload: unknown): readonly unknown[] {
  if (!Array.isArray(payload)) return [payload];
  // Nearly every message is a plain array of rows, which need not be copied twice.
  return isPlain(payload) ? payload : payload.flat().filter((row) => row !== undefined);
}

function isPlain(rows: readonly unknown[]): boolean {
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at];
    if (row === undefined || Array.isArray(row)) return false;
  }
  return true;
}
