import assert from 'node:assert/strict';
import type { BulkEntry } from '../../../src/sandbox/blueconic/bulkEntry';
import { RestClient, update, upsert } from './restClient';

describe('sandbox BlueConic: PUT /profiles', () => {
  let client: RestClient;
  const held = (customer: string) => client.sandbox.profile('customer_id', customer)?.properties;
  const states = async (...entries: BulkEntry[]) => (await client.bulk(...entries)).map(({ state }) => state);

  before(async () => {
    client = await RestClient.start();
  });
  beforeEach(async () => {
    client.sandbox.reset();
    await client.signIn();
  });
  after(() => client.close());

  it('updates by default, creates with UPSERT, and tells unchanged from modified', async () => {
    const city = { id: 'city', values: ['Gent'], strategy: 'SET' as const };
    assert.deepEqual(await states(update('c-1', [city])), ['NOTFOUND']);
    assert.deepEqual(
      await states(
        upsert('c-1', [city]),
        upsert('c-1', [city]),
        update('c-1', [{ ...city, values: ['Graz'] }]),
      ),
      ['CREATED', 'UNCHANGED', 'MODIFIED'],
    );
    assert.deepEqual(held('c-1'), { customer_id: ['c-1'], city: ['Graz'] });
  });

  it('does not write the matching values to a new profile', async () => {
    const [result] = await client.bulk({
      strategy: 'UPSERT',
      matching: [[{ id: 'customer_id', value: 'c-1' }]],
      properties: [{ id: 'city', values: ['Gent'] }],
    });
    assert.equal(result!.state, 'CREATED');
    assert.equal(held('c-1'), undefined);
    assert.equal(client.sandbox.profile('city', 'Gent')?.profileId, result!.profileId);
  });

  it('matches OR over AND, and lets profileId win over matching', async () => {
    const [a, b] = client.sandbox.addProfiles([
      { properties: { customer_id: ['c-1'], email: ['one@example.org'] } },
      { properties: { customer_id: ['c-2'], email: ['two@example.org'] } },
    ]);
    const found = async (matching: BulkEntry['matching'], profileId?: string) =>
      (await client.bulk({ matching: matching!, ...(profileId && { profileId }) }))[0]!.profileId;
    const email = (value: string) => ({ id: 'email', value });
    const customer = (value: string) => ({ id: 'customer_id', value });
    assert.equal(await found([[customer('c-1'), email('one@example.org')]]), a);
    assert.equal(await found([[customer('c-1'), email('two@example.org')]]), undefined);
    assert.equal(await found([[customer('nobody')], [email('two@example.org')]]), b);
    assert.equal(await found([[customer('c-1')]], b), b);
  });

  it('refuses to match on a property that is no unique identifier', async () => {
    const { status, json } = await client.put('/profiles', [{ matching: [[{ id: 'city', value: 'Gent' }]] }]);
    assert.equal(status, 400);
    assert.equal(json.code, 400);
    assert.equal(json.errors[0].field, '[0].matching');
  });

  it('applies each rule strategy', async () => {
    client.sandbox.addProfiles([
      { properties: { customer_id: ['c-1'], interests: ['golf'], orders: ['4'], city: ['Gent'] } },
    ]);
    await client.bulk(
      update('c-1', [
        { id: 'interests', values: ['golf', 'chess'], strategy: 'ADD' },
        { id: 'orders', values: ['3'], strategy: 'INCREMENT' },
        { id: 'loyalty_points', values: ['5'], strategy: 'SUM' },
        { id: 'city', values: ['Graz'], strategy: 'SET_IF_EMPTY' },
        { id: 'country', values: ['BE'], strategy: 'SET_IF_EMPTY' },
      ]),
    );
    assert.deepEqual(held('c-1'), {
      customer_id: ['c-1'],
      interests: ['golf', 'chess'],
      orders: ['7'],
      loyalty_points: ['5'],
      city: ['Gent'],
      country: ['BE'],
    });
    await client.bulk(update('c-1', [{ id: 'interests', values: ['golf'], strategy: 'REMOVE' }]));
    assert.deepEqual(held('c-1')!.interests, ['chess']);
  });

  it('refuses INCREMENT or SUM where the switch says so, and then changes nothing', async () => {
    client.sandbox.addProfiles([{ properties: { customer_id: ['c-1'], orders: ['1'] } }]);
    const add = (strategy: 'INCREMENT' | 'SUM') =>
      client.put('/profiles', [update('c-1', [{ id: 'orders', values: ['1'], strategy }])]);
    client.sandbox.configure({ incrementStrategy: 'rejected' });
    const refused = await add('INCREMENT');
    assert.equal(refused.status, 400);
    assert.equal(refused.json.errors[0].field, '[0].properties[0].strategy');
    assert.equal((await add('SUM')).status, 200);
    client.sandbox.configure({ incrementStrategy: 'accepted', sumStrategy: 'rejected' });
    assert.equal((await add('SUM')).status, 400);
    assert.equal((await add('INCREMENT')).status, 200);
    assert.deepEqual(held('c-1')!.orders, ['3']);
  });

  it('follows the restriction of a rule', async () => {
    const rules = [
      { id: 'city', values: ['Gent'], restriction: 'NEW_PROFILES_ONLY' as const },
      { id: 'country', values: ['BE'], restriction: 'EXISTING_PROFILES_ONLY' as const },
    ];
    await client.bulk(upsert('c-1', rules));
    assert.deepEqual(held('c-1'), { customer_id: ['c-1'], city: ['Gent'] });
    await client.bulk(upsert('c-1', [{ ...rules[0]!, values: ['Graz'] }, rules[1]!]));
    assert.deepEqual(held('c-1'), { customer_id: ['c-1'], city: ['Gent'], country: ['BE'] });
  });

  it('touches members of a segment only where an entry asks for it', async () => {
    client.sandbox.defineSegment({
      id: 'gold',
      name: 'Gold',
      rule: { property: 'loyalty_tier', equals: 'gold' },
    });
    client.sandbox.addProfiles([
      { properties: { customer_id: ['c-1'], loyalty_tier: ['gold'] } },
      { properties: { customer_id: ['c-2'], loyalty_tier: ['silver'] } },
    ]);
    const restriction = { isMemberOfSegment: 'gold' };
    const rules = [{ id: 'city', values: ['Gent'] }];
    assert.deepEqual(
      await states(
        { ...update('c-1', rules), restriction },
        { ...update('c-2', rules), restriction },
        { ...upsert('c-3', rules), restriction },
      ),
      ['MODIFIED', 'RESTRICTION_MISMATCH', 'RESTRICTION_MISMATCH'],
    );
    assert.equal(held('c-2')!.city, undefined);
    assert.equal(held('c-3'), undefined);
  });

  it('reports invalid values by property, drops them, and applies everything else', async () => {
    const [result] = await client.bulk(
      upsert('c-1', [
        { id: 'orders', values: ['many'] },
        { id: 'email', values: ['not an address', 'one@example.org'] },
        { id: 'creationdate', values: ['0'] },
        { id: 'no_such_property', values: ['x'] },
        { id: 'city', values: ['Gent'] },
      ]),
    );
    assert.equal(result!.state, 'CREATED');
    assert.deepEqual(Object.keys(result!.validationErrors!).sort(), [
      'creationdate',
      'email',
      'no_such_property',
      'orders',
    ]);
    assert.deepEqual(held('c-1'), { customer_id: ['c-1'], email: ['one@example.org'], city: ['Gent'] });
  });

  it('never empties a property because of an invalid value', async () => {
    client.sandbox.addProfiles([{ properties: { customer_id: ['c-1'], orders: ['4'] } }]);
    assert.deepEqual(await states(update('c-1', [{ id: 'orders', values: ['x'] }])), ['UNCHANGED']);
    assert.deepEqual(held('c-1')!.orders, ['4']);
  });

  it('treats unknown properties as the switch says', async () => {
    const entry = upsert('c-1', [{ id: 'brand_new', values: ['x'] }]);
    client.sandbox.configure({ unknownProperty: 'ignore' });
    assert.equal((await client.bulk(entry))[0]!.validationErrors, undefined);
    assert.equal(held('c-1')!.brand_new, undefined);
    client.sandbox.configure({ unknownProperty: 'create' });
    await client.bulk(entry);
    assert.deepEqual(held('c-1')!.brand_new, ['x']);
    assert.equal((await client.get('/profileProperties/brand_new')).json.filterType, 'SELECT');
  });

  it('clears with an empty SET, ignores it or refuses it, as the switch says', async () => {
    client.sandbox.addProfiles([{ properties: { customer_id: ['c-1'], city: ['Gent'] } }]);
    const clear = update('c-1', [{ id: 'city', values: [] }]);
    client.sandbox.configure({ clearBySet: 'ignored' });
    const [ignored] = await client.bulk(clear);
    assert.deepEqual([ignored!.state, ignored!.validationErrors], ['UNCHANGED', undefined]);
    client.sandbox.configure({ clearBySet: 'rejected' });
    const [rejected] = await client.bulk(clear);
    assert.deepEqual([rejected!.state, Object.keys(rejected!.validationErrors!)], ['UNCHANGED', ['city']]);
    assert.deepEqual(held('c-1')!.city, ['Gent']);
    client.sandbox.configure({ clearBySet: 'clears' });
    assert.deepEqual(await states(clear, clear), ['MODIFIED', 'UNCHANGED']);
    assert.equal(held('c-1')!.city, undefined);
  });

  it('bumps the modification date only when something changed', async () => {
    client.sandbox.addProfiles([
      { properties: { customer_id: ['c-1'], city: ['Gent'] }, modifiedAt: 1_000, createdAt: 500 },
    ]);
    const modified = () => client.sandbox.profile('customer_id', 'c-1')!.lastModified;
    await client.bulk({
      ...update('c-1', [{ id: 'city', values: ['Gent'] }]),
      timeline: [{ eventTypeId: 'order', data: [] }],
    });
    assert.equal(modified(), 1_000);
    const before = Date.now();
    await client.bulk(update('c-1', [{ id: 'city', values: ['Graz'] }]));
    assert.ok(modified() >= before);
  });

  it('does the first 1000 entries and answers 413 to more', async () => {
    const entries = Array.from({ length: 1003 }, (_, at) => ({
      ...upsert(`c-${at}`),
      identifier: `row-${at}`,
    }));
    const { status, json } = await client.put('/profiles', entries);
    assert.equal(status, 413);
    assert.equal(json.length, 1000);
    assert.ok(json.every((result: { state: string }) => result.state === 'CREATED'));
    assert.equal(json[999].identifier, 'row-999');
    assert.ok(held('c-999'));
    assert.equal(held('c-1000'), undefined);
  });

  it('answers in the order of the entries, or in none, always with their identifiers', async () => {
    const entries = ['a', 'b', 'c'].map((id) => ({ ...upsert(id), identifier: id }));
    const order = async () => (await client.bulk(...entries)).map(({ identifier }) => identifier);
    assert.deepEqual(await order(), ['a', 'b', 'c']);
    client.sandbox.configure({ resultOrder: 'shuffled' });
    const mixed = await order();
    assert.deepEqual([...mixed].sort(), ['a', 'b', 'c']);
    assert.ok(mixed.every((id, at) => id !== entries[at]!.identifier));
  });

  it('chooses among several matches as the switch says', async () => {
    const [older, newer] = client.sandbox.addProfiles([
      { properties: { email: ['same@example.org'] }, createdAt: 1_000 },
      { properties: { email: ['same@example.org'] }, createdAt: 2_000 },
    ]);
    const entry: BulkEntry = { matching: [[{ id: 'email', value: 'same@example.org' }]] };
    assert.equal((await client.bulk(entry))[0]!.profileId, older);
    client.sandbox.configure({ severalMatches: 'newest' });
    assert.equal((await client.bulk(entry))[0]!.profileId, newer);
    client.sandbox.configure({ severalMatches: 'error' });
    const [none] = await client.bulk(entry);
    assert.deepEqual([none!.state, none!.profileId], ['SKIPPED', undefined]);
  });

  it('deletes by profile id only', async () => {
    const [id] = client.sandbox.addProfiles([{ properties: { customer_id: ['c-1'] } }]);
    assert.deepEqual(await states({ ...update('c-1'), strategy: 'DELETE' }), ['SKIPPED']);
    const entry: BulkEntry = { profileId: id!, strategy: 'DELETE' };
    assert.deepEqual(await states(entry, entry), ['DELETED', 'NOTFOUND']);
    assert.equal(held('c-1'), undefined);
    assert.equal((await client.get(`/profiles/${id}`)).status, 404);
  });

  it('skips an entry that names no profile', async () => {
    assert.deepEqual(await states({ strategy: 'UPSERT' }, { strategy: 'UPSERT', matching: [[]] }), [
      'SKIPPED',
      'SKIPPED',
    ]);
    assert.equal([...client.sandbox.profiles()].length, 0);
  });

  it('sets permission level and zone on creation only', async () => {
    const entry: BulkEntry = {
      ...upsert('c-1'),
      permissionLevel: 'ANONYMOUS',
      privacyLegislation: 'GDPR',
    };
    await client.bulk(entry, { ...entry, permissionLevel: 'PERSONAL', privacyLegislation: 'CCPA' });
    const { permissionLevel, properties } = client.sandbox.profile('customer_id', 'c-1')!;
    assert.deepEqual([permissionLevel, properties.privacy_legislation], ['ANONYMOUS', ['GDPR']]);
  });

  it('keeps personal data from an application without the right to it', async () => {
    const [id] = client.sandbox.addProfiles([{ properties: { customer_id: ['c-1'] } }]);
    client.sandbox.configure({ applications: [{ clientId: 'blind', clientSecret: 's', pii: false }] });
    await client.signIn('blind', 's');
    assert.deepEqual(
      await states(
        update('c-1', [{ id: 'city', values: ['Gent'] }]),
        { profileId: id!, properties: [{ id: 'firstname', values: ['Ada'] }] },
        { profileId: id!, properties: [{ id: 'country', values: ['BE'] }] },
      ),
      ['UNAUTHORIZED', 'UNAUTHORIZED', 'MODIFIED'],
    );
    assert.deepEqual(held('c-1'), { customer_id: ['c-1'], country: ['BE'] });
  });

  it('answers 429 to more requests at once than allowed', async () => {
    const crowded = await RestClient.start({ settings: { concurrentBulkRequests: 1, bulkMs: 3_600_000 } });
    const requests = ['c-1', 'c-2'].map((id) => crowded.put('/profiles', [upsert(id)]));
    const { status } = await Promise.race(requests);
    assert.equal(status, 429);
    await crowded.close();
    const ends = await Promise.allSettled(requests);
    assert.equal(ends.filter((end) => end.status === 'rejected').length, 1);
  });

  const malformed: [string, unknown, string][] = [
    ['a body that is no list', {}, 'body'],
    [
      'a number among the values',
      [{ properties: [{ id: 'orders', values: [1] }] }],
      '[0].properties[0].values',
    ],
    ['an unknown entry strategy', [{}, { strategy: 'MERGE' }], '[1].strategy'],
    [
      'an unknown rule strategy',
      [{ properties: [{ id: 'a', values: [], strategy: 'X' }] }],
      '[0].properties[0].strategy',
    ],
    ['a zone that is no code', [{ privacyLegislation: ['GDPR'] }], '[0].privacyLegislation'],
    [
      'an event with broken data',
      [{ timeline: [{ eventTypeId: 'order', data: [null] }] }],
      '[0].timeline[0].data',
    ],
    ['matching that is flat', [{ matching: [{ id: 'email', value: 'x' }] }], '[0].matching[0]'],
    [
      'a restriction to an unknown segment',
      [{ restriction: { isMemberOfSegment: 'x' } }],
      '[0].restriction.isMemberOfSegment',
    ],
  ];
  for (const [what, body, field] of malformed) {
    it(`refuses ${what} with 400 and names the field`, async () => {
      const { status, json } = await client.put('/profiles', body);
      assert.equal(status, 400);
      assert.equal(json.errors[0].field, field);
      assert.equal(typeof json.message, 'string');
    });
  }

  it('refuses broken JSON with 400', async () => {
    assert.equal((await client.send('PUT', '/profiles', '[{')).status, 400);
  });

  it('stores timeline events and tells their states', async () => {
    const event = (strategy: 'SET' | 'UPSERT' | 'UPDATE' | 'DELETE', total: string, id = 'o-1') => ({
      id,
      eventTypeId: 'order',
      date: '2026-01-05T10:00:00.000Z',
      strategy,
      data: [{ id: 'total', values: [total] }],
      identifier: `${strategy}-${id}`,
    });
    const [result] = await client.bulk({
      ...upsert('c-1'),
      timeline: [
        event('UPDATE', '1'),
        event('SET', '2'),
        event('UPSERT', '3'),
        event('SET', '4'),
        event('UPSERT', '5', 'o-2'),
        event('DELETE', '0', 'o-2'),
        { eventTypeId: 'unheard_of' },
      ],
    });
    assert.deepEqual(
      result!.timeline!.map(({ state }) => state),
      ['NOTFOUND', 'CREATED', 'MODIFIED', 'SET', 'CREATED', 'DELETED', 'REJECTED'],
    );
    assert.equal(result!.timeline![1]!.identifier, 'SET-o-1');
    const { json } = await client.get(`/profiles/${result!.profileId}`, { expand: 'profile.timeline' });
    assert.deepEqual(json.events, [
      {
        id: 'o-1',
        eventTypeId: 'order',
        date: '2026-01-05T10:00:00.000Z',
        properties: [{ id: 'total', values: ['4'] }],
      },
    ]);
  });

  it('holds 250 events a profile', async () => {
    const events = Array.from({ length: 251 }, (_, at) => ({ id: `e-${at}`, eventTypeId: 'order' }));
    const [result] = await client.bulk({ ...upsert('c-1'), timeline: events });
    const reached = result!.timeline!.map(({ state }) => state);
    assert.equal(reached.filter((state) => state === 'CREATED').length, 250);
    assert.equal(reached[250], 'REJECTED');
  });
});
