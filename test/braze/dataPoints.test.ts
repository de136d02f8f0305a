import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dataPoints, pricesByName } from '../../src/braze/dataPoints';
import { reservedAttributes } from '../../src/braze/reservedAttributes';

function price(attributes: Record<string, unknown>): number {
  return dataPoints({ attributes: { external_id: 'u-1', _update_existing_only: true, ...attributes } });
}

describe('data points', () => {
  it('prices a custom attribute by its shape', () => {
    assert.equal(price({}), 0);
    assert.equal(price({ tier: 'gold', score: 7, vip: false }), 3);
    assert.equal(price({ tier: null }), 1);
    assert.equal(price({ points: { inc: 5 } }), 1);
    assert.equal(price({ interests: ['a', 'b', 'c'] }), 1);
    assert.equal(price({ interests: [] }), 1);
    assert.equal(price({ interests: { add: ['a', 'b'] } }), 2);
    assert.equal(price({ interests: { add: ['a'], remove: ['b', 'c'] } }), 3);
    assert.equal(price({ song: { name: 'x', plays: { count: 1, top: true } } }), 4);
    assert.equal(price({ song: {} }), 1);
    assert.equal(price({ song: { since: { $time: '2026-01-31' } } }), 1);
    assert.equal(price({ pets: [{ name: 'Rex', age: 3 }, { name: 'Tom' }] }), 3);
    assert.equal(price({ pets: { $add: [{ name: 'Rex', age: 3 }] } }), 2);
    assert.equal(price({ pets: { $remove: [{ $identifier_key: 'id', $identifier_value: 1 }] } }), 1);
    assert.equal(price({ pets: { $update: [{ $new_object: { age: 4, name: 'Rex' } }] } }), 2);
    assert.equal(price({ interests: { add: [] } }), 1);
    assert.equal(price({ plan: { inc: 1, name: 'a' } }), 2, 'an object, no increment');
  });

  it('prices the standard fields that Braze bills, and only those', () => {
    const billed = [...reservedAttributes.values()].filter(({ billable }) => billable).map(({ key }) => key);
    assert.deepEqual(billed.sort(), [
      'country',
      'current_location',
      'dob',
      'email',
      'first_name',
      'gender',
      'home_city',
      'language',
      'last_name',
      'phone',
      'time_zone',
    ]);
    for (const { key, billable } of reservedAttributes.values()) {
      assert.equal(price({ [key]: 'x' }), billable ? 1 : 0, key);
    }
  });

  it('does not price the e-mail that only identifies', () => {
    assert.equal(dataPoints({ attributes: { email: 'm@example.org', phone: '1', tier: 'gold' } }), 2);
    assert.equal(dataPoints({ attributes: { phone: '1', tier: 'gold' } }), 1);
    assert.equal(dataPoints({ attributes: { braze_id: 'b', email: 'm@example.org' } }), 1);
  });

  it('prices events and purchases one by one, a quantity as that many', () => {
    assert.equal(dataPoints({ events: [{}, {}], purchases: [{}, { quantity: 3 }] }), 6);
  });

  it('names what it prices, and leaves out what is free', () => {
    const attributes = { external_id: 'u-1', _update_existing_only: true, email: 'm@example.org', vip: true };
    const purchases = [{ product_id: 'tee', quantity: 2 }];
    assert.deepEqual(
      [...pricesByName({ attributes, events: [{ name: 'seen' }], purchases })],
      [
        ['email', 1],
        ['vip', 1],
        ['event seen', 1],
        ['purchase tee', 2],
      ],
    );
  });

  it('adds up: objects priced together cost what they cost alone', () => {
    const attributes = fc.dictionary(
      fc.constantFrom('a', 'b', 'email', 'dob'),
      fc.jsonValue({ maxDepth: 3 }),
    );
    fc.assert(
      fc.property(attributes, fc.nat(5), (given, events) => {
        const some = Array.from({ length: events }, () => ({ name: 'x' }));
        const alone = Object.entries(given).reduce((sum, [key, value]) => sum + price({ [key]: value }), 0);
        const together = dataPoints({ attributes: { external_id: 'u-1', ...given }, events: some });
        assert.equal(together, alone + events);
      }),
    );
  });
});
