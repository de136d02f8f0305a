import { reservedLow } from './valueHash';

/**
 * What the store holds of one profile at one target: a fingerprint per attribute of the value that the target last took,
 * or was read to hold.
 *
 * | bytes | meaning |
 * |---|---|
 * | 0 | version of the format, 1 |
 * | 1 | flags: 1 the target is known to have the profile; 2 an attribute without an entry is known to be empty |
 * | 4 to 7 | when an attribute was last accepted, seconds since 1970 |
 * | 8 to 11 | when all attributes were last sent or read, seconds since 1970 |
 * | 12 on | entries, little-endian: field (4 bytes), value (8 bytes) |
 *
 * A field with its highest bit set has an entry of 16 bytes, the part of the field after its name: the hash of a path
 * inside an object, or zero for one element of a list.
 */
export interface ProfilePrints {
  /** The target has this profile: it was created by us, or read there (R10). */
  confirmed: boolean;
  /** Everything was read: an attribute without an entry is empty at the target. */
  complete: boolean;
  acceptedAt: number;
  fullAt: number;
  /** Whole attributes, three numbers each: field, low, high. */
  wholes: number[];
  /** Elements of lists and values inside objects, four numbers each: field, part, low, high. */
  parts: number[];
}

/**
 * Values of the high half where the low one is reserved. The field holds nothing, because we emptied it, or as it was
 * read; it may hold something, and nobody knows what; or it holds something, ours or what was there before.
 */
export const noValue = { emptiedByUs: 1, readEmpty: 2, unsure: 3, somebodys: 4 } as const;
/** The part number of an element of a list. */
export const elementPart = 0;

const formatVersion = 1;
const headerBytes = 12;
const partFlag = 0x80000000;

export function noPrints(): ProfilePrints {
  return { confirmed: false, complete: false, acceptedAt: 0, fullAt: 0, wholes: [], parts: [] };
}

/** Undefined for bytes that this version cannot read: the profile then counts as unknown, which costs a resend. */
export function readPrints(bytes: Buffer): ProfilePrints | undefined {
  const { length } = bytes;
  if (length < headerBytes || bytes[0] !== formatVersion) return undefined;
  const view = roomFor(length);
  bytes.copy(room);
  const wholes = new Array<number>(Math.floor((length - headerBytes) / 12) * 3);
  const parts: number[] = [];
  let at = headerBytes;
  let whole = 0;
  while (at + 12 <= length) {
    const field = view.getInt32(at, true);
    if (field >= 0) {
      wholes[whole++] = field;
      wholes[whole++] = view.getInt32(at + 4, true);
      wholes[whole++] = view.getInt32(at + 8, true);
      at += 12;
      continue;
    }
    if (at + 16 > length) return undefined;
    parts.push(
      field & ~partFlag,
      view.getInt32(at + 4, true),
      view.getInt32(at + 8, true),
      view.getInt32(at + 12, true),
    );
    at += 16;
  }
  if (whole < wholes.length) wholes.length = whole;
  return {
    confirmed: (bytes[1]! & 1) !== 0,
    complete: (bytes[1]! & 2) !== 0,
    acceptedAt: view.getUint32(4, true),
    fullAt: view.getUint32(8, true),
    wholes,
    parts,
  };
}

export function writePrints(prints: ProfilePrints): Buffer {
  const { wholes, parts } = prints;
  const length = headerBytes + wholes.length * 4 + parts.length * 4;
  const view = roomFor(length);
  view.setUint32(0, formatVersion | (prints.confirmed ? 0x100 : 0) | (prints.complete ? 0x200 : 0), true);
  view.setUint32(4, prints.acceptedAt, true);
  view.setUint32(8, prints.fullAt, true);
  let at = headerBytes;
  for (let n = 0; n < wholes.length; n++, at += 4) view.setInt32(at, wholes[n]!, true);
  for (let n = 0; n < parts.length; n++, at += 4) {
    view.setInt32(at, n % 4 === 0 ? parts[n]! | partFlag : parts[n]!, true);
  }
  const bytes = Buffer.allocUnsafe(length);
  room.copy(bytes, 0, 0, length);
  return bytes;
}

/**
 * One piece of memory to write in and read from: a `DataView` of it is many times faster than the methods of a
 * `Buffer`, and making one for each profile would cost more than that saves.
 */
let room = Buffer.alloc(0);
let roomView = new DataView(room.buffer);

function roomFor(bytes: number): DataView {
  if (room.length < bytes) {
    const memory = new ArrayBuffer(Math.max(4_096, 2 * bytes));
    room = Buffer.from(memory);
    roomView = new DataView(memory);
  }
  return roomView;
}

/** Where the entry of a whole attribute begins; -1 without one. Entries mostly stand in the order in which they are asked. */
export function wholeAt(wholes: readonly number[], field: number, expected: number): number {
  if (wholes[expected] === field) return expected;
  for (let at = 0; at < wholes.length; at += 3) if (wholes[at] === field) return at;
  return -1;
}

export function setWhole(prints: ProfilePrints, field: number, low: number, high: number): void {
  const { wholes } = prints;
  const at = wholeAt(wholes, field, wholes.length);
  if (at < 0) wholes.push(field, low, high);
  else {
    wholes[at + 1] = low;
    wholes[at + 2] = high;
  }
}

export function setNoValue(prints: ProfilePrints, field: number, why: keyof typeof noValue): void {
  setWhole(prints, field, reservedLow, noValue[why]);
}

export function dropWhole(prints: ProfilePrints, field: number): void {
  const at = wholeAt(prints.wholes, field, prints.wholes.length);
  if (at >= 0) prints.wholes.splice(at, 3);
}

export function hasPart(
  { parts }: ProfilePrints,
  field: number,
  part: number,
  low: number,
  high: number,
): boolean {
  for (let at = 0; at < parts.length; at += 4) {
    if (parts[at] === field && parts[at + 1] === part && parts[at + 2] === low && parts[at + 3] === high)
      return true;
  }
  return false;
}

export function addPart(prints: ProfilePrints, field: number, part: number, low: number, high: number): void {
  prints.parts.push(field, part, low, high);
}

/** Drops the parts of a field: all, or those with this number. */
export function dropParts(prints: ProfilePrints, field: number, part?: number): void {
  const { parts } = prints;
  if (parts.length === 0) return;
  const left: number[] = [];
  for (let at = 0; at < parts.length; at += 4) {
    if (parts[at] === field && (part === undefined || parts[at + 1] === part)) continue;
    left.push(parts[at]!, parts[at + 1]!, parts[at + 2]!, parts[at + 3]!);
  }
  prints.parts = left;
}

export function hasParts({ parts }: ProfilePrints, field: number): boolean {
  for (let at = 0; at < parts.length; at += 4) if (parts[at] === field) return true;
  return false;
}
