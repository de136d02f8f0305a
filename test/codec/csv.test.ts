import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type CsvOptions, readCsv } from '../../src/codec/csv';
import { type CsvRow, usualDelimiters } from '../../src/codec/csvTable';
import type { TextEncoding } from '../../src/codec/utf8Bytes';
import { source } from './byteSource';

async function* texts(...all: ReturnType<typeof source>[]) {
  yield* all;
}

async function read(bytes: string | Buffer, options?: CsvOptions, cuts?: number[]): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const slice of readCsv(texts(source(Buffer.from(bytes), cuts)), options)) {
    assert.ok(slice.length > 0);
    rows.push(...slice);
  }
  return rows;
}

const row = (line: number, properties: Record<string, string[]>) => ({ line, record: { properties } });

function quoted(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

function utf16(text: string, bigEndian: boolean): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

/** Each with the setting that it needs; a mark needs none, and outweighs a wrong one. */
const encodings: { encode: (text: string) => Buffer; encoding?: TextEncoding }[] = [
  { encode: (text) => Buffer.from(text) },
  { encode: (text) => Buffer.from(`\uFEFF${text}`) },
  { encode: (text) => Buffer.from(`\uFEFF${text}`), encoding: 'windows-1252' },
  { encode: (text) => utf16(`\uFEFF${text}`, false), encoding: 'utf-8' },
  { encode: (text) => utf16(`\uFEFF${text}`, true), encoding: 'utf-16le' },
  { encode: (text) => utf16(text, false), encoding: 'utf-16le' },
  { encode: (text) => utf16(text, true), encoding: 'utf-16be' },
];

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('"', '\n', '\r\n', ',', ';', '\t', '|', 'a', ' ', '\uFFFD'),
    maxLength: 8,
  }),
);
/** Names hold no delimiters: which one is meant is told by the header. */
const anyName = fc.oneof(
  fc.stringMatching(/^[a-zäöü_ ]{1,8}$/),
  fc.constantFrom('__proto__', 'constructor', 'say "it"', 'two\nlines'),
);

describe('readCsv', () => {
  it('gives back the records that were written, however they were written and cut', async () => {
    const file = fc.uniqueArray(anyName, { minLength: 2, maxLength: 5 }).chain((names) =>
      fc.record({
        names: fc.constant(names),
        rows: fc.array(fc.array(anyText, { minLength: names.length, maxLength: names.length }), {
          maxLength: 12,
        }),
        delimiter: fc.constantFrom(',', ';', '\t', '|', '^', ' '),
        told: fc.boolean(),
        valueSeparator: fc.constantFrom(undefined, '|', ', ', 'a', '\n'),
        quoteAll: fc.boolean(),
        lineEnd: fc.constantFrom('\n', '\r\n'),
        lastLineEnd: fc.boolean(),
        written: fc.constantFrom(...encodings),
        rowsPerSlice: fc.integer({ min: 1, max: 5 }),
        cuts: fc.array(fc.nat(5000), { maxLength: 20 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(file, async ({ names, rows, delimiter, told, valueSeparator, written, ...how }) => {
        const bare = (value: string) => !how.quoteAll && !/["\r\n,;\t|^ ]/.test(value);
        const lines = [names, ...rows].map((cells) =>
          cells.map((cell) => (bare(cell) ? cell : quoted(cell))).join(delimiter),
        );
        const text = lines.join(how.lineEnd) + (how.lastLineEnd ? how.lineEnd : '');
        const options: CsvOptions = {
          rowsPerSlice: how.rowsPerSlice,
          ...((told || !usualDelimiters.includes(delimiter)) && { delimiter }),
          ...(valueSeparator !== undefined && { valueSeparator }),
          ...(written.encoding && { encoding: written.encoding }),
        };
        const got = await read(written.encode(text), options, how.cuts);
        let line = 1 + lines[0]!.split('\n').length;
        const expected = rows.map((cells, at) => {
          const held = cells.map((cell, column): [string, string[]] => {
            const values = valueSeparator === undefined ? [cell] : cell.split(valueSeparator);
            return [names[column]!, values.filter((value) => value !== '')];
          });
          const made = row(line, Object.fromEntries(held));
          line += lines[at + 1]!.split('\n').length;
          return made;
        });
        assert.deepEqual(got, expected);
      }),
      { numRuns: 400 },
    );
  });

  it('reads Latin 1 with what Windows adds to it', async () => {
    const bytes = Buffer.from('612c620a808496998e9f2ce4f6fcc4d6dcdfe9ff0a', 'hex');
    assert.deepEqual(await read(bytes, { encoding: 'windows-1252' }, [5, 7]), [
      row(2, { a: ['€„–™ŽŸ'], b: ['äöüÄÖÜßéÿ'] }),
    ]);
    assert.deepEqual(await read(bytes), [{ line: 2, fault: 'bad-encoding' }]);
  });

  it('rejects the rows of UTF-16 that hold halves of characters, and reads the rest', async () => {
    const text = utf16('\uFEFFa,b\n1,\ud83d\n2,😀\n3,\ude00\n4,x', false);
    for (const cuts of [
      [],
      [15, 16, 17, 18, 19, 20, 21, 22, 23],
      Array.from({ length: 60 }, (_, at) => at),
    ]) {
      assert.deepEqual(await read(text, {}, cuts), [
        { line: 2, fault: 'bad-encoding' },
        row(3, { a: ['2'], b: ['😀'] }),
        { line: 4, fault: 'bad-encoding' },
        row(5, { a: ['4'], b: ['x'] }),
      ]);
      const ended = await read(text.subarray(0, -1), {}, cuts);
      assert.deepEqual(ended.at(-1), { line: 5, fault: 'bad-encoding' });
    }
  });

  it('reads several texts, each by its own header, and counts lines through all of them', async () => {
    const parts = ['a,b\n1,2\n', '\uFEFFb;c\n"3\n";4', '', 'a\n5\n'];
    const rows: CsvRow[] = [];
    for await (const slice of readCsv(texts(...parts.map((part) => source(Buffer.from(part))))))
      rows.push(...slice);
    assert.deepEqual(rows, [
      row(2, { a: ['1'], b: ['2'] }),
      row(4, { b: ['3\n'], c: ['4'] }),
      row(7, { a: ['5'] }),
    ]);
    const broken = readCsv(texts(source(Buffer.from('a\n')), source(Buffer.from('a,a\n'))), {
      file: 'x.zip',
    });
    await assert.rejects(broken.next(), { code: 'FILE_FORMAT', message: /x\.zip \(file 2 in it\)/ });
  });

  it('keeps slices small: by rows, and by bytes for long rows', async () => {
    const sizes = async (rows: string[]) => {
      const found: number[] = [];
      const text = source(Buffer.from(['a,b', ...rows].join('\n')));
      for await (const slice of readCsv(texts(text), { rowsPerSlice: 50 })) found.push(slice.length);
      return found;
    };
    assert.deepEqual(await sizes(Array(120).fill('1,2')), [50, 50, 20]);
    assert.deepEqual(await sizes(Array(6).fill(`1,"${'x'.repeat(15_000)}"`)), [3, 3]);
    assert.deepEqual(await sizes(Array(2).fill(`1,"${'x'.repeat(100_000)}"`)), [1, 1]);
  });

  it('passes over blank lines, and counts them', async () => {
    assert.deepEqual(await read('\n\r\na,b\n\n1,2\n\r\n3,4'), [
      row(5, { a: ['1'], b: ['2'] }),
      row(7, { a: ['3'], b: ['4'] }),
    ]);
  });

  it('has no rows where there is no more than a header, or not even that', async () => {
    for (const text of ['', '\n', 'a,b', 'a,b\n', '\uFEFF']) assert.deepEqual(await read(text), []);
  });

  it('takes a header without any delimiter for one column', async () => {
    assert.deepEqual(await read('id\n1\n'), [row(2, { id: ['1'] })]);
  });

  it('gives each bad row its fault and its line, and reads the rest', async () => {
    const text = Buffer.concat([
      Buffer.from('a,b\n1,2\nonly one\n1,2,3\nx"y,2\n"x"y,2\n'),
      Buffer.from([0x31, 0x2c, 0xff, 0x0a]),
      Buffer.from(`1,${'long'.repeat(20)}\n1,"${'long\n'.repeat(20)}"\n"two\nlines",2\n1,"open`),
    ]);
    const faults = [
      row(2, { a: ['1'], b: ['2'] }),
      { line: 3, fault: 'wrong-cell-count' },
      { line: 4, fault: 'wrong-cell-count' },
      { line: 5, fault: 'bad-quotes' },
      { line: 6, fault: 'bad-quotes' },
      { line: 7, fault: 'bad-encoding' },
      { line: 8, fault: 'row-too-long' },
      { line: 9, fault: 'row-too-long' },
      row(30, { a: ['two\nlines'], b: ['2'] }),
      { line: 32, fault: 'bad-quotes' },
    ];
    for (const rowsPerSlice of [1, 3, 100]) {
      assert.deepEqual(await read(text, { rowsPerSlice, maxRowBytes: 50 }, [20, 60, 100]), faults);
    }
  });

  it('fails where quotes that stay open swallow the rest of the file', async () => {
    await assert.rejects(read('a,b\n1,2\n"1,2\n3,4\n', { file: 'x.csv' }), {
      code: 'FILE_CORRUPT',
      message: /line 3 of x\.csv/,
    });
    await assert.rejects(read('a,"b\n1,2\n'), { code: 'FILE_CORRUPT' });
    await assert.rejects(read(`a,b\n"${'1,2\n'.repeat(50)}`, { maxRowBytes: 40 }), { code: 'FILE_CORRUPT' });
  });

  for (const [header, message] of [
    ['a,,c', /no name for column 2/],
    ['a,b,a', /names a column twice/],
    ['a,b"c', /quotes/],
    ['\u0000a\u0000,\u0000b', /UTF-16/],
    [`a,${'b'.repeat(100)}`, /too long/],
  ] as const) {
    it(`refuses the header ${header.slice(0, 10)}`, async () => {
      await assert.rejects(read(`${header}\n1,2,3\n`, { file: 'x.csv', maxRowBytes: 50 }), {
        code: 'FILE_FORMAT',
        message,
      });
      await assert.rejects(read(header, { maxRowBytes: 50 }), { code: 'FILE_FORMAT' });
    });
  }

  it('says nothing of what a header holds', async () => {
    await assert.rejects(
      read('jane@example.com,jane@example.com\n'),
      (error: Error) => !error.message.includes('jane'),
    );
  });
});
