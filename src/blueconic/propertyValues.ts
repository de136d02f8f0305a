import { decimalText } from '../mapping/decimalText';
import { amountText, readAmount } from '../mapping/exactDecimal';
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
    else if (typeof value === 'number') text = Number.isFinite(value) ? decimalText(value) : undefined;
    else if (typeof value === 'boolean') text = value ? 'true' : 'false';
    if (text === undefined) return 'not-a-scalar';
    if (isTooLong(text)) return 'value-over-64-kb';
    texts[at] = text;
  }
  return texts;
}

/**
 * The number to add to a stored one, as text; undefined for zero, which changes nothing. Several numbers are added up
 * (contracts: blueconic 1.5). The sum is exact to the four decimals that BlueConic keeps; with more it would be refused.
 */
export function increment(values: readonly UpdateValue[]): string | undefined | PropertyRefusal {
  let total = 0n;
  for (const value of values) {
    const amount = readAmount(value);
    if (amount === undefined) return 'sum-needs-number';
    total += amount;
  }
  return total === 0n ? undefined : amountText(total);
}

/** Counts bytes only where there could be too many: one UTF-16 unit takes at most three. */
function isTooLong(text: string): boolean {
  if (text.length > maxCharacters) return true;
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}
