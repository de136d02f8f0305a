import assert from 'node:assert/strict';
import fc from 'fast-check';
import { zipOf } from '../../../src/sandbox/braze/zipWriter';
import { unzipOne } from './zipReader';

describe('sandbox Braze: zip archives', () => {
  it('hold the entry under its name, whatever it contains', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.uint8Array(), async (name, bytes) => {
        const content = Buffer.from(bytes);
        const read = unzipOne(await zipOf([{ name, content }]));
        assert.deepEqual(read, { name: Buffer.from(name).toString(), content });
      }),
      { numRuns: 50 },
    ));
});
