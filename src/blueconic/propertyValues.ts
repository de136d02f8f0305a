import type { UpdateValue } from '../mapping/profileUpdate';

/** Why one property is not sent while the rest of its profile is: stable codes for reports. */
export type PropertyRefusal =
  | 'several-values'
  | 'not-a-scalar'
  | 'value-over-64-kb'
  | 'sum-needs-number'
  | 'no-objects'
  | 'field-name'
  | 'identifier-in-use'
  | 'braze-only';

/** The limits of a value (contracts: blueconic 5.1). */
const maxCharacters = 65_000;
const maxBytes = 65_536;

/**
 * Turns values into what BlueConic stores: a list of texts (contracts: blueconic 3.1). Numbers are written without
 * exponent, because its number types know none.
 */
export function propertyTexts(values: readonly UpdateValue[]): string[] | PropertyRefusal {
  const texts: string[] = new Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const value: unknown = values[at];
    let text: string | undefined;
    if (typeof value === 'string') text = value;
    else if (typeof value === 'number') text = plainNumber(value);
    else if (typeof value === 'boolean') text = value ? 'true' : 'false';
    if (text === undefined) return 'not-a-scalar';
    if (isTooLong(text)) return 'value-over-64-kb';
    texts[at] = text;
  }
  return texts;
}

/**
 * The number to add to a stored one, as text; undefined for zero, which changes nothing. Several numbers are added up
 * (contracts: blueconic 1.5) to four decimals, the most that BlueConic keeps.
 */
export function increment(values: readonly UpdateValue[]): string | undefined | PropertyRefusal {
  let total = 0;
  for (const value of values as readonly unknown[]) {
    if (typeof value === 'number') total += value;
    else if (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)) total += Number(value);
    else return 'sum-needs-number';
  }
  if (values.length > 1) total = Math.round(total * 10_000) / 10_000;
  if (total === 0) return undefined;
  return plainNumber(total) ?? 'sum-needs-number';
}

/** Digits, sign and point only; undefined for what has no such form. */
function plainNumber(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const text = String(value);
  if (!text.includes('e')) return text;
  if (Number.isInteger(value)) return BigInt(value).toString();
  return value.toFixed(20).replace(/\.?0+$/, '');
}

/** Counts bytes only where there could be too many: one UTF-16 unit takes at most three. */
function isTooLong(text: string): boolean {
  if (text.length > maxCharacters) return true;
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}
