const decimal = /^[+-]?\d+(?:\.\d+)?$/;

/**
 * Reads a decimal number such as `-12.50`: an optional sign, digits, optionally a dot and more digits; spaces around
 * it are ignored. No exponent, hexadecimal, grouping or decimal comma, since guessing at those changes amounts.
 * The result is as exact as a double; longer numbers, such as ids, are mapped as text.
 */
export function readDecimal(text: string): number | undefined {
  const trimmed = text.trim();
  if (!decimal.test(trimmed)) return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number + 0 : undefined;
}

/** Writes a finite number in the fewest digits that read back to it, without an exponent; minus zero is `0`. */
export function decimalText(number: number): string {
  const short = String(number);
  const size = Math.abs(number);
  // Only outside of these bounds does JavaScript write an exponent.
  if (number === 0 || (size >= 1e-6 && size < 1e21)) return short;
  const exponentAt = short.indexOf('e');
  const sign = number < 0 ? '-' : '';
  const [whole, fraction = ''] = short.slice(sign.length, exponentAt).split('.');
  const digits = whole! + fraction;
  const point = whole!.length + Number(short.slice(exponentAt + 1));
  return point > 0 ? sign + digits.padEnd(point, '0') : `${sign}0.${'0'.repeat(-point)}${digits}`;
}
