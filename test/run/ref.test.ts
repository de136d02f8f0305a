import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatRef, parseRef } from '../../src/run/ref';

describe('ref', () => {
  it('reads back what it wrote', () => {
    const run = fc.stringMatching(/^[a-z0-9]{1,20}$/);
    fc.assert(
      fc.property(run, fc.nat(), fc.integer({ min: 1, max: 2 ** 31 }), (id, unit, row) => {
        assert.deepEqual(parseRef(formatRef(id, unit, row)), { run: id, unit, row });
      }),
    );
  });

  it('finds nothing in what is no ref, whatever it is', () => {
    const odd = [
      '',
      '/',
      '/1/1',
      'a',
      'a/1',
      'a//1',
      'a/1/',
      'a/1/0',
      'a/x/1',
      'a/1/1/1',
      'a/1/12345678901',
      7,
      null,
      {},
    ];
    for (const value of odd) assert.equal(parseRef(value), undefined, String(value));
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const ref = parseRef(value);
        assert.ok(ref === undefined || formatRef(ref.run, ref.unit, ref.row).length <= String(value).length);
      }),
    );
  });
});
