import assert from 'node:assert/strict';
import { sampledUnits } from '../../src/run/sampledUnits';

describe('run: what units the samples of a ledger point into', () => {
  const names = ['added rows', 'delta/a.ndjson', 'delta/b.ndjson', 'page 3'];

  it('names each of them once, and no other', () => {
    const samples = {
      'rejected: not-json': ['r1/1/5', 'r1/1/9', 'r1/3/2'],
      'filtered: left out': ['r1/0/4', 'r1/3/7'],
    };
    assert.deepEqual(
      sampledUnits(samples, (unit) => names[unit]),
      { 1: 'delta/a.ndjson', 3: 'page 3' },
    );
  });

  it('leaves out what has no name', () => {
    assert.deepEqual(
      sampledUnits({ 'rejected: x': ['r1/8/1'] }, (unit) => names[unit]),
      {},
    );
  });
});
