import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attributePoints, dataPoints, pricesByName } from '../../src/braze/dataPoints';
import { reservedAttributes } from '../../src/braze/reservedAttributes';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { priceOf } from '../../src/sandbox/braze/dataPoints';
import type { Json } from '../../src/sandbox/braze/json';
import { FaultRules } from '../../src/sandbox/faults';

const text = fc.constantFrom('a', 'b', '', '2026-01-31');
const scalar = fc.oneof(text, fc.integer({ min: -3, max: 3 }), fc.boolean(), fc.constant(null));
const object = fc.dictionary(fc.constantFrom('name', 'age', 'inc', 'add', '$time', 'geo'), scalar, {
  maxKeys: 3,
});
const nested = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.oneof(scalar, object), { maxKeys: 3 });
const criterion = fc.constant({ $identifier_key: 'id', $identifier_value: 1 });
const lists = (element: fc.Arbitrary<unknown>) => fc.array(element, { maxLength: 3 });
const optional = { requiredKeys: [] };

/** Every form that a custom attribute can have, orders to edit lists, malformed and empty ones included. */
const value = fc.oneof(
  scalar,
  object,
  nested,
  lists(scalar),
  lists(fc.oneof(object, nested, scalar)),
  fc.record({ inc: fc.oneof(fc.integer(), text) }),
  fc.record({ add: lists(scalar), remove: lists(scalar) }, optional),
  fc.record({ add: lists(scalar), more: scalar }, optional),
  fc.record(
    {
      $add: lists(nested),
      $remove: lists(criterion),
      $update: lists(fc.oneof(fc.record({ $new_object: nested }), scalar)),
    },
    optional,
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const custom = fc.constantFrom('tier', 'points', 'pets', 'Email', 'First_Name');
const key = fc.oneof(custom, fc.constantFrom(...reservedAttributes.keys()));

/** Standard fields with values that Braze takes, so that their object is not refused. */
const standard = fc.record(
  {
    first_name: text,
    email: fc.constantFrom('mira@example.org', 'tom@example.com'),
    phone: fc.constant('+491721234567'),
    country: fc.constant('DE'),
    dob: fc.constant('1991-04-30'),
    email_subscribe: fc.constant('opted_in'),
    current_location: fc.constant({ longitude: 1, latitude: 2 }),
  },
  optional,
);
const identifier = fc.oneof(
  fc.record({ external_id: fc.constantFrom('u-1', 'u-2') }),
  fc.record({ braze_id: fc.constant('b-1') }),
  fc.record({ user_alias: fc.constant({ alias_name: 'n', alias_label: 'l' }) }),
  fc.record({ email: fc.constant('mira@example.org') }),
  fc.record({ phone: fc.constant('+491721234567') }),
);
const attributes = fc
  .tuple(standard, fc.dictionary(custom, value, { maxKeys: 4 }), identifier, fc.boolean())
  .map(([some, more, who, updateOnly]) => ({
    ...some,
    ...more,
    ...who,
    _update_existing_only: updateOnly,
  }));
const event = identifier.map((who) => ({ ...who, name: 'seen', time: '2026-01-31' }));
const purchase = fc
  .tuple(identifier, fc.constantFrom('tee', 'mug'), fc.option(fc.integer({ min: 1, max: 100 })))
  .map(([who, product_id, quantity]) => ({
    ...who,
    product_id,
    currency: 'EUR',
    price: 1,
    time: '2026-01-31',
    ...(quantity !== null && { quantity }),
  }));

/** Both were written from the documented rules, without knowing of each other. */
describe('data points, ours and those of the sandbox', () => {
  it('are the same for every attribute and value', () => {
    fc.assert(
      fc.property(key, value, (name, given) => {
        assert.equal(attributePoints(name, given), priceOf(name, given as Json));
      }),
      { numRuns: 2_000 },
    );
  });

  describe('of requests that Braze accepted', () => {
    let braze: BrazeSandbox;
    before(async () => {
      braze = await startBrazeSandbox({ faults: new FaultRules() });
    });
    after(() => braze.close());

    it('are the same in all, and for each attribute, event and product', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(attributes, { minLength: 1, maxLength: 5 }),
          fc.array(event, { maxLength: 2 }),
          fc.array(purchase, { maxLength: 2 }),
          async (users, events, purchases) => {
            braze.reset();
            const answer = await fetch(`${braze.url}/users/track`, {
              method: 'POST',
              headers: { authorization: `Bearer ${braze.apiKey}`, 'content-type': 'application/json' },
              body: JSON.stringify({ attributes: users, events, purchases }),
            });
            const { errors } = (await answer.json()) as { errors?: unknown };
            assert.deepEqual([answer.status, errors], [201, undefined]);
            const objects = [...users.map((one) => ({ attributes: one })), { events }, { purchases }];
            const byName = new Map<string, number>();
            for (const one of objects) {
              for (const [name, points] of pricesByName(one))
                byName.set(name, (byName.get(name) ?? 0) + points);
            }
            const charged = braze.dataPoints();
            assert.deepEqual(Object.fromEntries([...byName].sort()), {
              ...Object.fromEntries(
                [
                  ...Object.entries(charged.attributes),
                  ...prefixed('event', charged.events),
                  ...prefixed('purchase', charged.purchases),
                ].sort(),
              ),
            });
            assert.equal(
              objects.reduce((sum, one) => sum + dataPoints(one), 0),
              charged.total,
            );
          },
        ),
        { numRuns: 200 },
      ));
  });
});

function prefixed(what: string, counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).map(([name, count]) => [`${what} ${name}`, count]);
}
