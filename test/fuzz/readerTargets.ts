import { deflateRawSync, gzipSync } from 'node:zlib';
import { fileUnit } from '../../src/codec/fileUnit';
import { isPlainObject } from '../../src/mapping/plainObject';
import { zipOf } from '../../src/sandbox/braze/zipWriter';
import { packedSource } from '../codec/byteSource';
import type { FuzzTarget } from './fuzzTargets';
import { mutated, type Random } from './mutate';

const ndjson = Array.from({ length: 12 }, (_, at) =>
  JSON.stringify({
    external_id: `u-${at}`,
    properties: { email: [`u${at}@mail.example.org`], näme: ['Zoë "Z", \\ 日本'], points: [at] },
    nested: { list: [{ a: null }, -1.5e3, true] },
  }),
).join('\r\n');
const csv = ['id,email,"na""me"', ...Array.from({ length: 12 }, (_, at) => `u-${at},"a\nb",;x`)].join('\n');

/** More would mean that a small file was unpacked without a limit. */
const mostRows = 200_000;

interface Seed {
  key: string;
  bytes: Buffer;
}

async function seeds(): Promise<Seed[]> {
  const text = Buffer.from(ndjson);
  const table = Buffer.from(csv);
  const member = (name: string, content: Buffer) => ({ name, content });
  return [
    { key: 'a.ndjson', bytes: text },
    { key: 'a.ndjson.gz', bytes: gzipSync(text) },
    { key: 'two.gz', bytes: Buffer.concat([gzipSync(text), gzipSync(text)]) },
    { key: 'a.zip', bytes: await zipOf([member('a.txt', text), member('b.txt', text)]) },
    { key: 'a.csv', bytes: table },
    { key: 'a.csv.gz', bytes: gzipSync(table) },
    { key: 'a.csv.zip', bytes: await zipOf([member('a.csv', table)]) },
    { key: 'utf16.csv', bytes: Buffer.from(`\ufeff${csv}`, 'utf16le') },
    { key: 'zeros.gz', bytes: gzipSync(Buffer.alloc(300_000)) },
    { key: 'raw.ndjson', bytes: deflateRawSync(text) },
  ];
}

let ready: Promise<Seed[]> | undefined;

async function seedsOnce(): Promise<Seed[]> {
  ready ??= seeds();
  return ready;
}

/** A whole file through unpacking and reading, as a source reads it. */
async function readFile(random: Random): Promise<string[]> {
  const { key, bytes } = random.oneOf(await seedsOnce());
  const changed = mutated(bytes, random);
  const cuts = Array.from({ length: random.below(5) }, () => random.below(changed.length + 1));
  const packed = packedSource(changed, cuts);
  const files = {
    list: () => {
      throw new Error('not asked for');
    },
    open: (_file: unknown, _signal: unknown, range?: { start: number; end: number }) => packed.read(range),
    close: async () => undefined,
  };
  const unit = fileUnit(files, { key, size: changed.length, etag: '"1"' });
  const wrongs: string[] = [];
  let rows = 0;
  let line = 0;
  for await (const slice of unit.rows(new AbortController().signal)) {
    for (const row of slice) {
      rows++;
      const isRecord = 'record' in row && isPlainObject(row.record);
      const isFault = 'fault' in row && typeof row.fault === 'string';
      if (isRecord === isFault) wrongs.push(`${key}: a row that is neither record nor fault`);
      if (!(row.line! > line)) wrongs.push(`${key}: line ${row.line} after ${line}`);
      line = row.line!;
    }
    if (rows > mostRows) return [...wrongs, `${key}: ${rows} rows of ${changed.length} bytes`];
  }
  return wrongs;
}

export const readerTargets: readonly FuzzTarget[] = [
  { name: 'files: gzip, zip, NDJSON, CSV', weight: 4, attempt: readFile, mayThrow: /^FILE_/ },
];
