import assert from 'node:assert/strict';
import { RestClient } from './restClient';

describe('sandbox BlueConic: merged profiles', () => {
  let client: RestClient;
  let older: string;
  let newer: string;

  beforeEach(async () => {
    client = await RestClient.start();
    [older, newer] = client.sandbox.addProfiles([
      {
        createdAt: 1_000,
        properties: {
          customer_id: ['c-old'],
          city: ['Gent'],
          interests: ['golf', 'chess'],
          loyalty_points: ['90'],
          lifetime_value: ['10.5'],
          phone: ['+32470000000'],
        },
      },
      {
        createdAt: 2_000,
        properties: {
          customer_id: ['c-new'],
          city: ['Graz'],
          interests: ['golf', 'hiking'],
          loyalty_points: ['9'],
          lifetime_value: ['0.25'],
        },
      },
    ]) as [string, string];
  });
  afterEach(() => client.close());

  it('keeps the newer, takes over what it lacks, and follows the merge strategies', () => {
    assert.equal(client.sandbox.merge(older, newer), newer);
    const { properties } = client.sandbox.profile('customer_id', 'c-new')!;
    assert.deepEqual(properties.phone, ['+32470000000']);
    assert.deepEqual(properties.city, ['Graz']);
    assert.deepEqual(properties.interests, ['golf', 'hiking', 'chess']);
    assert.deepEqual(properties.loyalty_points, ['90']);
    assert.deepEqual(properties.lifetime_value, ['10.75']);
  });

  it('takes the value written last by LATEST, from whichever profile', async () => {
    await client.bulk({ profileId: older, properties: [{ id: 'city', values: ['Porto'] }] });
    client.sandbox.merge(older, newer);
    assert.deepEqual(client.sandbox.profile('customer_id', 'c-new')!.properties.city, ['Porto']);
  });

  for (const [mergeStrategy, expected] of Object.entries({
    LOWEST: ['9'],
    OLDEST: ['90'],
    KEEP_CURRENT: ['9'],
    BOTH: ['9', '90'],
    SUM: ['99'],
  })) {
    it(`merges a number by ${mergeStrategy}`, async () => {
      await client.put('/profileProperties/loyalty_points', { mergeStrategy });
      client.sandbox.merge(newer, older);
      assert.deepEqual([...client.sandbox.profiles()][0]!.properties.loyalty_points, expected);
    });
  }

  it('leaves of the older its id and the link', async () => {
    client.sandbox.merge(older, newer);
    assert.deepEqual((await client.get(`/profiles/${older}`)).json, { id: older, replacedBy: newer });
    assert.deepEqual((await client.get(`/profiles/${newer}`)).json.replaces, [older]);
    const { json } = await client.get('/segments/all_customers/profiles');
    assert.deepEqual(
      json.profiles.map(({ id }: { id: string }) => id),
      [newer],
    );
    const search = await client.get('/profiles', { property: 'customer_id', value: 'c-old' });
    assert.equal(search.json.totalResults, 0);
  });

  it('leads an update by the old id to the profile that took it over', async () => {
    client.sandbox.merge(older, newer);
    const [result] = await client.bulk({ profileId: older, properties: [{ id: 'city', values: ['Porto'] }] });
    assert.deepEqual([result!.state, result!.profileId], ['MODIFIED', newer]);
  });

  it('refuses to merge a profile with itself', () => {
    assert.throws(() => client.sandbox.merge(older, older), /two different/);
    client.sandbox.merge(older, newer);
    assert.throws(() => client.sandbox.merge(older, newer), /two different/);
  });
});
