import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { packingOf, unpack } from '../../src/codec/unpack';
import { zipOf } from '../../src/sandbox/braze/zipWriter';
import { collect, packedSource } from './byteSource';

describe('unpack', () => {
  it('decides by the first bytes, however they are cut', async () => {
    const plain = fc.string().filter((text) => packingOf(Buffer.from(text)) === 'plain');
    await fc.assert(
      fc.asyncProperty(plain, fc.array(fc.nat(), { maxLength: 8 }), async (text, cuts) => {
        const bytes = Buffer.from(text);
        assert.deepEqual(await collect(unpack(packedSource(bytes, cuts))), bytes);
        assert.deepEqual(await collect(unpack(packedSource(gzipSync(bytes), cuts))), bytes);
      }),
    );
  });

  it('reads a zip archive whatever the file is called, and lets go of every part of it', async () => {
    const bytes = packedSource(await zipOf([{ name: 'a', content: Buffer.from('{}\n') }]), [1, 2]);
    assert.equal((await collect(unpack(bytes, { file: 'export.gz' }))).toString(), '{}\n');
    assert.ok(bytes.opened.length > 1);
    assert.ok(bytes.opened.every(({ state }) => state.released));
  });

  it('takes a text that begins with PK for text', async () => {
    assert.equal((await collect(unpack(packedSource(Buffer.from('PK,name\n'))))).toString(), 'PK,name\n');
  });

  it('lets go of the source when the consumer stops', async () => {
    for (const content of [Buffer.alloc(1000, 'x'), gzipSync(Buffer.alloc(1000, 'x'))]) {
      const bytes = packedSource(content, [5, 10, 15]);
      for await (const _ of unpack(bytes)) break;
      assert.ok(bytes.opened.every(({ state }) => state.released));
    }
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const reason = new Error('run stopped');
    const bytes = packedSource(Buffer.from('{"a":1}\n'.repeat(10)), [20, 40]);
    await assert.rejects(async () => {
      for await (const _ of unpack(bytes, {}, stop.signal)) stop.abort(reason);
    }, reason);
    assert.deepEqual(
      bytes.opened.map(({ state }) => state.released),
      [true],
    );
  });
});
