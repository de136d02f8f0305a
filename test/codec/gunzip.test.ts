import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gunzip } from '../../src/codec/gunzip';
import { collect, source } from './byteSource';

const failsWith = (code: string) => (thrown: { code?: string }) => {
  assert.equal(thrown.code, code);
  return true;
};

describe('gunzip', () => {
  it('gives back what was zipped, in any number of members and chunks', async () => {
    const members = fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(members, fc.array(fc.nat(), { maxLength: 20 }), async (plain, cuts) => {
        const zipped = Buffer.concat(plain.map((bytes) => gzipSync(bytes)));
        assert.deepEqual(await collect(gunzip(source(zipped, cuts))), Buffer.concat(plain));
      }),
    );
  });

  it('accepts a cut exactly between two members', async () => {
    const one = gzipSync('one');
    const zipped = Buffer.concat([one, gzipSync('two')]);
    assert.equal((await collect(gunzip(source(zipped, [one.length])))).toString(), 'onetwo');
  });

  it('notices a missing end, wherever it is missing', async () => {
    const zipped = gzipSync('{"a":1}\n'.repeat(500));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: zipped.length - 1 }), async (length) => {
        await assert.rejects(
          collect(gunzip(source(zipped.subarray(0, length)))),
          failsWith('FILE_TRUNCATED'),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('notices damage and foreign data', async () => {
    const zipped = gzipSync('{"a":1}\n'.repeat(500));
    zipped[zipped.length - 6]! ^= 1;
    await assert.rejects(
      collect(gunzip(source(zipped), { file: 'part-1.gz' })),
      (thrown: Error & { code: string }) =>
        thrown.code === 'FILE_CORRUPT' && thrown.message.includes('part-1.gz'),
    );
    await assert.rejects(collect(gunzip(source(Buffer.from('no gzip')))), failsWith('FILE_CORRUPT'));
    const trailing = Buffer.concat([gzipSync('a'), Buffer.from('garbage')]);
    await assert.rejects(collect(gunzip(source(trailing))), failsWith('FILE_CORRUPT'));
  });

  it('stops at the size limit', async () => {
    const zipped = gzipSync(Buffer.alloc(1_000_000, 'x'));
    assert.equal((await collect(gunzip(source(zipped), { maxBytes: 1_000_000 }))).length, 1_000_000);
    await assert.rejects(collect(gunzip(source(zipped), { maxBytes: 999_999 })), failsWith('FILE_TOO_LARGE'));
  });

  it('stops a bomb early, by its ratio', async () => {
    const zipped = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    let produced = 0;
    await assert.rejects(async () => {
      for await (const chunk of gunzip(source(zipped))) produced += chunk.length;
    }, failsWith('FILE_TOO_LARGE'));
    assert.ok(produced < zipped.length * 501);
  });

  it('passes on what the source throws', async () => {
    const broken = new Error('connection lost');
    async function* bytes() {
      yield gzipSync('x'.repeat(1000)).subarray(0, 15);
      throw broken;
    }
    await assert.rejects(collect(gunzip(bytes())), broken);
  });

  it('lets go of the source when the consumer stops', async () => {
    const zipped = gzipSync(Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => (i * i) >> 3)));
    const bytes = source(
      zipped,
      Array.from({ length: 50 }, (_, i) => i * 20_000),
    );
    for await (const _ of gunzip(bytes)) break;
    assert.equal(bytes.state.released, true);
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const reason = new Error('run stopped');
    async function* bytes() {
      yield gzipSync('x'.repeat(1000)).subarray(0, 15);
      setImmediate(() => stop.abort(reason));
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
      yield Buffer.from('never used');
    }
    await assert.rejects(collect(gunzip(bytes(), {}, stop.signal)), reason);
    await assert.rejects(collect(gunzip(source(gzipSync('a')), {}, stop.signal)), reason);
  });
});
