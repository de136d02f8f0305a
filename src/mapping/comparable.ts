import { decimalText, readDecimal } from './decimalText';
import type { Comparison } from './filter';
import { readTime } from './timeText';

/** A value as it is compared: a text, a number, or a time in epoch milliseconds; `undefined` when it is not one. */
export function comparable(value: unknown, as: Comparison): string | number | undefined {
  if (as === 'time') return readTime(value);
  if (as === 'number') {
    if (typeof value === 'string') return readDecimal(value);
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? decimalText(value) : undefined;
  return typeof value === 'boolean' ? String(value) : undefined;
}
