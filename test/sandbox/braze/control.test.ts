import assert from 'node:assert/strict';
import { personRecord } from '../../../src/sandbox/braze/seed';
import { allCustomersSegment } from '../../../src/sandbox/braze/segments';
import { person } from '../../../src/sandbox/people';
import { withBraze } from './brazeCaller';

describe('sandbox Braze: control', () => {
  it('seeds invented customers under the documented names', () =>
    withBraze({}, async (braze) => {
      assert.equal((await braze.control('POST', '/braze/seed', { seed: 4, from: 0, to: 50 })).status, 200);
      for (let index = 0; index < 50; index++) {
        const { braze_id, random_bucket, ...held } = braze.user(person(4, index).externalId);
        assert.deepEqual(held, JSON.parse(JSON.stringify(personRecord(4, index))));
      }
      assert.equal(braze.sandbox.dataPoints().total, 0);
    }));

  it('takes explicit users, with and without an external id, and updates them', () =>
    withBraze({}, async (braze) => {
      const user_aliases = [{ alias_name: 'n', alias_label: 'l' }];
      const records = [
        { external_id: 'b', first_name: 'Mira', custom_attributes: { tier: 'gold' } },
        { user_aliases, email: 'a@example.org' },
        { braze_id: 'given', subscription_groups: { '11111111-2222-3333-4444-555555555555': 'subscribed' } },
      ];
      assert.equal((await braze.control('POST', '/braze/users', records)).status, 200);
      await braze.control('POST', '/braze/users', [{ external_id: 'b', last_name: 'Krüger' }]);
      await braze.send({ user_alias: user_aliases[0], x: 1 });
      const users = [...braze.sandbox.users()] as Record<string, unknown>[];
      assert.equal(users.length, 3);
      assert.deepEqual([users[0]?.first_name, users[0]?.last_name], ['Mira', 'Krüger']);
      assert.deepEqual([users[1]?.email, users[1]?.custom_attributes], ['a@example.org', { x: 1 }]);
      assert.deepEqual(users[2]?.subscription_groups, records[2]?.subscription_groups);
    }));

  it('refuses users Braze would refuse, all of them', () =>
    withBraze({}, async (braze) => {
      const reply = await braze.control('POST', '/braze/users', [{ external_id: 'a' }, { email: 'bad' }]);
      assert.equal(reply.status, 400);
      assert.match((reply.body as { message: string }).message, /^user 1: /);
      assert.deepEqual([...braze.sandbox.users()], []);
    }));

  it('shows one user and all of them, by external id', () =>
    withBraze({}, async (braze) => {
      await braze.send({ external_id: 'b', x: 2 }, { external_id: 'a', x: 1 }, { email: 'c@example.org' });
      const one = await braze.control('GET', '/braze/user?external_id=b');
      assert.deepEqual((one.body as { custom_attributes: object }).custom_attributes, { x: 2 });
      assert.equal((await braze.control('GET', '/braze/user?external_id=z')).status, 404);
      const { body } = await braze.control('GET', '/braze/users');
      const rows = String(body)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        rows.map((row) => row.external_id ?? row.email),
        ['a', 'b', 'c@example.org'],
      );
    }));

  it('defines segments', () =>
    withBraze({}, async (braze) => {
      const segment = { id: 's', name: 'S', includes: { attribute: 'tier', equals: 'gold' } };
      assert.equal((await braze.control('POST', '/braze/segments', [segment])).status, 200);
      assert.equal(
        (await braze.get('/segments/details?segment_id=s')).body.text_description,
        'tier is "gold"',
      );
      assert.equal((await braze.control('POST', '/braze/segments', [{ id: 's' }])).status, 400);
    }));

  it('changes settings in part, and none when one of them is wrong', () =>
    withBraze({}, async (braze) => {
      const wrong = await braze.control('POST', '/braze/settings', {
        trackLimit: { objects: 50 },
        rateHeaders: 'other',
      });
      assert.equal(wrong.status, 400);
      const right = await braze.control('POST', '/braze/settings', {
        trackLimit: { objects: 50 },
        keys: [{ key: 'hidden', permissions: 'all' }],
        exports: { lateFile: { index: 1, ms: 5 } },
      });
      const settings = right.body as { trackLimit: object; apply: object; exports: { lateFile: object } };
      assert.deepEqual(settings.trackLimit, { mode: 'combined', objects: 50 });
      assert.deepEqual(settings.exports.lateFile, { index: 1, ms: 5 });
      assert.ok(!JSON.stringify(right.body).includes('hidden'));
      const off = await braze.control('POST', '/braze/settings', { exports: { lateFile: null } });
      assert.equal((off.body as typeof settings).exports.lateFile, null);
      assert.equal((await braze.control('POST', '/braze/settings', { shoes: 1 })).status, 400);
    }));

  it('shows calls, data points, events, exports, and what compact mode lacks', () =>
    withBraze({}, async (braze) => {
      await braze.track({ events: [{ external_id: 'a', name: 'seen', time: '2026-01-01' }] });
      await braze.track({});
      assert.deepEqual((await braze.control('GET', '/braze/calls')).body, {
        'POST /users/track': { 201: 1, 400: 1 },
      });
      assert.equal(((await braze.control('GET', '/braze/datapoints')).body as { total: number }).total, 1);
      const { events } = (await braze.control('GET', '/braze/events')).body as { events: { name: string }[] };
      assert.deepEqual(
        events.map(({ name }) => name),
        ['seen'],
      );
      assert.deepEqual((await braze.control('GET', '/braze/exports')).body, { exports: [] });
      assert.equal((await braze.control('GET', '/braze/compact')).status, 404);
    }));

  it('shows compact mode', () =>
    withBraze({ compact: { users: 10, seed: 1 } }, async (braze) => {
      await braze.send({ external_id: 'cust-00000001', x: 1 });
      const report = (await braze.control('GET', '/braze/compact')).body as {
        users: number;
        capacity: number;
      };
      assert.deepEqual([report.users, report.capacity], [1, 10]);
      assert.equal((await braze.control('POST', '/braze/users', [])).status, 400);
    }));

  it('goes back to the state after the start', () =>
    withBraze({ settings: { apply: { delayMs: 20 } } }, async (braze) => {
      await braze.track({ attributes: [{ external_id: 'a', x: 1 }] });
      await braze.post('/users/track', { attributes: [{ external_id: 'late', x: 'text' }] });
      braze.sandbox.defineSegment({ id: 's', name: 'S', includes: 'all' });
      braze.sandbox.configure({ trackLimit: { objects: 1 } });
      await braze.post('/users/export/segment', {
        segment_id: allCustomersSegment.id,
        fields_to_export: ['external_id'],
      });
      braze.sandbox.reset();
      await braze.sandbox.settled();
      assert.deepEqual([...braze.sandbox.users()], []);
      assert.deepEqual(braze.sandbox.calls(), {});
      assert.equal(braze.sandbox.dataPoints().total, 0);
      assert.deepEqual(braze.sandbox.exports(), []);
      assert.equal((await braze.get('/segments/list')).body.segments.length, 1);
      // Both the limit on objects and the type of the attribute are forgotten.
      await braze.track({
        attributes: [
          { external_id: 'a', x: 'text' },
          { external_id: 'b', x: 'text' },
        ],
      });
      assert.deepEqual([braze.custom('a'), braze.custom('b')], [{ x: 'text' }, { x: 'text' }]);
    }));
});
