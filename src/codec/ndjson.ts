import { isUtf8 } from 'node:buffer';
import type { ProfileRecord } from '../mapping/profileUpdate';

/** Why a line is no profile record. `cut-off`: the last one, which has no end either. */
export type NdjsonFault = 'not-json' | 'cut-off' | 'not-an-object' | 'line-too-long' | 'bad-utf8';

/** One line that is not blank; `line` counts from 1 and counts blank lines too. */
export type NdjsonRow = { line: number; record: ProfileRecord } | { line: number; fault: NdjsonFault };

export interface NdjsonOptions {
  /** A longer line becomes a `line-too-long` row and is never held in memory. Default 4 MiB. */
  maxLineBytes?: number;
  /** Default 100, some 1 to 2 ms of work with lines of 1.5 KB. */
  rowsPerSlice?: number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
/** A slice also ends here, so that long lines cannot make one that blocks the event loop. */
const maxSliceBytes = 512 * 1024;

/**
 * Cuts bytes into lines and lines into records. Never throws for what a line holds: each bad line becomes a row with
 * its fault and the reading goes on. Every slice has at least one row. A `__proto__` key is an own property of its
 * record like any other.
 *
 * The work between two slices is bounded by `rowsPerSlice` and by bytes; giving the event loop its turn between
 * slices is up to the consumer.
 */
export async function* readNdjson(
  bytes: AsyncIterable<Uint8Array>,
  options: NdjsonOptions = {},
): AsyncGenerator<NdjsonRow[], void, undefined> {
  const maxLineBytes = options.maxLineBytes ?? 4 * 1024 * 1024;
  const rowsPerSlice = options.rowsPerSlice ?? 100;
  const open = new OpenLine(maxLineBytes);
  let rows: NdjsonRow[] = [];
  let sliceBytes = 0;
  let line = 0;
  for await (const piece of bytes) {
    const chunk = asBuffer(piece);
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      line++;
      const row =
        open.isEmpty && end - start <= maxLineBytes
          ? parseLine(chunk, start, end, line)
          : open.finish(chunk, start, end, line);
      sliceBytes += end - start;
      start = end + 1;
      if (row === undefined) continue;
      rows.push(row);
      if (rows.length >= rowsPerSlice || sliceBytes >= maxSliceBytes) {
        yield rows;
        rows = [];
        sliceBytes = 0;
      }
    }
    if (start < chunk.length) open.add(start === 0 ? chunk : chunk.subarray(start));
  }
  const last = open.isEmpty ? undefined : open.finish(nothing, 0, 0, line + 1);
  if (last !== undefined) rows.push(isTorn(last) ? { line: last.line, fault: 'cut-off' } : last);
  if (rows.length > 0) yield rows;
}

const nothing = Buffer.alloc(0);

/** Torn anywhere, a line is no JSON any more, or not even UTF-8. */
function isTorn(row: NdjsonRow): boolean {
  return 'fault' in row && (row.fault === 'not-json' || row.fault === 'bad-utf8');
}

/** A line whose end has not arrived yet: the parts of it so far, or only its size once it is too long to keep. */
class OpenLine {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  add(part: Buffer): void {
    this.#bytes += part.length;
    // One byte of grace: it may turn out to be the carriage return of the line's end.
    if (this.#bytes > this.#maxBytes + 1) this.#parts = [];
    else this.#parts.push(part);
  }

  finish(chunk: Buffer, start: number, end: number, line: number): NdjsonRow | undefined {
    this.add(chunk.subarray(start, end));
    const parts = this.#parts;
    const bytes = this.#bytes;
    this.#parts = [];
    this.#bytes = 0;
    if (bytes > this.#maxBytes + 1) return { line, fault: 'line-too-long' };
    const whole = Buffer.concat(parts, bytes);
    if (bytes > this.#maxBytes && whole[bytes - 1] !== carriageReturn)
      return { line, fault: 'line-too-long' };
    return parseLine(whole, 0, bytes, line);
  }
}

/** The row of one line; nothing where the line is blank. */
function parseLine(chunk: Buffer, from: number, to: number, line: number): NdjsonRow | undefined {
  const start = line === 1 && startsWithMark(chunk, from, to) ? from + 3 : from;
  const end = to > start && chunk[to - 1] === carriageReturn ? to - 1 : to;
  // Cheap look first: hardly any line begins with white space.
  if (start === end || (chunk[start]! <= space && isBlank(chunk, start, end))) return undefined;
  const text = chunk.toString('utf8', start, end);
  // Bad bytes decode to U+FFFD, so only lines that hold one need the closer look; on a string of one-byte
  // characters V8 answers `includes` without reading it.
  if (text.includes('\uFFFD') && !isUtf8(chunk.subarray(start, end))) return { line, fault: 'bad-utf8' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, fault: 'not-json' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, fault: 'not-an-object' };
  }
  return { line, record: value as ProfileRecord };
}

/** The UTF-8 byte order mark. */
function startsWithMark(chunk: Buffer, from: number, to: number): boolean {
  return to - from >= 3 && chunk[from] === 0xef && chunk[from + 1] === 0xbb && chunk[from + 2] === 0xbf;
}

function isBlank(chunk: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = chunk[at]!;
    if (byte !== space && byte !== 0x09 && byte !== carriageReturn) return false;
  }
  return true;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
