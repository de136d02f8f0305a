import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { buffer as readBuffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { RestClient, update, upsert } from './restClient';

interface Listed {
  id: string;
  properties: { id: string; values: string[] }[];
}

describe('sandbox BlueConic: GET /segments/{segment}/profiles', () => {
  let client: RestClient;
  const path = '/segments/all_customers/profiles';
  const values = (profile: Listed, property: string) =>
    profile.properties.find(({ id }) => id === property)?.values;
  const customers = (profiles: Listed[]) => profiles.map((profile) => values(profile, 'customer_id')![0]);

  async function walk(count: number, query: Record<string, string> = {}, where = path): Promise<Listed[]> {
    const all: Listed[] = [];
    for (let cursor: string | undefined = '*'; cursor !== undefined; ) {
      const { status, json } = await client.get(where, { ...query, count: String(count), cursor });
      assert.equal(status, 200);
      assert.equal(json.cursor, cursor);
      assert.ok(json.profiles.length <= count);
      all.push(...json.profiles);
      cursor = json.nextCursor;
    }
    return all;
  }

  before(async () => {
    client = await RestClient.start();
  });
  beforeEach(async () => {
    client.sandbox.reset();
    await client.signIn();
  });
  after(() => client.close());

  it('returns each profile exactly once for any page size', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 57 });
    client.sandbox.merge(
      client.sandbox.profile('customer_id', 'cust-00000010')!.profileId,
      client.sandbox.profile('customer_id', 'cust-00000011')!.profileId,
    );
    client.sandbox.defineSegment({
      id: 'gold',
      name: 'Gold',
      rule: { property: 'loyalty_tier', equals: 'gold' },
    });
    const active = [...client.sandbox.profiles()];
    const gold = active.filter(({ properties }) => properties.loyalty_tier?.includes('gold'));
    assert.ok(gold.length > 5 && active.length === 56);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (count) => {
        const ids = async (where?: string) => (await walk(count, {}, where)).map(({ id }) => id).sort();
        assert.deepEqual(
          await ids(),
          active.map(({ profileId }) => profileId),
        );
        assert.deepEqual(
          await ids('/segments/gold/profiles'),
          gold.map(({ profileId }) => profileId),
        );
      }),
      { numRuns: 12 },
    );
  });

  it('tells totals, and shows a profile whole', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 45, modifiedAt: 1_760_000_000_000 });
    const { json, headers } = await client.get(path, { cursor: '*' });
    assert.equal(headers.get('transfer-encoding'), 'chunked');
    assert.deepEqual([json.itemsPerPage, json.totalPages, json.totalResults], [20, 3, 45]);
    assert.ok(Array.isArray(json.links));
    const [profile] = json.profiles;
    const stored = client.sandbox.profile('customer_id', 'cust-00000000')!;
    assert.equal(profile.id, stored.profileId);
    assert.deepEqual(values(profile, 'lastmodifieddate'), ['1760000000000']);
    assert.deepEqual(values(profile, 'creationdate'), [String(Date.parse(profile.creationDate))]);
    for (const [id, held] of Object.entries(stored.properties)) assert.deepEqual(values(profile, id), held);
  });

  it('shows only the properties asked for, named either way', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 1 });
    const ids = async (query: Record<string, string | string[]>) =>
      (await client.get(path, query)).json.profiles[0].properties.map(({ id }: { id: string }) => id);
    assert.deepEqual(await ids({ profileProperty: ['email', 'lastmodifieddate'] }), [
      'email',
      'lastmodifieddate',
    ]);
    assert.deepEqual(await ids({ properties: 'firstname,country' }), ['firstname', 'country']);
  });

  it('expands what it is asked to', async () => {
    const [id] = client.sandbox.addProfiles([
      { properties: { customer_id: ['c-1'] }, permissionLevel: 'ANONYMOUS' },
    ]);
    await client.bulk({ ...update('c-1'), timeline: [{ id: 'o', eventTypeId: 'order' }] });
    const plain = (await client.get(path)).json.profiles[0];
    for (const part of ['permissions', 'replaces', 'segments', 'events', 'groups'])
      assert.equal(part in plain, false, part);
    const expand = ['permissions', 'replace', 'segments', 'timeline', 'groups'].map(
      (part) => `profiles.profile.${part}`,
    );
    const [full] = (await client.get(path, { expand })).json.profiles;
    assert.equal(full.id, id);
    assert.deepEqual(full.permissions, { level: 'ANONYMOUS' });
    assert.deepEqual(full.segments, [{ id: 'all_customers', name: 'All customers' }]);
    assert.deepEqual(full.replaces, []);
    assert.equal(full.events[0].id, 'o');
    assert.deepEqual(full.groups, []);
  });

  it('filters by refinement: what changed in a window of time', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 10, modifiedAt: Date.UTC(2026, 0, 1) });
    client.sandbox.seedPeople({ seed: 3, from: 10, to: 14, modifiedAt: Date.UTC(2026, 0, 9) });
    const refinement = JSON.stringify({
      property: 'lastmodifieddate',
      operator: 'IN_RANGE',
      fromDate: '2026-01-05T00:00:00.000Z',
      toDate: '2026-01-10T00:00:00.000Z',
    });
    assert.deepEqual(customers(await walk(3, { refinement })), [
      'cust-00000010',
      'cust-00000011',
      'cust-00000012',
      'cust-00000013',
    ]);
    const broken = await client.get(path, { refinement: '{"property":' });
    assert.deepEqual([broken.status, broken.json.errors[0].field], [400, 'refinement']);
  });

  it('evaluates membership anew at each reading', async () => {
    client.sandbox.defineSegment({
      id: 'gold',
      name: 'Gold',
      rule: { property: 'loyalty_tier', operator: 'CONTAINS_ANY', values: ['gold'] },
    });
    await client.bulk(upsert('c-1', [{ id: 'loyalty_tier', values: ['gold'] }]));
    assert.deepEqual(customers(await walk(5, {}, '/segments/gold/profiles')), ['c-1']);
    await client.bulk(update('c-1', [{ id: 'loyalty_tier', values: ['silver'] }]));
    assert.deepEqual(await walk(5, {}, '/segments/gold/profiles'), []);
  });

  it('brings a profile made during the walk on a later page', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 4 });
    const first = (await client.get(path, { count: '3' })).json;
    client.sandbox.seedPeople({ seed: 3, from: 4, to: 6 });
    const second = (await client.get(path, { count: '3', cursor: first.nextCursor })).json;
    assert.deepEqual(customers([...first.profiles, ...second.profiles]).length, 6);
    assert.equal(second.nextCursor, undefined);
  });

  it('stops at maxHitsAllowed', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 10 });
    assert.equal((await walk(3, { maxHitsAllowed: '7' })).length, 7);
  });

  it('answers 404 to an unknown segment and 400 to a bad cursor or count', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 3 });
    client.sandbox.defineSegment({ id: 'other', name: 'Other', rule: 'all' });
    assert.equal((await client.get('/segments/nope/profiles')).status, 404);
    assert.equal((await client.get(path, { cursor: 'junk' })).status, 400);
    assert.equal((await client.get(path, { count: '1000001' })).status, 400);
    assert.equal((await client.get(path, { count: '0' })).status, 400);
    const { nextCursor } = (await client.get(path, { count: '1' })).json;
    assert.equal((await client.get('/segments/other/profiles', { cursor: nextCursor })).status, 400);
  });

  it('hides personal data from an application without the right to it', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 1 });
    client.sandbox.configure({ applications: [{ clientId: 'blind', clientSecret: 's', pii: false }] });
    await client.signIn('blind', 's');
    const [profile] = (await client.get(path)).json.profiles;
    assert.equal(values(profile, 'email'), undefined);
    assert.equal(values(profile, 'customer_id'), undefined);
    assert.ok(values(profile, 'country'));
  });

  it('zips the stream where, and only where, the request allows it', async () => {
    client.sandbox.seedPeople({ seed: 3, from: 0, to: 500 });
    const fetchWith = async (headers: Record<string, string>) => {
      const request = get(`${client.sandbox.url}/rest/v2${path}?count=500`, {
        agent: false,
        headers: { authorization: `Bearer ${client.token}`, ...headers },
      });
      const [response] = await once(request, 'response');
      return { encoding: response.headers['content-encoding'], bytes: await readBuffer(response) };
    };
    const zipped = await fetchWith({ 'accept-encoding': 'deflate, gzip;q=0.5' });
    assert.equal(zipped.encoding, 'gzip');
    const text = gunzipSync(zipped.bytes).toString();
    assert.equal(JSON.parse(text).profiles.length, 500);
    for (const headers of [{}, { 'accept-encoding': 'gzip;q=0, br' }] as Record<string, string>[]) {
      const plain = await fetchWith(headers);
      assert.equal(plain.encoding, undefined);
      assert.equal(plain.bytes.toString(), text);
    }
  });

  describe('with an audience', () => {
    const listed = async (query: Record<string, string | string[]> = {}) =>
      customers((await client.get(path, { audienceId: 'aud-1', ...query })).json.profiles);
    const setCity = (customer: string, city: string) =>
      client.bulk(update(customer, [{ id: 'city', values: [city] }]));

    beforeEach(async () => {
      await client.bulk(upsert('c-1'), upsert('c-2'));
    });

    it('hands each profile out once, also over pages', async () => {
      assert.deepEqual(customers(await walk(1, { audienceId: 'aud-1' })), ['c-1', 'c-2']);
      assert.deepEqual(await listed(), []);
      assert.deepEqual(await listed({ audienceId: 'aud-2' }), ['c-1', 'c-2']);
    });

    it('brings a profile again only when a tracked property changed', async () => {
      await listed();
      await setCity('c-2', 'Gent');
      await client.bulk(update('c-1', [{ id: 'country', values: ['BE'] }]));
      assert.deepEqual(await listed(), []);
      assert.deepEqual(await listed({ trackProperties: ['city', 'phone'] }), ['c-2']);
      assert.deepEqual(await listed({ trackProperties: ['city', 'phone'] }), []);
    });

    it('remembers nothing with autoCommit=false', async () => {
      assert.deepEqual(await listed({ autoCommit: 'false' }), ['c-1', 'c-2']);
      assert.deepEqual(await listed(), ['c-1', 'c-2']);
    });

    it('counts only changes since the date, and within the days, that it is given', async () => {
      await listed();
      await setCity('c-1', 'Gent');
      const track = { trackProperties: 'city', autoCommit: 'false' };
      const inADay = new Date(Date.now() + 86_400_000).toISOString();
      const aDayAgo = new Date(Date.now() - 86_400_000).toISOString();
      assert.deepEqual(await listed({ ...track, trackPropertiesModifiedSince: inADay }), []);
      assert.deepEqual(await listed({ ...track, trackPropertiesModifiedSince: aDayAgo }), ['c-1']);
      const clock = { clockOffsetMs: 3 * 86_400_000 };
      client.sandbox.configure(clock);
      assert.deepEqual(await listed({ ...track, trackPropertyChangesInNumberOfDays: '2' }), []);
      assert.deepEqual(await listed({ ...track, trackPropertyChangesInNumberOfDays: '4' }), ['c-1']);
    });
  });
});
