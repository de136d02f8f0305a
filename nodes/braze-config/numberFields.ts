/**
 * The number fields of the dialog: what a new node starts with, and what is taken. The dialog and the runtime both go by
 * this. A field with `blank` may be empty: no such limit.
 */
export const numberFields = {
  objectsPerRequest: { value: 75, min: 1, max: 75 },
  /** At most; the pace finds its own width below. */
  requestsInFlight: { value: '', min: 1, max: 256, blank: true },
  requestsPer3Seconds: { value: 3_000, min: 1, blank: true },
  requestsPerMinute: { value: '', min: 1, blank: true },
  requestsPerHour: { value: '', min: 1, blank: true },
  /** Per cent of every limit that others may use. */
  reserve: { value: 0, min: 0, max: 90 },
  /** Minutes after which a request that keeps failing is given up. */
  retryMinutes: { value: 5, min: 1, max: 1_440 },
} as const satisfies {
  [field: string]: { value: number | ''; min: number; max?: number; blank?: boolean };
};

export type NumberField = keyof typeof numberFields;
