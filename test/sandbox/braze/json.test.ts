import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Json, sameJson } from '../../../src/sandbox/braze/json';

describe('sandbox Braze: equal values', () => {
  it('are equal to their copies, with their keys in any order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = JSON.parse(JSON.stringify(value), (_, inner) =>
          typeof inner === 'object' && inner !== null && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).reverse())
            : inner,
        );
        assert.equal(sameJson(JSON.parse(JSON.stringify(value)), reversed), true);
      }),
    );
  });

  it('differ in kind, length, order of elements, keys or depth', () => {
    const different: [Json, Json | undefined][] = [
      [1, '1'],
      [null, undefined],
      [
        [1, 2],
        [2, 1],
      ],
      [[1], [1, 2]],
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, { b: 1 }],
      [{ a: 1 }, { a: 1, b: 1 }],
      [{ a: { b: [1] } }, { a: { b: [2] } }],
      [[], {}],
    ];
    for (const [one, other] of different) assert.equal(sameJson(one, other), false, JSON.stringify(one));
  });
});
