import assert from 'node:assert/strict';
import { type BrazeCaller, withBraze } from './brazeCaller';

const alias = { alias_name: 'mira', alias_label: 'shop' };

async function prepare(braze: BrazeCaller): Promise<void> {
  await braze.send(
    { external_id: 'a', email: 'shared@example.org', phone: '(555) 000-1111', tier: 'gold' },
    { external_id: 'b', email: 'shared@example.org' },
    { user_alias: alias, _update_existing_only: false, tier: 'iron' },
  );
}

describe('sandbox Braze: users by their identifiers', () => {
  const fields_to_export = ['external_id', 'phone', 'user_aliases', 'custom_attributes'];
  const exported = async (braze: BrazeCaller, ids: object) => {
    const { status, body } = await braze.post('/users/export/ids', { fields_to_export, ...ids });
    assert.equal(status, 201);
    return body;
  };

  it('exports by external id and alias and names the unknown', () =>
    withBraze({}, async (braze) => {
      await prepare(braze);
      const missing = { alias_name: 'x', alias_label: 'y' };
      const body = await exported(braze, { external_ids: ['a', 'nope'], user_aliases: [alias, missing] });
      assert.deepEqual(body, {
        message: 'success',
        users: [
          { external_id: 'a', phone: '+15550001111', custom_attributes: { tier: 'gold' } },
          { user_aliases: [alias], custom_attributes: { tier: 'iron' } },
        ],
        invalid_user_ids: ['nope', missing],
      });
    }));

  it('exports by braze_id, and everybody with an address or number', () =>
    withBraze({}, async (braze) => {
      await prepare(braze);
      const ids = (body: { users: { external_id: string }[] }) => body.users.map((user) => user.external_id);
      assert.deepEqual(ids(await exported(braze, { braze_id: braze.user('b').braze_id })), ['b']);
      assert.deepEqual(ids(await exported(braze, { email_address: 'Shared@example.org' })), ['a', 'b']);
      assert.deepEqual(ids(await exported(braze, { phone: '+15550001111' })), ['a']);
      assert.deepEqual(ids(await exported(braze, { device_id: 'd' })), []);
    }));

  it('refuses too many ids, two kinds of look-up, and missing fields', () =>
    withBraze({}, async (braze) => {
      const external_ids = Array.from({ length: 51 }, String);
      for (const wrong of [
        { fields_to_export, external_ids },
        { fields_to_export, external_ids: external_ids.slice(1), user_aliases: [alias] },
        { fields_to_export, email_address: 'a@example.org', phone: '+1555' },
        { external_ids: ['a'] },
      ]) {
        assert.equal((await braze.post('/users/export/ids', wrong)).status, 400);
      }
      braze.sandbox.configure({ exportIdsNeedsFields: false });
      await prepare(braze);
      const { body } = await braze.post('/users/export/ids', { external_ids: ['a'] });
      assert.equal(body.users[0].email, 'shared@example.org');
    }));

  it('deletes by one kind of identifier', async () => {
    for (const [given, gone] of [
      [{ external_ids: ['a', 'nope'] }, 'a'],
      [{ email_addresses: [{ email: 'shared@example.org' }] }, 'b'],
      [{ phone_numbers: ['+15550001111'] }, 'a'],
      [{ user_aliases: [alias] }, undefined],
    ] as const) {
      await withBraze({}, async (braze) => {
        await prepare(braze);
        const { status, body } = await braze.post('/users/delete', given);
        assert.deepEqual(
          [status, body],
          [201, { deleted: Object.values(given).flat().length, message: 'success' }],
        );
        const left = ['a', 'b', undefined].filter((id) => id !== gone);
        assert.deepEqual(
          [...braze.sandbox.users()].map(({ external_id }) => external_id),
          left,
        );
      });
    }
  });

  it('finds nobody under the identifiers of a deleted user', () =>
    withBraze({}, async (braze) => {
      await prepare(braze);
      await braze.post('/users/delete', { braze_ids: [braze.user('a').braze_id] });
      await braze.send({ phone: '+15550001111', _update_existing_only: true, x: 1 });
      assert.deepEqual([...braze.sandbox.users()].length, 2);
    }));

  it('deletes nobody for two kinds, none, or too many', () =>
    withBraze({}, async (braze) => {
      await prepare(braze);
      for (const wrong of [
        {},
        { external_ids: ['a'], phone_numbers: ['+15550001111'] },
        { external_ids: Array.from({ length: 51 }, () => 'a') },
      ]) {
        assert.equal((await braze.post('/users/delete', wrong)).status, 400);
      }
      assert.equal([...braze.sandbox.users()].length, 3);
    }));
});
