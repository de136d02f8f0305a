import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BulkEntry, BulkRule } from '../../../src/sandbox/blueconic/bulkEntry';
import { expectedChecksum } from '../../../src/sandbox/blueconic/compactColumns';
import { indexOfCustomer } from '../../../src/sandbox/blueconic/compactProfiles';
import { indexOfProfileId, profileIdOf } from '../../../src/sandbox/blueconic/seed';
import { RestClient, update, upsert } from './restClient';

const customer = (index: number) => `cust-${String(index).padStart(8, '0')}`;

describe('sandbox BlueConic: compact mode', () => {
  const clients: RestClient[] = [];
  async function start(options: Parameters<typeof RestClient.start>[0]): Promise<RestClient> {
    const client = await RestClient.start(options);
    clients.push(client);
    return client;
  }
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  it('shows the same people as full mode', async () => {
    const modifiedAt = 1_760_000_000_000;
    const compact = await start({ compact: { profiles: 30, seed: 5, modifiedAt } });
    const full = await start({});
    full.sandbox.seedPeople({ seed: 5, from: 0, to: 30, modifiedAt });
    assert.deepEqual([...compact.sandbox.profiles()], [...full.sandbox.profiles()]);
    const page = (client: RestClient) =>
      client.get('/segments/all_customers/profiles', { count: '30', expand: 'profiles.profile.segments' });
    assert.deepEqual((await page(compact)).json, (await page(full)).json);
  });

  it('gives the same states, errors and values as full mode for any rules', async () => {
    const compact = await start({ compact: { profiles: 6, seed: 5, existing: 3 } });
    const full = await start({});
    const rule: fc.Arbitrary<BulkRule> = fc.oneof(
      fc.record({
        id: fc.constantFrom('braze_tier', 'interests', 'city', 'braze_interests'),
        values: fc.uniqueArray(fc.constantFrom('a', 'b', 'golf', 'Gent'), { maxLength: 3 }),
        strategy: fc.constantFrom('SET', 'ADD', 'SET_IF_EMPTY', 'REMOVE', 'INCREMENT'),
        restriction: fc.constantFrom('ALL_PROFILES', 'NEW_PROFILES_ONLY', 'EXISTING_PROFILES_ONLY'),
      }),
      fc.record({
        id: fc.constantFrom('braze_points', 'orders', 'lifetime_value', 'nope'),
        values: fc.array(fc.constantFrom('1', '-7', '2.5', 'x', '2147483647'), { maxLength: 1 }),
        strategy: fc.constantFrom('SET', 'SET_IF_EMPTY', 'REMOVE', 'INCREMENT', 'SUM'),
      }),
    );
    const entry: fc.Arbitrary<BulkEntry> = fc
      .tuple(
        fc.integer({ min: 0, max: 5 }),
        fc.array(rule, { maxLength: 3 }),
        fc.constantFrom('UPSERT', 'UPDATE'),
      )
      .map(([index, rules, strategy]) => ({ ...upsert(customer(index), rules), strategy }));
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 12 }), async (entries) => {
        for (const client of [compact, full]) {
          client.sandbox.reset();
          await client.signIn();
        }
        full.sandbox.seedPeople({ seed: 5, from: 0, to: 3 });
        const strip = async (client: RestClient) =>
          (await client.bulk(...entries)).map(({ profileId: _id, ...result }) => result);
        assert.deepEqual(await strip(compact), await strip(full));
        const held = (client: RestClient) =>
          [...client.sandbox.profiles()].map(({ properties }) => properties).sort(byCustomer);
        assert.deepEqual(held(compact), held(full));
      }),
      { numRuns: 60 },
    );
  });

  it('matches by customer id, Braze external id and profile id', async () => {
    const client = await start({ compact: { profiles: 10, seed: 5, existing: 5 } });
    const tier = [{ id: 'braze_tier', values: ['gold'] }];
    const results = await client.bulk(
      update(customer(1), tier),
      { matching: [[{ id: 'braze_external_id', value: customer(2) }]], properties: tier },
      { profileId: profileIdOf(5, 3), properties: tier },
      update(customer(7), tier),
      { ...upsert(customer(8), tier) },
      { ...upsert(customer(99), tier) },
      { profileId: profileIdOf(5, 4), strategy: 'DELETE' },
    );
    assert.deepEqual(
      results.map(({ state }) => state),
      ['MODIFIED', 'MODIFIED', 'MODIFIED', 'NOTFOUND', 'CREATED', 'SKIPPED', 'DELETED'],
    );
    assert.equal(results[4]!.profileId, profileIdOf(5, 8));
    const { json } = await client.get(`/profiles/${profileIdOf(5, 8)}`, { collapse: 'profile.segments' });
    assert.deepEqual(
      json.properties.map(({ id }: { id: string }) => id),
      ['customer_id', 'braze_tier', 'creationdate', 'lastmodifieddate'],
    );
    assert.equal(client.sandbox.compact()!.active, 5);
    const email = await client.put('/profiles', [{ matching: [[{ id: 'email', value: 'a@b.co' }]] }]);
    assert.equal(email.status, 400);
  });

  it('tells by checksum what was written, in whatever order', async () => {
    const client = await start({ compact: { profiles: 50, seed: 5, existing: 0 } });
    const cells = Array.from({ length: 50 }, (_, index) => ({
      index,
      tier: [`tier-${index % 7}`],
      points: [`${index}.50`],
    }));
    const entries = cells.map(({ index, tier, points }) =>
      upsert(customer(index), [
        { id: 'braze_tier', values: tier },
        { id: 'braze_lifetime_value', values: points },
      ]),
    );
    await client.bulk(...entries.reverse());
    const { properties, created } = client.sandbox.compact()!;
    assert.equal(created, 50);
    const tiers = cells.map(({ index, tier }) => ({ index, values: tier }));
    assert.deepEqual(properties.braze_tier, expectedChecksum(tiers));
    assert.deepEqual(
      properties.braze_lifetime_value,
      expectedChecksum(
        cells.map(({ index, points }) => ({ index, values: points })),
        true,
      ),
    );
    const swapped = tiers.map(({ index }) => ({ index, values: [`tier-${(index + 1) % 7}`] }));
    assert.notEqual(properties.braze_tier!.checksum, expectedChecksum(swapped).checksum);
  });

  it('lists what changed, page by page', async () => {
    const client = await start({ compact: { profiles: 40, seed: 5, modifiedAt: 1_000 } });
    client.sandbox.seedPeople({ seed: 5, from: 0, to: 30, modifiedAt: 5_000 });
    const touched = client.sandbox.touch({ share: 0.5, seed: 2, set: { loyalty_tier: ['gold'] } });
    assert.ok(touched > 5 && touched < 35);
    const refinement = JSON.stringify({
      property: 'lastmodifieddate',
      operator: 'IN_LAST_DAYS',
      daysCount: 1,
    });
    const ids = new Set<string>();
    let cursor: string | undefined = '*';
    while (cursor !== undefined) {
      const { json }: { json: { profiles: { id: string }[]; nextCursor?: string } } = await client.get(
        '/segments/all_customers/profiles',
        { cursor, count: '7', refinement, profileProperty: 'loyalty_tier' },
      );
      for (const profile of json.profiles) {
        ids.add(profile.id);
        assert.deepEqual(profile, { ...profile, properties: [{ id: 'loyalty_tier', values: ['gold'] }] });
      }
      cursor = json.nextCursor;
    }
    assert.equal(ids.size, touched);
  });

  it('says what it does not offer', async () => {
    const client = await start({ compact: { profiles: 5, seed: 5 } });
    assert.throws(() => client.sandbox.addProfiles([{ properties: {} }]), /compact/);
    assert.throws(() => client.sandbox.merge('a', 'b'), /compact/);
    assert.throws(() => client.sandbox.seedPeople({ seed: 6, from: 0, to: 1 }), /seed/);
    const status = async (entry: BulkEntry) => (await client.put('/profiles', [entry])).status;
    assert.equal(await status({ ...update(customer(1)), timeline: [] }), 400);
    assert.equal(await status({ ...update(customer(1)), restriction: { isMemberOfSegment: 'x' } }), 400);
    const audience = await client.get('/segments/all_customers/profiles', { audienceId: 'a' });
    assert.equal(audience.status, 400);
  });
});

function byCustomer(a: Record<string, readonly string[]>, b: Record<string, readonly string[]>): number {
  return a.customer_id![0]! < b.customer_id![0]! ? -1 : 1;
}

describe('sandbox BlueConic: compact identifiers', () => {
  it('reads back every index from customer id and profile id, and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000_000), fc.nat(1_000), (index, seed) => {
        assert.equal(indexOfCustomer(customer(index)), index);
        assert.equal(indexOfProfileId(seed, profileIdOf(seed, index)), index);
        assert.equal(indexOfProfileId(seed + 1, profileIdOf(seed, index)), -1);
        assert.match(
          profileIdOf(seed, index),
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
    for (const text of ['cust-1', 'cust-0000000x', 'cust-000000001', 'c-00000001', ''])
      assert.equal(indexOfCustomer(text), -1, text);
  });
});
