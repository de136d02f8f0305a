import assert from 'node:assert/strict';
import { payloadRows } from '../../src/run/payloadRows';

describe('rows of a message', () => {
  it('are those of its array, or the one it brings', () => {
    assert.deepEqual(payloadRows(['a', 'b']), ['a', 'b']);
    assert.deepEqual(payloadRows('a'), ['a']);
    assert.deepEqual(payloadRows([]), []);
  });

  it('are those of the arrays that a join put together', () => {
    assert.deepEqual(payloadRows([['a'], ['b', 'c'], 'd']), ['a', 'b', 'c', 'd']);
  });

  it('are not the places that a join left empty, but everything else that was put there', () => {
    const joined: unknown[] = [];
    joined[2] = 'a';
    assert.deepEqual(payloadRows([...joined, undefined, null, 0]), ['a', null, 0]);
  });
});
