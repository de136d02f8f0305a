/** What a mapped value is at the target, whatever it was at the source; `conversions.ts` says what each accepts and becomes. */
export const fieldTypes = [
  'text',
  'number',
  'integer',
  'decimal',
  'boolean',
  'time',
  'date',
  'email',
  'phone',
  'gender',
  'country',
  'language',
  'json',
] as const;

export type FieldType = (typeof fieldTypes)[number];
