import assert from 'node:assert/strict';
import { withBraze } from './brazeCaller';

const group = '11111111-2222-3333-4444-555555555555';

describe('sandbox Braze: effects of /users/track', () => {
  it('stores standard fields and custom attributes apart', () =>
    withBraze({}, async (braze) => {
      await braze.send({ external_id: 'a', first_name: 'Mira', dob: '1991-04-30', tier: 'gold', points: 7 });
      const { braze_id, created_at, random_bucket, ...rest } = braze.user('a');
      assert.deepEqual(rest, {
        external_id: 'a',
        first_name: 'Mira',
        dob: '1991-04-30',
        custom_attributes: { tier: 'gold', points: 7 },
      });
    }));

  it('makes a mis-cased reserved key a custom attribute', () =>
    withBraze({}, async (braze) => {
      await braze.send({ external_id: 'a', First_Name: 'Mira', Email: 'not checked' });
      assert.deepEqual(braze.custom('a'), { First_Name: 'Mira', Email: 'not checked' });
    }));

  it('removes with null, and not with an empty text', () =>
    withBraze({}, async (braze) => {
      await braze.send(
        { external_id: 'a', first_name: 'Mira', x: 'one', y: 'one' },
        { external_id: 'a', first_name: null, x: null, y: '' },
      );
      assert.equal(braze.user('a').first_name, undefined);
      assert.deepEqual(braze.custom('a'), { y: '' });
    }));

  it('strips spaces around names and keeps their case', () =>
    withBraze({}, async (braze) => {
      await braze.send({ external_id: 'a', ' tier ': 'gold', Tier: 'silver' });
      assert.deepEqual(braze.custom('a'), { tier: 'gold', Tier: 'silver' });
    }));

  it('lets the first value decide the type for the whole workspace', () =>
    withBraze({}, async (braze) => {
      await braze.send(
        { external_id: 'a', points: 7, tier: 'gold', flag: true },
        { external_id: 'b', points: '8', tier: 5, flag: 'f' },
        { external_id: 'c', points: 'many', tier: ['x'], flag: 'perhaps' },
      );
      assert.deepEqual(braze.custom('b'), { points: 8, tier: '5', flag: false });
      assert.deepEqual(braze.custom('c'), {});
    }));

  it('lets a value that was dropped decide nothing', () =>
    withBraze({}, async (braze) => {
      await braze.send({ external_id: 'a', x: 'y'.repeat(256) }, { external_id: 'a', x: 7 });
      assert.deepEqual(braze.custom('a'), { x: 7 });
    }));

  it('accepts and ignores blocklisted attributes', () =>
    withBraze({ settings: { blockedAttributes: ['secret'] } }, async (braze) => {
      await braze.send({ external_id: 'a', secret: 1, open: 1 });
      assert.deepEqual(braze.custom('a'), { open: 1 });
    }));

  it('drops a nested update with a null inside and leaves the old object', () =>
    withBraze({}, async (braze) => {
      await braze.send(
        { external_id: 'a', plan: { name: 'basic', price: 1 } },
        { external_id: 'a', plan: { name: 'plus', price: null }, _merge_objects: true },
      );
      assert.deepEqual(braze.custom('a').plan, { name: 'basic', price: 1 });
    }));

  describe('whom an object reaches', () => {
    it('creates by external_id unless only existing users are to be updated', () =>
      withBraze({}, async (braze) => {
        await braze.send({ external_id: 'a', x: 1 }, { external_id: 'b', x: 1, _update_existing_only: true });
        assert.deepEqual(
          [...braze.sandbox.users()].map(({ external_id }) => external_id),
          ['a'],
        );
      }));

    it('creates by alias only where asked to', () =>
      withBraze({}, async (braze) => {
        const user_alias = { alias_name: 'mira', alias_label: 'shop' };
        await braze.send({ user_alias, x: 1 }, { user_alias, x: 2, _update_existing_only: true });
        assert.equal([...braze.sandbox.users()].length, 0);
        await braze.send({ user_alias, x: 3, _update_existing_only: false }, { user_alias, x: 4 });
        const [user, ...others] = [...braze.sandbox.users()] as Record<string, unknown>[];
        assert.deepEqual([user?.user_aliases, user?.custom_attributes, others], [[user_alias], { x: 4 }, []]);
      }));

    it('updates but never creates by braze_id', () =>
      withBraze({}, async (braze) => {
        await braze.send({ braze_id: 'unheard-of', x: 1 }, { external_id: 'a', x: 1 });
        await braze.send({ braze_id: braze.user('a').braze_id, x: 2 });
        assert.deepEqual([[...braze.sandbox.users()].length, braze.custom('a')], [1, { x: 2 }]);
      }));

    it('looks an e-mail address up, and prefers the latest profile that has an external id', () =>
      withBraze({}, async (braze) => {
        const email = 'mira@example.org';
        await braze.send(
          { external_id: 'old', email },
          { external_id: 'new', email },
          { external_id: 'other', email: 'other@example.org' },
          { email: 'Mira@Example.org', x: 1 },
        );
        assert.deepEqual([braze.custom('new').x, braze.custom('old').x], [1, undefined]);
        await braze.send({ external_id: 'old', y: 1 }, { email, x: 2 });
        assert.equal(braze.custom('old').x, 2);
      }));

    it('lets the address win over the phone number, and creates a profile for a new one', () =>
      withBraze({}, async (braze) => {
        await braze.send(
          { external_id: 'a', phone: '+15550001111' },
          { phone: '(555) 000-1111', x: 1 },
          { email: 'new@example.org', phone: '+15550001111', x: 2 },
        );
        assert.equal(braze.custom('a').x, 1);
        const users = [...braze.sandbox.users()] as Record<string, unknown>[];
        assert.deepEqual(
          users.map(({ external_id, email, custom_attributes }) => [external_id, email, custom_attributes]),
          [
            ['a', undefined, { x: 1 }],
            [undefined, 'new@example.org', { x: 2 }],
          ],
        );
      }));

    it('makes a duplicate of a known address with an unknown external id', () =>
      withBraze({}, async (braze) => {
        const email = 'mira@example.org';
        await braze.send({ external_id: 'a', email }, { external_id: 'b', email });
        assert.deepEqual([braze.user('a').email, braze.user('b').email], [email, email]);
      }));
  });

  describe('consent', () => {
    it('resets the state with a changed address, unless the object sets it', () =>
      withBraze({}, async (braze) => {
        await braze.send(
          { external_id: 'a', email: 'a@example.org', email_subscribe: 'unsubscribed' },
          { external_id: 'b', email: 'b@example.org', email_subscribe: 'unsubscribed' },
          { external_id: 'a', email: 'a2@example.org' },
          { external_id: 'b', email_subscribe: 'opted_in', email: 'b2@example.org' },
        );
        assert.deepEqual(
          [braze.user('a').email_subscribe, braze.user('b').email_subscribe],
          ['subscribed', 'opted_in'],
        );
      }));

    it('lets a profile inherit the state of the address it takes', () =>
      withBraze({}, async (braze) => {
        await braze.send(
          { external_id: 'a', email: 'shared@example.org', email_subscribe: 'unsubscribed' },
          { external_id: 'b', email: 'shared@example.org' },
        );
        assert.equal(braze.user('b').email_subscribe, 'unsubscribed');
      }));

    it('carries group states to every profile with the address', () =>
      withBraze({}, async (braze) => {
        const subscription_groups = [{ subscription_group_id: group, subscription_state: 'unsubscribed' }];
        await braze.send(
          { external_id: 'a', email: 'shared@example.org' },
          { external_id: 'b', email: 'shared@example.org' },
          { external_id: 'c', email: 'own@example.org' },
          { external_id: 'a', subscription_groups },
        );
        assert.deepEqual(
          ['a', 'b', 'c'].map((id) => braze.user(id).subscription_groups),
          [{ [group]: 'unsubscribed' }, { [group]: 'unsubscribed' }, undefined],
        );
      }));
  });

  describe('events and purchases', () => {
    it('counts every one, however often it comes', () =>
      withBraze({}, async (braze) => {
        const event = { external_id: 'a', name: 'seen', time: '2026-01-02T00:00:00Z', properties: { n: 1 } };
        await braze.track({ events: [event, event, { ...event, time: '2026-01-01T00:00:00Z' }] });
        assert.deepEqual(braze.user('a').custom_events, [
          { name: 'seen', first: '2026-01-01T00:00:00.000Z', last: '2026-01-02T00:00:00.000Z', count: 3 },
        ]);
        assert.deepEqual(braze.sandbox.events().events[0], {
          user: braze.user('a').braze_id,
          external_id: 'a',
          name: 'seen',
          time: '2026-01-02T00:00:00.000Z',
          properties: { n: 1 },
        });
      }));

    it('takes a quantity as so many purchases', () =>
      withBraze({}, async (braze) => {
        const purchase = {
          external_id: 'a',
          product_id: 'tee',
          currency: 'EUR',
          price: 2.5,
          time: '2026-01-02T00:00:00Z',
        };
        await braze.track({ purchases: [purchase, { ...purchase, quantity: 3 }] });
        const { purchases, total_revenue } = braze.user('a');
        assert.equal(total_revenue, 10);
        assert.equal((purchases as { count: number }[])[0]?.count, 4);
      }));

    it('turns a future time into now, and does not create by alias', () =>
      withBraze({}, async (braze) => {
        const alias = { alias_name: 'n', alias_label: 'l' };
        await braze.track({
          events: [
            { external_id: 'a', name: 'seen', time: '2999-01-01' },
            { user_alias: alias, _update_existing_only: false, name: 'seen', time: '2026-01-01' },
          ],
        });
        const { events } = braze.sandbox.events();
        assert.equal(events.length, 1);
        assert.ok(Date.parse(events[0]!.time) <= Date.now());
      }));
  });

  describe('when changes are applied', () => {
    it('applies attributes, then events, in one request', () =>
      withBraze({}, async (braze) => {
        await braze.track({
          events: [{ external_id: 'a', name: 'seen', time: '2026-01-01', _update_existing_only: true }],
          attributes: [{ external_id: 'a', x: 1 }],
        });
        assert.equal(braze.sandbox.events().events.length, 1);
      }));

    it('applies later than it answers, and settles', () =>
      withBraze({ settings: { apply: { delayMs: 5 } } }, async (braze) => {
        await braze.post('/users/track', { attributes: [{ external_id: 'a', x: 1 }] });
        await braze.sandbox.settled();
        assert.deepEqual(braze.custom('a'), { x: 1 });
      }));
  });
});
