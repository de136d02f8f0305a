/** Types of profile properties, by their REST name: text is `SELECT`, number is `RANGE` (contracts: blueconic 3.4). */
export const filterTypes = ['RANGE', 'CURRENCY', 'DECIMAL', 'SELECT', 'EMAIL', 'DATETIME'] as const;
export type FilterType = (typeof filterTypes)[number];

const textLimit = 65_000;
const numberLimit = 2_147_483_647;
const decimalPattern = /^-?(\d+\.?\d{0,4}|\.\d{1,4})$/;
const emailPattern = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** True for the types that `INCREMENT` and the numeric merge strategies work on. */
export function isNumeric(type: FilterType): boolean {
  return type === 'RANGE' || type === 'DECIMAL' || type === 'CURRENCY';
}

/**
 * What is wrong with a value of this type, or `undefined` (contracts: blueconic 5.1). Values are always strings.
 *
 * Decisions: the 65,000 characters of text bound every type; currency is held to decimal's four places; a date may
 * be negative (before 1970); an e-mail address needs a dot in its domain.
 */
export function valueProblem(type: FilterType, value: string): string | undefined {
  if (value.length > textLimit) return `is longer than ${textLimit} characters`;
  switch (type) {
    case 'SELECT':
      return undefined;
    case 'EMAIL':
      return emailPattern.test(value) ? undefined : 'is not an e-mail address';
    case 'RANGE':
      if (!/^-?\d+$/.test(value)) return 'is not a whole number';
      return Math.abs(Number(value)) <= numberLimit ? undefined : `is beyond ${numberLimit}`;
    case 'DECIMAL':
    case 'CURRENCY':
      return decimalPattern.test(value) ? undefined : 'is not a number with at most 4 decimals';
    case 'DATETIME':
      return /^-?\d{1,16}$/.test(value) ? undefined : 'is not a time in epoch milliseconds';
  }
}

/** Adds decimal numbers of at most four places exactly; floats would leave traces like 0.30000000000000004. */
export function exactSum(values: readonly string[]): string {
  let total = 0n;
  for (const value of values) total += scaled(value);
  const sign = total < 0n ? '-' : '';
  const digits = String(total < 0n ? -total : total).padStart(5, '0');
  const fraction = digits.slice(-4).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -4)}${fraction && `.${fraction}`}`;
}

function scaled(value: string): bigint {
  const negative = value.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? value.slice(1) : value).split('.');
  const units = BigInt(whole || '0') * 10_000n + BigInt(fraction.padEnd(4, '0'));
  return negative ? -units : units;
}
