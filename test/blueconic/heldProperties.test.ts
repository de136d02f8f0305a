import assert from 'node:assert/strict';
import { heldProperties, importedFields } from '../../src/blueconic/heldProperties';
import type { Mapping } from '../../src/mapping/mapping';

const field = (path: string) => ({ kind: 'field' as const, path });
const mapping: Mapping = {
  ...{ version: 2, direction: 'import', allowCreate: false },
  identifiers: [
    [{ source: field('external_id'), target: 'crm_key' }],
    [
      { source: field('email'), target: 'mail' },
      { source: field('phone'), target: 'shop' },
    ],
  ],
  rows: [
    { source: field('a'), target: 'tier', type: 'text', as: 'one', strategy: 'set' },
    { source: field('b'), target: 'amount', type: 'decimal', as: 'one', strategy: 'set' },
    { source: field('c'), target: 'total', type: 'integer', as: 'one', strategy: 'sum' },
    { source: field('d'), target: 'consented_objectives', type: 'text', as: 'list', strategy: 'set' },
  ],
};
const imported = importedFields([mapping]);
const properties = { crm_key: ['a', 'b'], mail: ['m'], shop: ['s'], amount: ['12.50'], other: ['x'] };
const heldOf = (record: unknown, group?: string) => heldProperties(record, undefined, imported, group);

describe('what a segment says that BlueConic holds', () => {
  it('is what imports write, in the form in which it is compared, and what is empty of it', () => {
    const held = heldOf({ id: '1', properties });
    assert.deepEqual(held?.values, [{ field: 'amount', value: ['12.5'] }]);
    assert.deepEqual(held?.empty, ['tier']);
  });

  it('stands under every identifier by which an import may find the profile', () => {
    assert.deepEqual(heldOf({ id: '1', properties })?.match, [
      [{ field: 'crm_key', value: 'a' }],
      [{ field: 'crm_key', value: 'b' }],
      [
        { field: 'mail', value: 'm' },
        { field: 'shop', value: 's' },
      ],
    ]);
    assert.equal(heldOf({ id: '1', properties: { amount: ['1'] } }), undefined, 'no import finds it');
  });

  it('says nothing of a property that was not read', () => {
    const asked = { has: ([, name]: readonly string[]) => name !== 'tier' };
    assert.deepEqual(heldProperties({ properties }, asked, imported, undefined)?.empty, []);
  });

  it('is nothing for a profile of another domain group, one that left the segment, and what is no record', () => {
    assert.equal(heldOf({ id: '1', properties }, 'shop'), undefined);
    assert.ok(heldOf({ id: '1', properties: { ...properties, domaingroup: ['shop'] } }, 'shop'));
    assert.equal(heldOf({ id: '1', properties: { ...properties, domaingroup: ['shop'] } }), undefined);
    assert.equal(heldOf({ id: '1', properties, inSegment: false }), undefined);
    for (const none of [null, 5, 'x', {}, { properties: null }]) assert.equal(heldOf(none), undefined);
  });
});
