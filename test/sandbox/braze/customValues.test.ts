import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextValue, typeOfValue, uniqueNewest } from '../../../src/sandbox/braze/customValues';
import type { Json } from '../../../src/sandbox/braze/json';

const scalar = fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.boolean());

describe('sandbox Braze: custom values', () => {
  it('takes the type from the first value', () => {
    const types = [
      ['gold', 'string'],
      ['', 'string'],
      ['2026-01-31', 'time'],
      [7.5, 'number'],
      [{ inc: 2 }, 'number'],
      [false, 'boolean'],
      [['a', 1], 'array'],
      [[], 'array'],
      [{ add: ['a'] }, 'array'],
      [{ remove: ['a'], add: [] }, 'array'],
      [{ a: 1 }, 'object'],
      [{ add: 'not a list' }, 'object'],
      [[{ a: 1 }], 'objectArray'],
      [{ $add: [{ a: 1 }] }, 'objectArray'],
      [['a', { a: 1 }], undefined],
    ] as const;
    for (const [value, type] of types) assert.equal(typeOfValue(value as Json), type, JSON.stringify(value));
  });

  it('coerces what it can and drops the rest', () => {
    const drop = undefined;
    const cases: [Parameters<typeof nextValue>[0], Json, Json | undefined][] = [
      ['string', 12, '12'],
      ['string', true, drop],
      ['string', '2026-01-31', '2026-01-31'],
      ['number', '12.5', 12.5],
      ['number', ' ', drop],
      ['number', 'twelve', drop],
      ['number', true, drop],
      ['boolean', 't', true],
      ['boolean', 'false', false],
      ['boolean', 0, false],
      ['boolean', '1', true],
      ['boolean', 'yes', drop],
      ['time', '2026-01-31', '2026-01-31T00:00:00.000Z'],
      ['time', 'soon', drop],
      ['time', 20260131, drop],
      ['array', 'hiking', drop],
      ['array', [{ id: 1 }], drop],
      ['array', { id: 1 }, drop],
      ['object', 'text', drop],
      ['object', { inc: 1 }, drop],
      ['objectArray', ['a'], drop],
      ['objectArray', { id: 1 }, drop],
      ['objectArray', [], []],
    ];
    for (const [type, value, kept] of cases) {
      assert.deepEqual(nextValue(type, undefined, value, false), kept, `${type} ${JSON.stringify(value)}`);
    }
  });

  it('stores 255 characters of any plane and drops 256', () => {
    assert.equal(nextValue('string', 'old', '😀'.repeat(255), false), '😀'.repeat(255));
    assert.equal(nextValue('string', 'old', 'x'.repeat(256), false), undefined);
  });

  it('increments whole numbers, from 0 where there is none', () => {
    assert.equal(nextValue('number', undefined, { inc: 25 }, false), 25);
    assert.equal(nextValue('number', 10, { inc: -3 }, false), 7);
    assert.equal(nextValue('number', 10, { inc: 0.5 }, false), undefined);
  });

  it('adds to and removes from arrays; re-adding moves to the end', () => {
    assert.deepEqual(nextValue('array', ['a', 'b'], { add: ['a', 'c'] }, false), ['b', 'a', 'c']);
    assert.deepEqual(nextValue('array', ['a', 'b'], { remove: ['a', 'x'] }, false), ['b']);
    assert.deepEqual(nextValue('array', undefined, { add: ['a'] }, false), ['a']);
    assert.deepEqual(nextValue('array', ['a'], ['x', 'y', 'x'], false), ['y', 'x']);
  });

  it('leaves out elements that are no scalars or too long', () => {
    assert.deepEqual(nextValue('array', [], ['a', null, ['b'], 'x'.repeat(256), 1], false), ['a', 1]);
  });

  it('keeps the newest 500 elements', () => {
    const many = Array.from({ length: 501 }, (_, at) => `element ${at}`);
    assert.deepEqual(nextValue('array', undefined, many, false), many.slice(1));
    assert.deepEqual(nextValue('array', many.slice(0, 500), { add: ['last'] }, false), [
      ...many.slice(1, 500),
      'last',
    ]);
  });

  it('holds each element of an array once, in the order of last arrival', () => {
    fc.assert(
      fc.property(fc.array(scalar), fc.array(fc.array(scalar)), (start, additions) => {
        let held = nextValue('array', undefined, start, false);
        for (const add of additions) held = nextValue('array', held, { add }, false);
        const all = [...start, ...additions.flat()];
        const lastFirst = [...new Set(all.toReversed())].slice(0, 500);
        assert.deepEqual(held, lastFirst.toReversed());
      }),
    );
  });

  it('finds the newest of many without repeating any', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 1500, size: 'max' }),
        (elements) => {
          const unique = uniqueNewest(elements);
          assert.equal(new Set(unique).size, unique.length);
          assert.ok(unique.length <= 500);
          assert.equal(unique.at(-1), elements.at(-1));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('replaces an object unless told to merge', () => {
    const old = { city: 'Köln', plan: { name: 'a', price: 1 } };
    assert.deepEqual(nextValue('object', old, { plan: { price: 2 } }, false), { plan: { price: 2 } });
    assert.deepEqual(nextValue('object', old, { plan: { price: 2 } }, true), {
      city: 'Köln',
      plan: { name: 'a', price: 2 },
    });
  });

  it('drops an object that is, or would become, larger than 100 KB', () => {
    const half = 'x'.repeat(250);
    const large = Object.fromEntries(Array.from({ length: 220 }, (_, at) => [`a${at}`, half]));
    const other = Object.fromEntries(Array.from({ length: 220 }, (_, at) => [`b${at}`, half]));
    assert.deepEqual(nextValue('object', large, other, false), other);
    assert.equal(nextValue('object', large, other, true), undefined);
  });
});
