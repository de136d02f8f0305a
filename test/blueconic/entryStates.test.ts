import assert from 'node:assert/strict';
import { type BulkState, entryColumn, isBulkState } from '../../src/blueconic/entryStates';

describe('entry states', () => {
  it('puts every documented state into one ledger column', () => {
    const expected: Record<BulkState, string> = {
      CREATED: 'accepted created',
      MODIFIED: 'accepted updated',
      DELETED: 'accepted updated',
      UNCHANGED: 'unchanged',
      NOTFOUND: 'filtered not-found',
      SKIPPED: 'filtered skipped',
      RESTRICTION_MISMATCH: 'filtered restriction',
      CONSENT_MISMATCH: 'filtered consent',
      UNAUTHORIZED: 'rejected unauthorized',
    };
    for (const [state, column] of Object.entries(expected)) {
      assert.ok(isBulkState(state));
      const entry = entryColumn({ state, invalidProperties: [] }, 2);
      assert.equal(Object.values(entry).join(' '), column);
    }
    for (const text of ['created', 'toString', '__proto__', '']) assert.equal(isBulkState(text), false);
  });

  it('does not take a state it does not know for success', () => {
    assert.equal(entryColumn({ state: 'UNLISTED', invalidProperties: [] }, 1).column, 'unknown');
  });

  it('rejects a row of which no property was taken, and only such a row', () => {
    const column = (state: BulkState, invalid: number, rules: number) =>
      entryColumn({ state, invalidProperties: Array.from({ length: invalid }, (_, at) => `p${at}`) }, rules)
        .column;
    assert.equal(column('UNCHANGED', 2, 2), 'rejected');
    assert.equal(column('UNCHANGED', 1, 2), 'unchanged');
    assert.equal(column('UNCHANGED', 0, 0), 'unchanged');
    assert.equal(column('MODIFIED', 1, 2), 'accepted');
    assert.equal(column('CREATED', 2, 2), 'accepted');
  });
});
