import { isUtf8 } from 'node:buffer';
import { SyncError } from '../errors/syncError';
import type { ProfileRecord } from '../mapping/profileUpdate';
import type { CutRow } from './csvRowCutter';

/** Why a row is no profile record. */
export type CsvFault = 'wrong-cell-count' | 'bad-quotes' | 'row-too-long' | 'bad-encoding';

/** One row after the header; `line` is the line that it begins at, from 1, blank lines counted. */
export type CsvRow = { line: number; record: ProfileRecord } | { line: number; fault: CsvFault };

export interface CsvTableOptions {
  /** One ASCII character. Default: the one of `, ; tab |` that the header holds most of. */
  delimiter?: string;
  /** Parts a cell into several values. Default: a cell is one value. */
  valueSeparator?: string;
}

/** In the order in which they win where the header holds as many of one as of another. */
export const usualDelimiters: readonly string[] = [',', ';', '\t', '|'];
const newline = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;

/** The columns of one CSV text, and what its rows are by them. */
export class CsvTable {
  readonly delimiter: string;
  readonly #names: string[];
  readonly #separator: string | undefined;

  /** @throws SyncError `FILE_FORMAT` for a header that does not name each column once. */
  constructor(header: CutRow, file: string, options: CsvTableOptions) {
    const { bytes } = header;
    if (bytes === undefined) throw badHeader(file, 'is too long');
    if (!isUtf8(bytes)) throw badHeader(file, 'holds bytes that are no characters in the chosen encoding');
    if (bytes.includes(0))
      throw badHeader(file, 'holds null characters, as UTF-16 read as another encoding does');
    this.delimiter = options.delimiter ?? delimiterOf(bytes);
    this.#separator = options.valueSeparator;
    const names = this.#cellsOf(bytes);
    if (names === undefined) throw badHeader(file, 'has quotes that do not fit');
    if (names.includes('')) throw badHeader(file, `has no name for column ${names.indexOf('') + 1}`);
    if (new Set(names).size < names.length) throw badHeader(file, 'names a column twice');
    this.#names = names;
  }

  rows(cut: readonly CutRow[]): CsvRow[] {
    const quoted = this.#quoted(cut);
    let nextQuoted = 0;
    return cut.map(({ line, bytes }) => {
      if (bytes === undefined) return { line, fault: 'row-too-long' };
      const cells = bytes.includes(quote) ? quoted[nextQuoted++] : bareCells(bytes, this.delimiter);
      if (!isUtf8(bytes)) return { line, fault: 'bad-encoding' };
      if (cells === undefined) return { line, fault: 'bad-quotes' };
      if (cells.length !== this.#names.length) return { line, fault: 'wrong-cell-count' };
      return { line, record: this.#record(cells) };
    });
  }

  /** The cells of the rows that hold quotes: all in one go, and row by row only where one of them is not as it should be. */
  #quoted(cut: readonly CutRow[]): readonly (string[] | undefined)[] {
    const texts: Buffer[] = [];
    for (const { bytes } of cut) if (bytes?.includes(quote)) texts.push(bytes);
    if (texts.length === 0) return texts as never[];
    const together = parsedOrNot(Buffer.concat(texts), this.delimiter);
    return together?.length === texts.length ? together : texts.map((text) => this.#cellsOf(text));
  }

  #cellsOf(row: Buffer): string[] | undefined {
    return row.includes(quote) ? parsedOrNot(row, this.delimiter)?.[0] : bareCells(row, this.delimiter);
  }

  #record(cells: string[]): ProfileRecord {
    const properties: [string, string[]][] = [];
    for (let at = 0; at < cells.length; at++) properties.push([this.#names[at]!, this.#values(cells[at]!)]);
    // Not by assignment: `__proto__` is a name like any other.
    return { properties: Object.fromEntries(properties) };
  }

  #values(cell: string): string[] {
    if (cell === '') return [];
    return this.#separator === undefined
      ? [cell]
      : cell.split(this.#separator).filter((value) => value !== '');
  }
}

/** The cells of a row without quotes, which takes a twentieth of the time of a parser. */
function bareCells(row: Buffer, delimiter: string): string[] {
  let end = row.length;
  if (row[end - 1] === newline) end -= row[end - 2] === carriageReturn ? 2 : 1;
  return row.toString('utf8', 0, end).split(delimiter);
}

/** csv-parse throws for quotes that do not fit; the message holds values of the row, so it goes no further. */
function parsedOrNot(text: Buffer, delimiter: string): string[][] | undefined {
  // Loaded when the first row with quotes is read: most flows never do.
  const { parse } = require('csv-parse/sync') as typeof import('csv-parse/sync');
  try {
    return parse(text, { delimiter, record_delimiter: ['\r\n', '\n'], relax_column_count: true });
  } catch {
    return undefined;
  }
}

/** What quotes hold is left out of the count. */
function delimiterOf(header: Buffer): string {
  const bare = header.toString().replace(/"[^"]*"/g, '');
  const counts = usualDelimiters.map((delimiter) => bare.split(delimiter).length);
  return usualDelimiters[counts.indexOf(Math.max(...counts))]!;
}

function badHeader(file: string, what: string): SyncError {
  return new SyncError({
    code: 'FILE_FORMAT',
    message: `The header row of the CSV file ${file} ${what}.`,
    advice:
      'The first row must name every column, each name once, in the encoding that the source is set to or in one with a byte order mark.',
  });
}
