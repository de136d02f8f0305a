/** One row as bytes with the end of its line, or only the fact that it was too long to keep. */
export interface CutRow {
  /** The line it begins at, from 1. */
  line: number;
  /** Undefined: longer than allowed. */
  bytes: Buffer | undefined;
  /** The file ended within quotes. */
  open?: boolean;
  /** Lines it spans. */
  lines: number;
}

const newline = 0x0a;
const quote = 0x22;

/**
 * Cuts CSV bytes (UTF-8) into rows: a line break within quotes belongs to its value. A quote opens only where a cell
 * begins, so that a stray one in a cell costs its own row and no other. Every byte is looked at once, and no more than
 * one row is held.
 */
export class CsvRowCutter {
  /** Bytes after which a cell begins. */
  delimiters: readonly number[] = [];
  readonly #maxRowBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** The line that the next byte is on, and the one that the open row began at. */
  #line = 1;
  #firstLine = 1;
  #quoted = false;
  #cellBegins = true;
  /** The byte before was a quote that ended a quoted part: another one makes both a quote within it. */
  #justClosed = false;

  constructor(maxRowBytes: number) {
    this.#maxRowBytes = maxRowBytes;
  }

  /** The next row that ends in this chunk from `from` on, and where the one after begins; the rest is kept for later. */
  next(chunk: Buffer, from: number): { row: CutRow; end: number } | undefined {
    const end = this.#rowEnd(chunk, from);
    this.#keep(chunk.subarray(from, end ?? chunk.length));
    return end === undefined ? undefined : { row: this.#take(), end };
  }

  /** What is left when the bytes are over. */
  last(): CutRow | undefined {
    if (this.#bytes === 0) return undefined;
    const open = this.#quoted;
    if (!open) this.#line++;
    const row = this.#take();
    return open ? { ...row, lines: row.lines + 1, open } : row;
  }

  #rowEnd(chunk: Buffer, from: number): number | undefined {
    if (this.#bytes === 0) {
      const lineEnd = chunk.indexOf(newline, from);
      const quoteAt = chunk.subarray(from, lineEnd < 0 ? chunk.length : lineEnd).indexOf(quote);
      if (lineEnd >= 0 && quoteAt < 0) {
        this.#line++;
        return lineEnd + 1;
      }
    }
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === newline) {
        this.#line++;
        if (!this.#quoted) return at + 1;
      } else if (byte === quote) {
        if (this.#quoted) {
          this.#quoted = false;
          this.#justClosed = true;
          continue;
        }
        this.#quoted = this.#cellBegins || this.#justClosed;
        this.#cellBegins = false;
      } else if (!this.#quoted) this.#cellBegins = this.delimiters.includes(byte);
      this.#justClosed = false;
    }
    return undefined;
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#maxRowBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(): CutRow {
    const tooLong = this.#bytes > this.#maxRowBytes;
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    const row = {
      line: this.#firstLine,
      lines: this.#line - this.#firstLine,
      bytes: tooLong ? undefined : bytes,
    };
    this.#parts = [];
    this.#bytes = 0;
    this.#firstLine = this.#line;
    this.#quoted = false;
    this.#cellBegins = true;
    this.#justClosed = false;
    return row;
  }
}
