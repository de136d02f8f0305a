import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { type NdjsonOptions, type NdjsonRow, readNdjson } from '../../src/codec/ndjson';
import { source } from './byteSource';

async function read(
  bytes: string | Uint8Array,
  options?: NdjsonOptions,
  cuts?: number[],
): Promise<NdjsonRow[]> {
  const rows: NdjsonRow[] = [];
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  for await (const slice of readNdjson(source(buffer, cuts), options)) {
    assert.ok(slice.length > 0);
    rows.push(...slice);
  }
  return rows;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A line as text, good or bad, with the row it must become ('blank' for none). */
const anyLine = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()).map((record) => ({
      bytes: Buffer.from(JSON.stringify(record)),
      becomes: JSON.parse(JSON.stringify(record)),
    })),
  },
  fc.constantFrom(
    { bytes: Buffer.from(''), becomes: 'blank' },
    { bytes: Buffer.from(' \t '), becomes: 'blank' },
    { bytes: Buffer.from('[1]'), becomes: 'not-an-object' },
    { bytes: Buffer.from('null'), becomes: 'not-an-object' },
    { bytes: Buffer.from('{"a":'), becomes: 'not-json' },
    { bytes: Buffer.from('{"a":"\uFFFD"}'), becomes: { a: '\uFFFD' } },
    { bytes: Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), becomes: 'bad-utf8' },
    { bytes: Buffer.from(`{"long":"${'x'.repeat(2000)}"}`), becomes: 'line-too-long' },
  ),
);

describe('readNdjson', () => {
  it('gives every line its row, however the bytes are cut into chunks', async () => {
    const file = fc.record({
      lines: fc.array(fc.record({ line: anyLine, crlf: fc.boolean() }), { maxLength: 20 }),
      lastNewline: fc.boolean(),
      mark: fc.boolean(),
      cuts: fc.array(fc.nat(20_000), { maxLength: 30 }),
      rowsPerSlice: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(file, async ({ lines, lastNewline, mark, cuts, rowsPerSlice }) => {
        fc.pre(lines.every(({ line }) => line.bytes.length < 1000 || line.becomes === 'line-too-long'));
        const parts: Uint8Array[] = mark ? [Buffer.from('\uFEFF')] : [];
        lines.forEach(({ line, crlf }, index) => {
          parts.push(line.bytes);
          if (index < lines.length - 1 || lastNewline) parts.push(Buffer.from(crlf ? '\r\n' : '\n'));
        });
        const expected = lines.flatMap(({ line: { becomes } }, index): object[] => {
          if (becomes === 'blank') return [];
          const line = index + 1;
          if (typeof becomes !== 'string') return [{ line, record: becomes }];
          const torn = line === lines.length && !lastNewline && ['not-json', 'bad-utf8'].includes(becomes);
          return [{ line, fault: torn ? 'cut-off' : becomes }];
        });
        const rows = await read(Buffer.concat(parts), { maxLineBytes: 1500, rowsPerSlice }, cuts);
        assert.deepEqual(rows, expected);
      }),
      { numRuns: 300 },
    );
  });

  it('tells a last line that was torn anywhere from one that only has no end', async () => {
    const whole = Buffer.from('{"name":"J\u00f6rg \ud83d\ude80","points":17}');
    for (let end = 1; end < whole.length; end++) {
      const bytes = Buffer.concat([Buffer.from('{"a":1}\n'), whole.subarray(0, end)]);
      assert.deepEqual((await read(bytes)).at(-1), { line: 2, fault: 'cut-off' }, `after ${end} bytes`);
    }
    assert.deepEqual((await read(whole)).length, 1);
    assert.ok('record' in (await read(whole))[0]!);
  });

  it('counts lines from 1, blank ones included', async () => {
    assert.deepEqual(await read('\n\r\n{"a":1}\n \n{"b":2}'), [
      { line: 3, record: { a: 1 } },
      { line: 5, record: { b: 2 } },
    ]);
  });

  it('draws the line limit to the byte, line ends not counted', async () => {
    const record = { a: 'x'.repeat(92) };
    const line = JSON.stringify(record);
    assert.equal(line.length, 100);
    for (const cuts of [[], [50], [100], [101], [102]]) {
      for (const end of ['', '\n', '\r\n']) {
        assert.deepEqual(await read(line + end, { maxLineBytes: 100 }, cuts), [{ line: 1, record }]);
        assert.deepEqual(await read(line + end, { maxLineBytes: 99 }, cuts), [
          { line: 1, fault: 'line-too-long' },
        ]);
      }
    }
  });

  it('reads on after an endless line without keeping it', async () => {
    let held = 0;
    async function* bytes() {
      yield Buffer.from('{"a":1}\n{"b":"');
      for (let i = 0; i < 100; i++) yield Buffer.alloc(1024 * 1024, 'x');
      collectGarbage();
      held = process.memoryUsage().arrayBuffers;
      yield Buffer.from('"}\n{"c":3}\n');
    }
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    const rows: NdjsonRow[] = [];
    for await (const slice of readNdjson(bytes())) rows.push(...slice);
    assert.ok(held - before < 10 * 1024 * 1024);
    assert.deepEqual(rows, [
      { line: 1, record: { a: 1 } },
      { line: 2, fault: 'line-too-long' },
      { line: 3, record: { c: 3 } },
    ]);
  });

  it('keeps slices small: by rows, and by bytes for long lines', async () => {
    const sizes = async (line: string, count: number): Promise<number[]> => {
      const slices: number[] = [];
      for await (const rows of readNdjson(source(Buffer.from(`${line}\n`.repeat(count)))))
        slices.push(rows.length);
      return slices;
    };
    assert.deepEqual(await sizes('{"a":1}', 250), [100, 100, 50]);
    const long = await sizes(`{"a":"${'x'.repeat(300_000)}"}`, 7);
    assert.deepEqual(long, [2, 2, 2, 1]);
  });

  it('takes __proto__ for the data it is', async () => {
    const [row] = await read('{"__proto__":{"admin":true},"a":1}');
    assert.ok(row && 'record' in row);
    assert.deepEqual(Object.keys(row.record), ['__proto__', 'a']);
    assert.equal(row.record.admin, undefined);
    assert.equal(({} as { admin?: unknown }).admin, undefined);
  });

  it('lets go of the bytes when the consumer stops', async () => {
    const bytes = source(Buffer.from('{"a":1}\n'.repeat(1000)), [100, 200, 300]);
    for await (const _ of readNdjson(bytes, { rowsPerSlice: 1 })) break;
    assert.equal(bytes.state.released, true);
    assert.equal(bytes.state.taken, 1);
  });

  it('passes on what the source throws', async () => {
    const broken = new Error('connection lost');
    async function* bytes() {
      yield Buffer.from('{"a":1}\n');
      throw broken;
    }
    await assert.rejects(async () => {
      for await (const _ of readNdjson(bytes()));
    }, broken);
  });
});
