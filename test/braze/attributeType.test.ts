import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attributeTypeRules } from '../../src/braze/attributeType';
import { attributeValue } from '../../src/braze/attributeValue';
import { Refusal } from '../../src/braze/refusals';
import type { FieldChange, UpdateValue } from '../../src/mapping/profileUpdate';
import { type AttributeType, nextValue, typeOfValue } from '../../src/sandbox/braze/customValues';
import type { Json } from '../../src/sandbox/braze/json';

const { typeOf, takes } = attributeTypeRules;
const types: AttributeType[] = ['string', 'number', 'boolean', 'time', 'array', 'object', 'objectArray'];

const scalar = fc.oneof(
  fc.constantFrom<UpdateValue>('gold', '12', '1.5', ' 3 ', '', 'true', 't', '0', 1, 0, 12.5, true, false),
  fc.constantFrom<UpdateValue>(
    '2026-01-31',
    '2026-01-31T10:00:00Z',
    '01/31/2026',
    '2026-02-30',
    '1795162500000',
  ),
  fc.constantFrom<UpdateValue>('Fri 11 20 08:15:00.+01:00 2026', '2026-01-31 soon', '3001-01-01'),
);
const list = fc.oneof(
  fc.array(fc.constantFrom<UpdateValue>('a', 'b', 1, true), { minLength: 1, maxLength: 3 }),
  fc.constantFrom<UpdateValue[]>([{ name: 'Rex' }], [{ name: 'Rex' }, { name: 'Ada' }]),
);
const object = fc.constantFrom<UpdateValue>(
  { city: 'Bonn' },
  {},
  { add: ['a'] },
  { add: ['a'], remove: ['b'] },
);

/** Every change that a row may send to a custom attribute. */
const change = fc.oneof(
  scalar.map((value): FieldChange => ({ field: 'x', strategy: 'set', as: 'one', values: [value] })),
  fc
    .tuple(fc.constantFrom('set' as const, 'add' as const), list)
    .map(([strategy, values]): FieldChange => ({ field: 'x', strategy, as: 'list', values })),
  object.map((value): FieldChange => ({ field: 'x', strategy: 'set', as: 'object', values: [value] })),
  fc.integer().map((value): FieldChange => ({ field: 'x', strategy: 'sum', as: 'one', values: [value] })),
);

/** What would go into the request. */
const sent = change
  .map((one) => attributeValue(one))
  .filter((value) => value !== undefined && !(value instanceof Refusal)) as fc.Arbitrary<Json>;

describe('types of custom attributes', () => {
  it('are what the first value makes them', () => {
    fc.assert(
      fc.property(sent, (value) => assert.equal(typeOf(value), typeOfValue(value))),
      { numRuns: 500 },
    );
    assert.equal(typeOf(null), undefined);
  });

  it('take what Braze stores, and nothing that it drops', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), sent, (type, value) => {
        const stored = nextValue(type, undefined, value, false) !== undefined;
        assert.equal(takes(type, value), stored, `${type} ${JSON.stringify(value)}`);
      }),
      { numRuns: 1_000 },
    );
  });

  it('always take their own', () => {
    fc.assert(fc.property(sent, (value) => assert.ok(takes(typeOf(value)!, value))));
  });
});
