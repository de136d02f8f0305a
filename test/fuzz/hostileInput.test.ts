import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { readCsv } from '../../src/codec/csv';
import { readNdjson } from '../../src/codec/ndjson';
import { unpack } from '../../src/codec/unpack';
import { unzip } from '../../src/codec/unzip';
import { zipOf } from '../../src/sandbox/braze/zipWriter';
import { packedSource } from '../codec/byteSource';
import { all, refusal, startFixture } from '../s3/bucketFixture';

const lineBytes = 100 * 1024 * 1024;
const pieceBytes = 64 * 1024;
/** A tenth of the line: what is kept of it must be less than itself by far, whatever the collector has left over. */
const mostHeldBytes = 60 * 1024 * 1024;

/** A good line, one of a hundred megabytes, and a good line; `held` is the most that lay in memory meanwhile. */
function* hugeLine(held: { bytes: number }, good: string): Generator<Uint8Array> {
  yield Buffer.from(`${good}\n"`);
  const piece = Buffer.alloc(pieceBytes, 'a');
  const before = process.memoryUsage();
  for (let sent = 0; sent < lineBytes; sent += pieceBytes) {
    yield piece;
    const { heapUsed, external } = process.memoryUsage();
    held.bytes = Math.max(held.bytes, heapUsed + external - before.heapUsed - before.external);
  }
  yield Buffer.from(`"\n${good}\n`);
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield item;
}

describe('hostile input', function () {
  this.timeout(60_000);

  it('a line of 100 MB is one bad row, and is not kept', async () => {
    const held = { bytes: 0 };
    const rows = (await all(readNdjson(later(hugeLine(held, '{"a":1}'))))).flat();
    assert.deepEqual(
      rows.map((row) => ('fault' in row ? row.fault : row.record)),
      [{ a: 1 }, 'line-too-long', { a: 1 }],
    );
    assert.ok(held.bytes < mostHeldBytes, `${held.bytes} bytes were held`);
  });

  it('a CSV row of 100 MB is one bad row, and is not kept', async () => {
    const held = { bytes: 0 };
    const texts = later([later(hugeLine(held, 'id'))]);
    const rows = (await all(readCsv(texts, { file: 'a.csv' }))).flat();
    assert.deepEqual(
      rows.map((row) => ('fault' in row ? row.fault : row.record)),
      ['row-too-long', { properties: { id: ['id'] } }],
    );
    assert.ok(held.bytes < mostHeldBytes, `${held.bytes} bytes were held`);
  });

  it('JSON of any depth is a record or a bad row', async () => {
    for (const depth of [1_000, 100_000, 1_000_000]) {
      const text = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}\n{"b":1}\n`;
      const rows = (await all(readNdjson(later([Buffer.from(text)])))).flat();
      assert.equal(rows.length, 2);
      assert.deepEqual(rows[1], { line: 2, record: { b: 1 } });
    }
  });

  it('a bomb within a bomb, and a bomb in an archive, are refused', async () => {
    const bomb = gzipSync(Buffer.alloc(40_000_000));
    const reading = (bytes: Buffer) => all(unpack(packedSource(bytes), { maxBytes: 2_000_000 }));
    assert.equal((await refusal(reading(bomb))).code, 'FILE_TOO_LARGE');
    // What is inside is bytes like any others: nothing is unpacked twice.
    const twice = Buffer.concat(await all(unpack(packedSource(gzipSync(bomb)))));
    assert.ok(twice.equals(bomb));
    const archive = await zipOf([{ name: '../../a', content: Buffer.alloc(40_000_000) }]);
    assert.equal((await refusal(all(unzip(packedSource(archive))))).code, 'FILE_TOO_LARGE');
  });

  it('keys of S3 that look like paths, or like something of JavaScript, are only keys', async () => {
    const fixture = await startFixture();
    try {
      const keys = [
        '../../../etc/passwd',
        '..',
        './a',
        'a/../b',
        '__proto__',
        'constructor/x',
        'nul\u0000l',
        'a\rb\nc',
      ];
      for (const key of keys) fixture.s3.put('exports', `root/${key}`, key);
      fixture.s3.put('exports', 'etc/passwd', 'of another folder');
      const bucket = fixture.open({ rootPath: 'root' });
      const listed = await all(bucket.list(''));
      assert.deepEqual(listed.map(({ key }) => key).toSorted(), keys.toSorted());
      for (const object of listed) {
        assert.equal(Buffer.concat(await all(bucket.open(object))).toString(), object.key);
        await bucket.put(`copy of ${object.key}`, 'x');
      }
      await bucket.delete(listed.map(({ key }) => key));
      assert.deepEqual(
        fixture.s3
          .list('exports')
          .map(({ key }) => key)
          .toSorted(),
        ['etc/passwd', ...keys.map((key) => `root/copy of ${key}`)].toSorted(),
      );
    } finally {
      await fixture.close();
    }
  });
});
