import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { packingOf, unpack } from '../../src/codec/unpack';
import { collect, source } from './byteSource';

describe('unpack', () => {
  it('decides by the first bytes, however they are cut', async () => {
    const plain = fc.string().filter((text) => packingOf(Buffer.from(text)) === 'plain');
    await fc.assert(
      fc.asyncProperty(plain, fc.array(fc.nat(), { maxLength: 8 }), async (text, cuts) => {
        const bytes = Buffer.from(text);
        assert.deepEqual(await collect(unpack(source(bytes, cuts))), bytes);
        assert.deepEqual(await collect(unpack(source(gzipSync(bytes), cuts))), bytes);
      }),
    );
  });

  it('refuses a zip archive with the mend, and lets go of its source', async () => {
    const bytes = source(Buffer.from('PK\u0003\u0004 and so on'), [1, 2]);
    await assert.rejects(
      collect(unpack(bytes, { file: 'export.zip' })),
      (thrown: Error & { code: string }) =>
        thrown.code === 'FILE_FORMAT' && /export\.zip.*gzip/.test(thrown.message),
    );
    assert.equal(bytes.state.released, true);
  });

  it('takes a text that begins with PK for text', async () => {
    assert.equal((await collect(unpack(source(Buffer.from('PK,name\n'))))).toString(), 'PK,name\n');
  });

  it('lets go of the source when the consumer stops', async () => {
    for (const content of [Buffer.alloc(1000, 'x'), gzipSync(Buffer.alloc(1000, 'x'))]) {
      const bytes = source(content, [5, 10, 15]);
      for await (const _ of unpack(bytes)) break;
      assert.equal(bytes.state.released, true);
    }
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const reason = new Error('run stopped');
    const bytes = source(Buffer.from('{"a":1}\n'.repeat(10)), [20, 40]);
    await assert.rejects(async () => {
      for await (const _ of unpack(bytes, {}, stop.signal)) stop.abort(reason);
    }, reason);
    assert.equal(bytes.state.released, true);
  });
});
