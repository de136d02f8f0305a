import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readRange } from '../../../src/sandbox/s3/range';

describe('Range header', () => {
  it('reads closed, open and suffix ranges', () => {
    assert.deepEqual(readRange('bytes=5-9', 100), { first: 5, last: 9 });
    assert.deepEqual(readRange('bytes=90-', 100), { first: 90, last: 99 });
    assert.deepEqual(readRange('bytes=-10', 100), { first: 90, last: 99 });
    assert.deepEqual(readRange('bytes=-1000', 100), { first: 0, last: 99 });
    assert.deepEqual(readRange('bytes=0-1000', 100), { first: 0, last: 99 });
  });

  it('leaves unreadable and multiple ranges aside', () => {
    for (const header of [undefined, '', 'bytes=-', 'bytes=9-5', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b']) {
      assert.equal(readRange(header, 100), undefined);
    }
  });

  it('refuses a range outside the object', () => {
    for (const [header, size] of [
      ['bytes=100-', 100],
      ['bytes=-0', 100],
      ['bytes=0-', 0],
      ['bytes=-5', 0],
    ] as const) {
      assert.throws(() => readRange(header, size), { code: 'InvalidRange', status: 416 });
    }
  });

  it('stays inside the object for every range that has a byte in it', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.integer({ min: 1, max: 500 }), (a, b, size) => {
        fc.pre(a <= b && a < size);
        assert.deepEqual(readRange(`bytes=${a}-${b}`, size), { first: a, last: Math.min(b, size - 1) });
      }),
    );
  });
});
