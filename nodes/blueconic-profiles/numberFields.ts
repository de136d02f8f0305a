/** The number fields about sending again: what a new node starts with, and what dialog and runtime take. */
export const numberFields = {
  /** Days after which values are sent again. */
  refreshDays: { value: '', min: 1, max: 3_650, blank: true },
  /** Profiles of one run whose values are sent again by age. */
  refreshCap: { value: 10_000, min: 1 },
} as const satisfies {
  [field: string]: { value: number | ''; min: number; max?: number; blank?: boolean };
};

export type NumberField = keyof typeof numberFields;
