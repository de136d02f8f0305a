import assert from 'node:assert/strict';
import { priceOf } from '../../../src/sandbox/braze/dataPoints';
import type { Json } from '../../../src/sandbox/braze/json';
import { withBraze } from './brazeCaller';

const criterion = { $identifier_key: 'id', $identifier_value: 1 };

describe('sandbox Braze: data points', () => {
  const prices: [string, Json, number][] = [
    ['tier', 'gold', 1],
    ['tier', null, 1],
    ['points', { inc: 5 }, 1],
    ['interests', ['a', 'b', 'c'], 1],
    ['interests', { add: ['a', 'b'], remove: ['c'] }, 3],
    ['interests', { add: [] }, 1],
    ['plan', { name: 'a', price: 1 }, 2],
    ['plan', { inc: 1, name: 'a' }, 2],
    ['plan', { name: 'a', terms: { years: 1, since: { $time: '2026-01-01' } } }, 4],
    [
      'pets',
      [
        { id: 1, name: 'Rex' },
        { id: 2, name: 'Mio' },
      ],
      4,
    ],
    ['pets', { $add: [{ id: 3, name: 'Kim' }] }, 2],
    ['pets', { $remove: [criterion, criterion] }, 2],
    ['pets', { $update: [{ ...criterion, $new_object: { age: 3, name: 'Rex' } }] }, 2],
    ['email', 'a@example.org', 1],
    ['country', 'DE', 1],
    ['current_location', { longitude: 1, latitude: 2 }, 1],
    ['email_subscribe', 'opted_in', 0],
    ['subscription_groups', [{}], 0],
    ['external_id', 'a', 0],
    ['_merge_objects', true, 0],
    ['First_Name', 'Mira', 1],
  ];
  for (const [name, value, price] of prices) {
    it(`charges ${price} for ${name} = ${JSON.stringify(value)}`, () => {
      assert.equal(priceOf(name, value), price);
    });
  }

  it('meters what is accepted, changed or not, and nothing of what is refused or blocklisted', () =>
    withBraze({ settings: { blockedAttributes: ['secret'] } }, async (braze) => {
      const object = { external_id: 'a', tier: 'gold', first_name: 'Mira', secret: 1 };
      await braze.send(object, object);
      const time = '2026-01-01';
      await braze.track({
        attributes: [{ external_id: 'b', email: 'bad', tier: 'gold' }],
        events: [{ external_id: 'a', name: 'seen', time }],
        purchases: [
          { external_id: 'a', product_id: 'tee', currency: 'EUR', price: 1, quantity: 4, time },
          { external_id: 'a', product_id: 'tee', currency: 'EUR', price: 1, quantity: 400, time },
        ],
      });
      assert.deepEqual(braze.sandbox.dataPoints(), {
        total: 9,
        attributes: { tier: 2, first_name: 2 },
        events: { seen: 1 },
        purchases: { tee: 4 },
      });
    }));

  it('charges nothing for an address that only identifies', () =>
    withBraze({}, async (braze) => {
      await braze.send({ email: 'a@example.org', x: 1 }, { external_id: 'a', email: 'b@example.org' });
      assert.deepEqual(braze.sandbox.dataPoints().attributes, { x: 1, email: 1 });
    }));
});
