import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noPrints, type ProfilePrints, readPrints, writePrints } from '../../src/delta/profilePrints';

const field = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const half = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const seconds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const prints: fc.Arbitrary<ProfilePrints> = fc.record(
  {
    confirmed: fc.boolean(),
    complete: fc.boolean(),
    acceptedAt: seconds,
    fullAt: seconds,
    wholes: fc.array(fc.tuple(field, half, half)).map((entries) => entries.flat()),
    parts: fc.array(fc.tuple(field, half, half, half)).map((entries) => entries.flat()),
  },
  { noNullPrototype: true },
);

describe('fingerprints of a profile as they are stored', () => {
  it('come back as they went in', () => {
    fc.assert(fc.property(prints, (given) => assert.deepEqual(readPrints(writePrints(given)), given)));
  });

  it('take 12 bytes, and 12 for each attribute', () => {
    assert.equal(writePrints(noPrints()).length, 12);
    assert.equal(writePrints({ ...noPrints(), wholes: [1, 2, 3, 4, 5, 6] }).length, 36);
  });

  it('of another format, or cut short, count as none', () => {
    const bytes = writePrints({ ...noPrints(), parts: [1, 2, 3, 4] });
    assert.equal(readPrints(bytes.subarray(0, 11)), undefined);
    assert.equal(readPrints(bytes.subarray(0, bytes.length - 4)), undefined);
    bytes[0] = 9;
    assert.equal(readPrints(bytes), undefined);
  });
});
