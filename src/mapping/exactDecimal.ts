import { decimalText } from './decimalText';

/** BlueConic keeps this many decimals (contracts: blueconic 5.1). */
const places = 4;
const scale = 10n ** BigInt(places);
/** As many digits before the point as no amount will ever have: reading a whole book of digits would take long. */
const written = /^([+-]?)(?:(\d{1,40})(?:\.(\d*))?|\.(\d+))$/;

/**
 * An amount in ten-thousandths, a whole number: text and floating point never meet. What lies beyond the fourth decimal
 * is rounded to the nearest, halves away from zero, as in commerce. Digits, sign and point only; `undefined` otherwise.
 */
export function readAmount(value: unknown): bigint | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? decimalText(value) : value;
  if (typeof text !== 'string') return undefined;
  const found = written.exec(text.trim());
  if (found === null) return undefined;
  const [, sign, whole = '0', after, alone] = found;
  const fraction = (after ?? alone ?? '').padEnd(places + 1, '0');
  let amount = BigInt(whole) * scale + BigInt(fraction.slice(0, places));
  if (fraction[places]! >= '5') amount += 1n;
  return sign === '-' ? -amount : amount;
}

/** The shortest text of an amount: `-0.5`, `19.9`, `1000`. */
export function amountText(amount: bigint): string {
  const digits = String(amount < 0n ? -amount : amount).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  const text = digits.slice(0, -places) + (fraction === '' ? '' : `.${fraction}`);
  return amount < 0n ? `-${text}` : text;
}

/** The number for JSON; `undefined` if floating point cannot hold the amount, so that it would become another. */
export function amountNumber(amount: bigint): number | undefined {
  const text = amountText(amount);
  const number = Number(text);
  return decimalText(number) === text ? number : undefined;
}
