/** What the server answers to a preview: `Preview` of `src/preview`, as far as the dialog shows it. */
export interface PreviewAnswer {
  rows: PreviewRow[];
  totals: { dataPoints: number; requests?: number };
}

export interface PreviewRow {
  /** The record's place among the samples, from 0. */
  index: number;
  result: Result;
  reason?: string;
  refused: { field: string; reason: string }[];
  /** Fields with the strategy sum of which nothing is sent yet. */
  remembered?: string[];
  /** The JSON objects that would be sent, in order. */
  objects: unknown[];
  dataPoints: number;
}

/** The columns of the ledger that a preview can tell, in the order in which they are shown. */
export const RESULTS = ['sent', 'unchanged', 'unmapped', 'filtered', 'rejected'] as const;
export type Result = (typeof RESULTS)[number];

/** Why a source has no sample to give, as the server says it. */
export const EMPTY_SAMPLES = ['no-file', 'no-profile', 'no-record'] as const;

/** Reasons that have a sentence in the catalogue under `reason`; any other is shown as the server gave it. */
export const REASONS = [
  'no-identifier',
  'all-values-refused',
  'expression-failed',
  'not-text',
  'not-a-number',
  'not-an-integer',
  'not-a-boolean',
  'not-a-time',
  'not-json-object',
  'not-a-decimal',
  'not-an-email',
  'not-a-phone',
  'not-a-gender',
  'not-a-country',
  'not-a-language',
  'field-name',
  'reserved-casing',
  'identifier-field',
  'control-field',
  'identifier-in-use',
  'field-twice',
  'target-unknown',
  'cannot-clear',
  'several-values',
  'not-one-value',
  'not-an-object',
  'not-json',
  'add-needs-list',
  'sum-needs-integer',
  'mixed-list',
  'null-inside',
  'nested-name',
  'nested-date',
  'nested-time',
  'nested-strategy',
  'operator-name',
  'string-over-255',
  'list-over-500',
  'over-100-kb',
  'not-a-scalar',
  'value-over-64-kb',
  'sum-needs-number',
  'no-objects',
  'braze-only',
  'type-drift',
] as const;

type Texts = (key: string, values?: { [name: string]: string | number }) => string;

/** Reasons that the server gives as sentences, by the key of ours. */
const sentences: ReadonlyMap<string, string> = new Map([
  ['the sums are as they were', 'sums'],
  ['larger than one request may be', 'tooLarge'],
  ['nothing to send', 'nothing'],
  ['holds a value that cannot be written as JSON', 'not-json'],
  ['filter: none of the conditions fits', 'conditions'],
]);

/** A reason in words. */
export function reasonText(text: Texts, reason: string): string {
  const known: readonly string[] = REASONS;
  if (known.includes(reason)) return text(`profile-field-mapper.reason.${reason}`);
  const condition = /^filter: condition (\d+) /.exec(reason);
  if (condition) return text('profile-field-mapper.reason.condition', { number: condition[1] ?? '' });
  const sentence = sentences.get(reason);
  if (sentence !== undefined) return text(`profile-field-mapper.reason.${sentence}`);
  // A reserved field of Braze got a value that it does not take: `invalid-gender`.
  const invalid = /^invalid-(\w+)$/.exec(reason);
  return invalid ? text('profile-field-mapper.reason.invalid', { field: invalid[1] ?? '' }) : reason;
}

/** How many rows came to which result; results that nothing came to are left out. */
export function counts(rows: readonly PreviewRow[]): [Result, number][] {
  return RESULTS.map((result): [Result, number] => [
    result,
    rows.filter((row) => row.result === result).length,
  ]).filter(([, count]) => count > 0);
}
