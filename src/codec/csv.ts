import { isUtf8 } from 'node:buffer';
import { SyncError } from '../errors/syncError';
import type { ProfileRecord } from '../mapping/profileUpdate';
import { CsvRowCutter, type CutRow } from './csvRowCutter';
import { utf8Bytes } from './utf8Bytes';

/** Why a row is no profile record. */
export type CsvFault = 'wrong-cell-count' | 'bad-quotes' | 'row-too-long' | 'bad-utf8';

/** One row after the header; `line` is the line that it begins at, from 1, blank lines counted. */
export type CsvRow = { line: number; record: ProfileRecord } | { line: number; fault: CsvFault };

export interface CsvOptions {
  /** How the file is called in errors. Default "the file". */
  file?: string;
  /** A longer row becomes a `row-too-long` row and is never held in memory. Default 4 MiB. */
  maxRowBytes?: number;
  /** Default 100. */
  rowsPerSlice?: number;
}

/** In the order in which they win where the header holds as many of one as of another. */
const delimiters = [',', ';', '\t', '|'];
/** A slice also ends here, so that long rows cannot make one that blocks the event loop. */
const maxSliceBytes = 256 * 1024;

/**
 * Reads CSV with a header row into records like those of NDJSON delta files: `{ properties: { name: [value] } }`, an
 * empty cell being no value. The delimiter is the one that the header holds most of. UTF-8, or UTF-16 with its mark.
 * A bad row becomes a row with its fault and the reading goes on. Blank lines are passed over.
 *
 * @throws SyncError `FILE_FORMAT` for a header that names no columns; `FILE_CORRUPT` where quotes stay open from one
 * line to the end of the file: nobody can tell then how many profiles they swallowed.
 */
export async function* readCsv(
  bytes: AsyncIterable<Uint8Array>,
  options: CsvOptions = {},
): AsyncGenerator<CsvRow[], void, undefined> {
  const file = options.file ?? 'the file';
  const rowsPerSlice = options.rowsPerSlice ?? 100;
  const cutter = new CsvRowCutter(delimiters.map(code), options.maxRowBytes ?? 4 * 1024 * 1024);
  let table: CsvTable | undefined;
  let slice: CutRow[] = [];
  let sliceBytes = 0;
  for await (const piece of utf8Bytes(bytes)) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let from = 0;
    for (let cut = cutter.next(chunk, from); cut !== undefined; cut = cutter.next(chunk, from)) {
      from = cut.end;
      if (isBlank(cut.row)) continue;
      if (table === undefined) {
        table = openTable(cut.row, file);
        cutter.delimiters = [code(table.delimiter)];
        continue;
      }
      slice.push(cut.row);
      sliceBytes += cut.row.bytes?.length ?? 0;
      if (slice.length < rowsPerSlice && sliceBytes < maxSliceBytes) continue;
      yield table.rows(slice);
      slice = [];
      sliceBytes = 0;
    }
  }
  const last = cutter.last();
  if (last?.open && (last.lines > 1 || table === undefined)) throw quotesOpen(file, last.line);
  if (last !== undefined && !isBlank(last)) {
    if (table === undefined) openTable(last, file);
    else slice.push(last);
  }
  if (table !== undefined && slice.length > 0) yield table.rows(slice);
}

type Cells = (text: Buffer) => string[][];

/** The columns of one file. */
class CsvTable {
  readonly delimiter: string;
  readonly #names: string[];
  readonly #cells: Cells;

  constructor(delimiter: string, names: string[], cells: Cells) {
    this.delimiter = delimiter;
    this.#names = names;
    this.#cells = cells;
  }

  /** Halved until the bad rows are alone: parsing row by row would take ten times as long. */
  rows(cut: CutRow[]): CsvRow[] {
    const together = this.#together(cut);
    if (together) return together;
    if (cut.length === 1) return [this.#row(cut[0]!)];
    const middle = cut.length >> 1;
    return [...this.rows(cut.slice(0, middle)), ...this.rows(cut.slice(middle))];
  }

  /** All in one go; undefined where any of them is not as it should be. */
  #together(cut: CutRow[]): CsvRow[] | undefined {
    const texts: Buffer[] = [];
    for (const { bytes } of cut) {
      if (bytes === undefined) return undefined;
      texts.push(bytes);
    }
    const text = Buffer.concat(texts);
    if (!isUtf8(text)) return undefined;
    const parsed = parsedOrNot(this.#cells, text);
    if (parsed?.length !== cut.length) return undefined;
    if (parsed.some((cells) => cells.length !== this.#names.length)) return undefined;
    return parsed.map((cells, at) => ({ line: cut[at]!.line, record: this.#record(cells) }));
  }

  #row({ line, bytes }: CutRow): CsvRow {
    if (bytes === undefined) return { line, fault: 'row-too-long' };
    if (!isUtf8(bytes)) return { line, fault: 'bad-utf8' };
    const [cells] = parsedOrNot(this.#cells, bytes) ?? [];
    if (cells === undefined) return { line, fault: 'bad-quotes' };
    if (cells.length !== this.#names.length) return { line, fault: 'wrong-cell-count' };
    return { line, record: this.#record(cells) };
  }

  #record(cells: string[]): ProfileRecord {
    const properties: [string, string[]][] = [];
    for (let at = 0; at < cells.length; at++) {
      if (cells[at] !== '') properties.push([this.#names[at]!, [cells[at]!]]);
    }
    // Not by assignment: `__proto__` is a name like any other.
    return { properties: Object.fromEntries(properties) };
  }
}

function openTable(header: CutRow, file: string): CsvTable {
  const { bytes } = header;
  if (bytes === undefined) throw badHeader(file, 'is too long');
  if (!isUtf8(bytes)) throw badHeader(file, 'is not UTF-8');
  const delimiter = delimiterOf(bytes);
  const cells = cellsBy(delimiter);
  const names = parsedOrNot(cells, bytes)?.[0];
  if (names === undefined) throw badHeader(file, 'has quotes that do not fit');
  if (names.includes('')) throw badHeader(file, `has no name for column ${names.indexOf('') + 1}`);
  if (new Set(names).size < names.length) throw badHeader(file, 'names a column twice');
  return new CsvTable(delimiter, names, cells);
}

/** What quotes hold is left out of the count. */
function delimiterOf(header: Buffer): string {
  const bare = header.toString().replace(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

function cellsBy(delimiter: string): Cells {
  // Loaded when the first CSV file is read: most flows never do.
  const { parse } = require('csv-parse/sync') as typeof import('csv-parse/sync');
  const options = { delimiter, record_delimiter: ['\r\n', '\n'], relax_column_count: true };
  return (text) => parse(text, options);
}

/** csv-parse throws for quotes that do not fit; the message holds values of the row, so it goes no further. */
function parsedOrNot(cells: Cells, text: Buffer): string[][] | undefined {
  try {
    return cells(text);
  } catch {
    return undefined;
  }
}

function isBlank({ bytes }: CutRow): boolean {
  return bytes !== undefined && bytes.length <= 2 && /^\r?\n?$/.test(bytes.toString());
}

function code(character: string): number {
  return character.charCodeAt(0);
}

function badHeader(file: string, what: string): SyncError {
  return new SyncError({
    code: 'FILE_FORMAT',
    message: `The header row of the CSV file ${file} ${what}.`,
    advice:
      'The first row must name every column, each name once, in UTF-8 or in UTF-16 with a byte order mark.',
  });
}

function quotesOpen(file: string, line: number): SyncError {
  return new SyncError({
    code: 'FILE_CORRUPT',
    message: `A quote that opens in the row at line ${line} of ${file} is not closed until the end of the file.`,
    advice: 'Close the quote, or double it if it belongs to the value, and put the file in place again.',
  });
}
