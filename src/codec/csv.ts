import { SyncError } from '../errors/syncError';
import { CsvRowCutter, type CutRow } from './csvRowCutter';
import { type CsvRow, CsvTable, type CsvTableOptions, usualDelimiters } from './csvTable';
import { type TextEncoding, utf8Bytes } from './utf8Bytes';

/** How CSV is written. */
export interface CsvFormat extends CsvTableOptions {
  /** Where no byte order mark says so. Default UTF-8. */
  encoding?: TextEncoding;
}

export interface CsvOptions extends CsvFormat {
  /** How the file is called in errors. Default "the file". */
  file?: string;
  /** A longer row becomes a `row-too-long` row and is never held in memory. Default 4 MiB. */
  maxRowBytes?: number;
  /** Default 100. */
  rowsPerSlice?: number;
}

/** A slice also ends here, which takes some two milliseconds where every cell is quoted. */
const maxSliceBytes = 32 * 1024;

/**
 * Reads CSV texts, each with a header row of its own, into records like those of NDJSON delta files:
 * `{ properties: { name: [value] } }`, an empty cell being an empty list. Lines are counted through all of them. A bad
 * row becomes a row with its fault and the reading goes on. Blank lines are passed over.
 *
 * @throws SyncError `FILE_FORMAT` for a header that does not name each column once; `FILE_CORRUPT` where quotes stay open
 * from one line to the end of a text: nobody can tell then how many profiles they swallowed.
 */
export async function* readCsv(
  texts: AsyncIterable<AsyncIterable<Uint8Array>>,
  options: CsvOptions = {},
): AsyncGenerator<CsvRow[], void, undefined> {
  const { file = 'the file', maxRowBytes = 4 * 1024 * 1024 } = options;
  const cutter = new CsvRowCutter(maxRowBytes);
  let number = 0;
  for await (const text of texts) {
    number++;
    const name = number === 1 ? file : `${file} (file ${number} in it)`;
    yield* readText(utf8Bytes(text, options.encoding), cutter, name, options);
  }
}

async function* readText(
  text: AsyncIterable<Uint8Array>,
  cutter: CsvRowCutter,
  file: string,
  options: CsvOptions,
): AsyncGenerator<CsvRow[], void, undefined> {
  const { rowsPerSlice = 100, delimiter } = options;
  cutter.delimiters = (delimiter === undefined ? usualDelimiters : [delimiter]).map(code);
  let table: CsvTable | undefined;
  let slice: CutRow[] = [];
  let sliceBytes = 0;
  for await (const piece of text) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let from = 0;
    for (let cut = cutter.next(chunk, from); cut !== undefined; cut = cutter.next(chunk, from)) {
      from = cut.end;
      if (isBlank(cut.row)) continue;
      if (table === undefined) {
        table = new CsvTable(cut.row, file, options);
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
    if (table === undefined) table = new CsvTable(last, file, options);
    else slice.push(last);
  }
  if (table !== undefined && slice.length > 0) yield table.rows(slice);
}

function isBlank({ bytes }: CutRow): boolean {
  return bytes !== undefined && bytes.length <= 2 && /^\r?\n?$/.test(bytes.toString());
}

function code(character: string): number {
  return character.charCodeAt(0);
}

function quotesOpen(file: string, line: number): SyncError {
  return new SyncError({
    code: 'FILE_CORRUPT',
    message: `A quote that opens in the row at line ${line} of ${file} is not closed until its end.`,
    advice: 'Close the quote, or double it if it belongs to the value, and put the file in place again.',
  });
}
