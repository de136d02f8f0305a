import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/sandbox/braze/json';
import { mergeObjects, nestedValue, updateObjectArray } from '../../../src/sandbox/braze/nestedValues';

describe('sandbox Braze: nested values', () => {
  it('reads wrapped dates', () => {
    assert.deepEqual(nestedValue({ since: { $time: '2026-01-31' }, plain: '2026-01-31' }), {
      since: '2026-01-31T00:00:00.000Z',
      plain: '2026-01-31',
    });
  });

  for (const bad of [
    { a: null },
    { a: { b: { c: null } } },
    { since: { $time: 'soon' } },
    { since: { $time: '3001-01-01' } },
    { since: { $time: '2026-01-31', more: 1 } },
    { 'a.b': 1 },
    { 'a b': 1 },
    { $a: 1 },
    { ['k'.repeat(256)]: 1 },
    { a: 'x'.repeat(256) },
    { a: [{ b: null }] },
  ]) {
    it(`drops everything for ${JSON.stringify(bad).slice(0, 50)}`, () => {
      assert.equal(nestedValue(bad), undefined);
    });
  }

  it('merges so that every key of the update wins and no other key is lost', () => {
    const flat = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.integer());
    fc.assert(
      fc.property(flat, flat, (current, update) => {
        const merged = mergeObjects(current, update);
        for (const [key, value] of Object.entries(update)) assert.equal(merged[key], value);
        for (const key of Object.keys(current)) assert.ok(Object.hasOwn(merged, key));
      }),
    );
  });

  it('keeps hostile keys plain keys', () => {
    const merged = mergeObjects({ a: 1 }, JSON.parse('{"__proto__":{"admin":true}}') as JsonObject);
    assert.deepEqual(Object.keys(merged), ['a', '__proto__']);
    assert.equal((merged as { admin?: unknown }).admin, undefined);
  });

  const pets: JsonObject[] = [
    { id: 1, name: 'Rex', age: 3 },
    { id: 2, name: 'Mio', age: 5 },
  ];

  it('adds, removes and updates objects of an array', () => {
    const added = updateObjectArray(pets, { $add: [{ id: 3, name: 'Kim' }] }, false);
    assert.deepEqual(added, [...pets, { id: 3, name: 'Kim' }]);
    const removed = updateObjectArray(
      pets,
      { $remove: [{ $identifier_key: 'id', $identifier_value: 1 }] },
      false,
    );
    assert.deepEqual(removed, [pets[1]]);
  });

  it('merges an updated object only when told so', () => {
    const change = { $update: [{ $identifier_key: 'id', $identifier_value: 2, $new_object: { age: 6 } }] };
    assert.deepEqual(updateObjectArray(pets, change, true)?.[1], { id: 2, name: 'Mio', age: 6 });
    assert.deepEqual(updateObjectArray(pets, change, false)?.[1], { age: 6 });
  });

  it('removes after adding, so that an upsert in one change loses the object', () => {
    const change = {
      $remove: [{ $identifier_key: 'id', $identifier_value: 2 }],
      $add: [{ id: 2, name: 'Mio', age: 6 }],
    };
    assert.deepEqual(updateObjectArray(pets, change, true), [pets[0]]);
  });

  it('drops a change of which any part is malformed', () => {
    for (const change of [
      { $add: ['text'] },
      { $remove: [{ $identifier_key: 'id' }] },
      { $update: [{ $identifier_key: 'id', $identifier_value: 1 }] },
      { $update: ['text'] },
    ]) {
      assert.equal(updateObjectArray(pets, change, true), undefined);
    }
  });
});
