import assert from 'node:assert/strict';
import { fieldsRead } from '../../src/mapping/fieldsRead';

const field = (path: string) => ({ kind: 'field', path });
const row = { source: field('properties.tier'), target: 'tier', type: 'text', as: 'one', strategy: 'set' };
const document = {
  version: 2,
  direction: 'export',
  identifiers: [[{ source: field('properties.customer_id'), target: 'external_id' }]],
  allowCreate: false,
  rows: [row, { ...row, source: { kind: 'static', value: 'x' }, target: 'origin' }],
};

describe('fields that mappings read', () => {
  it('are those of identifiers, rows and filter, of all documents and versions', () => {
    const filter = {
      join: 'all',
      conditions: [{ source: field('segments[#]'), operator: 'gt', value: 1 }],
    };
    const other = {
      ...document,
      version: 1,
      rows: [{ ...row, source: field('permissionLevel') }],
    };
    assert.deepEqual(fieldsRead([{ ...document, filter }, other], true), {
      fields: [
        ['properties', 'customer_id'],
        ['properties', 'customer_id'],
        ['properties', 'tier'],
        ['segments', { list: 'count' }],
        ['permissionLevel'],
      ],
      identifiers: [
        ['properties', 'customer_id'],
        ['properties', 'customer_id'],
      ],
    });
  });

  it('may be any where an expression reads them, but identifiers are known all the same', () => {
    const expression = { kind: 'jsonata', expression: '$uppercase(properties.tier)' };
    const rows = [{ ...row, source: expression }];
    const inFilter = { join: 'any', conditions: [{ source: expression, operator: 'nempty' }] };
    for (const changed of [
      { ...document, rows },
      { ...document, filter: inFilter },
    ]) {
      const { fields, identifiers } = fieldsRead([changed], true);
      assert.deepEqual([fields, identifiers], [undefined, [['properties', 'customer_id']]]);
    }
  });

  it('may be any where other nodes get the records, no mapper does, or a document cannot be used', () => {
    assert.equal(fieldsRead([document], false).fields, undefined);
    assert.equal(fieldsRead([], true).fields, undefined);
    assert.equal(fieldsRead([document, { version: 99 }], true).fields, undefined);
  });
});
