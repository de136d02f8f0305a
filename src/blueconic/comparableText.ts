import { decimalText } from '../mapping/decimalText';
import type { FieldType } from '../mapping/fieldType';

/**
 * The values of a property as they are compared: BlueConic holds lists of texts (contracts: blueconic 3.1), and a list of
 * one is as good as its only value. Their order counts.
 */
export function comparableValues(value: unknown, type: FieldType | undefined): unknown {
  if (!Array.isArray(value)) return comparableValue(value, type);
  if (value.length === 1) return comparableValue(value[0], type);
  const texts = new Array<unknown>(value.length);
  for (let at = 0; at < value.length; at++) texts[at] = comparableValue(value[at], type);
  return texts;
}

/** One value: a number is the same however many zeros it ends in, and so is an e-mail address in capitals. */
export function comparableValue(value: unknown, type: FieldType | undefined): unknown {
  const text = textOf(value);
  if (typeof text !== 'string') return text;
  switch (type) {
    case 'number':
    case 'decimal':
      return withoutZeros(text);
    case 'email':
      return text.toLowerCase();
    default:
      return text;
  }
}

/** As `propertyTexts` writes it; what that refuses is left as it is. */
function textOf(value: unknown): unknown {
  if (typeof value === 'number' && Number.isFinite(value)) return decimalText(value);
  return typeof value === 'boolean' ? String(value) : value;
}

function withoutZeros(text: string): string {
  if (!/^[+-]?\d+\.\d+$/.test(text)) return text;
  let end = text.length;
  while (text[end - 1] === '0') end--;
  return text.slice(0, text[end - 1] === '.' ? end - 1 : end);
}
