import type { KeySpan, StoreKey, StoreSpace } from './store';

/** First byte of every key. The numbers are part of the file format and never change their meaning. */
const spaceByte: Record<StoreSpace, number> = {
  watermark: 1,
  file: 2,
  history: 3,
  fingerprint: 4,
  checkpoint: 5,
  intent: 6,
  setting: 7,
  report: 8,
  number: 9,
  member: 10,
};

export const storeSpaces = Object.keys(spaceByte) as StoreSpace[];

/** Where an engine keeps the number of its format: before all spaces. */
export const formatKey = Buffer.from([0]);

/** Keys from `from` on and before `before`, in the order of their bytes. */
export interface KeyRange {
  from: Buffer;
  before: Buffer;
}

export function fullKey({ space, key }: StoreKey): Buffer {
  const rest = typeof key === 'string' ? Buffer.from(key) : key;
  const full = Buffer.allocUnsafe(rest.length + 1);
  full[0] = spaceByte[space];
  full.set(rest, 1);
  return full;
}

/** The key within its space. */
export function keyInSpace(full: Buffer): Buffer {
  return full.subarray(1);
}

export function keysBeginningWith(
  space: StoreSpace,
  prefix: Uint8Array | string,
  span: KeySpan = {},
): KeyRange {
  const from = fullKey({ space, key: prefix });
  const range = { from, before: after(from) };
  if (span.from !== undefined) range.from = later(range.from, fullKey({ space, key: span.from }));
  if (span.before !== undefined) {
    const end = fullKey({ space, key: span.before });
    // Never before its beginning: engines differ in what they make of that.
    if (end.compare(range.before) < 0) range.before = later(range.from, end);
  }
  return range;
}

function later(one: Buffer, other: Buffer): Buffer {
  return one.compare(other) < 0 ? other : one;
}

/** Every key there is, the format's included. */
export const allKeys: KeyRange = { from: Buffer.alloc(0), before: Buffer.from([255]) };

/** The first key that does not begin with `prefix`. A space byte is never 255, so there is always one. */
function after(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  let last = end.length - 1;
  while (end[last] === 255) last--;
  end[last] = end[last]! + 1;
  return end.subarray(0, last + 1);
}
