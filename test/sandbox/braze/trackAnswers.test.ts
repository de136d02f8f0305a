import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attributeErrors } from '../../../src/sandbox/braze/attributeRules';
import { eventErrors } from '../../../src/sandbox/braze/eventRules';
import { identifierErrors } from '../../../src/sandbox/braze/identifiers';
import { withBraze } from './brazeCaller';

const nothingValid = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.";
const time = '2026-01-02T03:04:05Z';
const event = { external_id: 'a', name: 'seen', time };
const purchase = { external_id: 'a', product_id: 'tee', currency: 'EUR', price: 9.5, time };
const state = "'email_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'";

describe('sandbox Braze: answers of /users/track', () => {
  it('counts per array, and only where something was accepted', () =>
    withBraze({}, async (braze) => {
      const all = await braze.track({
        attributes: [{ external_id: 'a', x: 1 }, { external_id: 'b' }],
        events: [event],
        purchases: [purchase],
      });
      assert.equal(all.status, 201);
      assert.deepEqual(all.body, {
        attributes_processed: 2,
        events_processed: 1,
        purchases_processed: 1,
        message: 'success',
      });
      const some = await braze.track({ attributes: [{ x: 1 }], events: [event], purchases: [] });
      assert.deepEqual(some.body, {
        events_processed: 1,
        message: 'success',
        errors: [{ index: 0, input_array: 'attributes', type: identifierErrors.none }],
      });
    }));

  it('names refused objects by their place as sent and applies the others', () =>
    withBraze({}, async (braze) => {
      const { status, body } = await braze.track({
        attributes: [
          { external_id: 'a', x: 1 },
          { external_id: 'b', x: 1, email_subscribe: 'yes' },
          { external_id: 'c', x: 1 },
          { external_id: 'd', x: 1, push_subscribe: 'maybe' },
          { external_id: 'e', braze_id: '1', x: 1 },
        ],
      });
      assert.equal(status, 201);
      assert.deepEqual(body, {
        attributes_processed: 2,
        message: 'success',
        errors: [
          { index: 1, input_array: 'attributes', type: state },
          { index: 3, input_array: 'attributes', type: state.replace('email', 'push') },
          {
            index: 4,
            input_array: 'attributes',
            type: "You must specify only one of 'external_id', 'user_alias' or 'braze_id'",
          },
        ],
      });
      assert.deepEqual(
        ['a', 'b', 'c', 'd', 'e'].map((id) => braze.custom(id).x),
        [1, undefined, 1, undefined, undefined],
      );
    }));

  it('answers 400 when nothing is accepted, with the reasons', () =>
    withBraze({}, async (braze) => {
      const refused = await braze.track({ attributes: [{ x: 1 }] });
      assert.equal(refused.status, 400);
      assert.deepEqual(refused.body, {
        message: nothingValid,
        errors: [{ index: 0, input_array: 'attributes', type: identifierErrors.none }],
      });
      for (const body of [{}, { attributes: [] }, { attributes: { external_id: 'a' } }]) {
        const empty = await braze.track(body);
        assert.deepEqual([empty.status, empty.body], [400, { message: nothingValid }]);
      }
    }));

  const wrongObjects: [string, object, string][] = [
    ['attributes', { external_id: 'a', email: 'nobody' }, attributeErrors.email],
    ['attributes', { external_id: 'a', email: 7 }, attributeErrors.email],
    ['attributes', { external_id: 'a', email_subscribe: null }, attributeErrors.emailState],
    ['attributes', { external_id: '' }, identifierErrors.none],
    ['attributes', { external_id: 17 }, identifierErrors.none],
    ['attributes', { external_id: 'ä'.repeat(494) }, identifierErrors.tooLarge],
    ['attributes', { external_id: 'dummy' }, identifierErrors.disallowed],
    ['attributes', { user_alias: { alias_name: 'n' } }, identifierErrors.alias],
    ['attributes', { user_alias: { alias_name: 'n'.repeat(237), alias_label: 'l' } }, identifierErrors.alias],
    ['attributes', { external_id: 'a', current_location: { longitude: 7 } }, attributeErrors.location],
    ['attributes', { external_id: 'a', email_subscription_info: {} }, attributeErrors.subscriptionInfo],
    ['attributes', { external_id: 'a', subscription_groups: {} }, attributeErrors.groupArray],
    ['attributes', { external_id: 'a', subscription_groups: ['x'] }, attributeErrors.groupHash],
    [
      'attributes',
      { external_id: 'a', subscription_groups: [{ subscription_group_id: 'x' }] },
      attributeErrors.groupId,
    ],
    [
      'attributes',
      {
        external_id: 'a',
        subscription_groups: [
          {
            subscription_group_id: '11111111-2222-3333-4444-555555555555',
            subscription_state: 'opted_in',
          },
        ],
      },
      attributeErrors.groupState,
    ],
    ['attributes', { external_id: 'a', push_tokens: ['x'] }, attributeErrors.tokenValue],
    [
      'attributes',
      { external_id: 'a', push_token_import: true, push_tokens: [] },
      attributeErrors.tokenImport,
    ],
    ['attributes', { push_token_import: true }, attributeErrors.tokenImport],
    ['events', { ...event, name: '' }, eventErrors.name],
    ['events', { ...event, time: 'soon' }, eventErrors.time],
    ['events', { ...event, properties: { time: 1 } }, eventErrors.properties],
    ['events', { ...event, properties: { $x: 1 } }, eventErrors.properties],
    ['events', { ...event, properties: { x: ['y'.repeat(102_400)] } }, eventErrors.properties],
    ['events', { name: 'seen', time }, identifierErrors.none],
    ['purchases', { ...purchase, quantity: 101 }, eventErrors.quantity],
    ['purchases', { ...purchase, quantity: 1.5 }, eventErrors.quantity],
    ['purchases', { ...purchase, price: '9.5' }, eventErrors.price],
    ['purchases', { ...purchase, currency: 'euro' }, eventErrors.currency],
    ['purchases', { ...purchase, product_id: 'x'.repeat(256) }, eventErrors.product],
    ['purchases', { ...purchase, properties: { price: 1 } }, eventErrors.properties],
  ];

  it('refuses wrong objects, each with its text', () =>
    withBraze({ settings: { disallowedExternalIds: ['dummy'] } }, async (braze) => {
      for (const [array, object, type] of wrongObjects) {
        const { status, body } = await braze.track({ [array]: [object] });
        assert.equal(status, 400, JSON.stringify(object));
        assert.deepEqual(body.errors, [{ index: 0, input_array: array, type }]);
      }
      assert.deepEqual([...braze.sandbox.users()], []);
    }));

  const many = (length: number) => Array.from({ length }, (_, at) => ({ external_id: `u${at}`, x: 1 }));

  it('takes 75 objects in total and none of 76', () =>
    withBraze({}, async (braze) => {
      const over = await braze.track({ attributes: many(75), events: [event] });
      assert.deepEqual([over.status, over.body], [400, { message: 'Max Input Length Exceeded' }]);
      assert.deepEqual([...braze.sandbox.users()], []);
      const full = await braze.track({ attributes: many(74), events: [event] });
      assert.equal(full.body.attributes_processed, 74);
    }));

  it('takes 75 per array under a legacy contract', () =>
    withBraze({ settings: { trackLimit: { mode: 'legacy' } } }, async (braze) => {
      const events = many(75).map((object) => ({ ...event, external_id: object.external_id }));
      assert.equal((await braze.track({ attributes: many(75), events })).status, 201);
      assert.equal((await braze.track({ attributes: many(76) })).status, 400);
    }));

  it('takes as many as the contract says', () =>
    withBraze({ settings: { trackLimit: { objects: 50 } } }, async (braze) => {
      assert.equal((await braze.track({ attributes: many(50) })).status, 201);
      assert.equal((await braze.track({ attributes: many(51) })).status, 400);
    }));

  it('accounts for every object sent: accepted or refused, and never both', () =>
    withBraze({}, async (braze) => {
      const objects = fc.array(
        fc.oneof(
          fc.record({ external_id: fc.constantFrom('a', 'b', 'c') }),
          fc.record({ email: fc.constantFrom('a@example.org', 'bad'), braze_id: fc.constantFrom('1') }),
          fc.record({ external_id: fc.constant('a'), email_subscribe: fc.constantFrom('opted_in', 'no') }),
          fc.record({ external_id: fc.constant('a'), name: fc.string(), time: fc.constantFrom(time, 'x') }),
          fc.jsonValue({ maxDepth: 1 }),
        ),
        { maxLength: 24 },
      );
      await fc.assert(
        fc.asyncProperty(objects, objects, objects, async (attributes, events, purchases) => {
          const sent: Record<string, unknown[]> = { attributes, events, purchases };
          const { status, body } = await braze.track(sent);
          let accepted = 0;
          for (const [array, each] of Object.entries(sent)) {
            const refused = (body.errors ?? []).filter(
              (error: { input_array: string }) => error.input_array === array,
            );
            const processed = body[`${array}_processed`] ?? 0;
            assert.equal(processed + refused.length, each.length);
            assert.equal(new Set(refused.map(({ index }: { index: number }) => index)).size, refused.length);
            accepted += processed;
          }
          assert.equal(status, accepted > 0 ? 201 : 400);
        }),
        { numRuns: 60 },
      );
    }));
});
