/**
 * The number fields of the dialog: what a new node starts with, and what is taken. The dialog and the runtime both go by
 * this, so that what one accepts the other does not turn down. A field with `blank` may be empty: no such limit.
 */
export const numberFields = {
  /** Seconds that a user stays closed after an answer. */
  settleSeconds: { value: 5, min: 0, max: 300 },
  /** Data points that one run may spend. */
  dataPointCeiling: { value: '', min: 1, blank: true },
  /** Data points that may be spent while nothing is remembered of any user. */
  emptyStoreCeiling: { value: 10_000, min: 0 },
  /** Per cent of the known users who may lose a value in one run. */
  removalShare: { value: 5, min: 0, max: 100 },
  /** Days after which values are sent again. */
  refreshDays: { value: '', min: 1, max: 3_650, blank: true },
  /** Users of one run whose values are sent again by age. */
  refreshCap: { value: 10_000, min: 1 },
} as const satisfies {
  [field: string]: { value: number | ''; min: number; max?: number; blank?: boolean };
};

export type NumberField = keyof typeof numberFields;
