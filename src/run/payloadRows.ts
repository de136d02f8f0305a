/**
 * The rows that a message brings: an array of them, an array of such arrays (as a join of several messages makes it), or
 * one. Places that a join left empty, because a message of its sequence never came, are no rows.
 */
export function payloadRows(payload: unknown): unknown[] {
  return Array.isArray(payload) ? payload.flat().filter((row) => row !== undefined) : [payload];
}
