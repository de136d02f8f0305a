import assert from 'node:assert/strict';
import { isModifiedSince, modifiedWithin } from '../../src/blueconic/refinement';

describe('refinement by modification date', () => {
  it('asks for a range of dates', () => {
    const from = Date.UTC(2026, 0, 31);
    assert.deepEqual(JSON.parse(modifiedWithin({ from, to: from + 1500 })), {
      property: 'lastmodifieddate',
      operator: 'IN_RANGE',
      fromDate: '2026-01-31T00:00:00.000Z',
      toDate: '2026-01-31T00:00:01.500Z',
    });
  });

  it('keeps a profile in doubt, and drops only what surely changed before', () => {
    const at = (lastModified?: number) => ({
      id: 'p',
      properties: {},
      ...(lastModified !== undefined && { lastModified }),
    });
    assert.equal(isModifiedSince(at(1000), 1000), true);
    assert.equal(isModifiedSince(at(1001), 1000), true);
    assert.equal(isModifiedSince(at(999), 1000), false);
    assert.equal(isModifiedSince(at(), 1000), true);
  });
});
