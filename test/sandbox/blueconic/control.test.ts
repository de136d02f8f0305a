import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { person } from '../../../src/sandbox/people';
import type { SandboxRequest } from '../../../src/sandbox/server';
import { RestClient, upsert } from './restClient';

describe('sandbox BlueConic: control', () => {
  let client: RestClient;
  before(async () => {
    client = await RestClient.start();
  });
  beforeEach(async () => {
    client.sandbox.reset();
    await client.signIn();
  });
  after(() => client.close());

  async function call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }> {
    const [place = '', query = ''] = path.split('?');
    const route = client.sandbox.control.find((one) => one.method === method && one.path === place);
    assert.ok(route, `${method} ${path}`);
    const request: SandboxRequest = {
      method,
      path: place,
      query: new URLSearchParams(query),
      headers: {},
      raw: Readable.from([]) as IncomingMessage,
      body: async () => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    };
    const { status, body: answer } = await route.handle(request);
    if (answer === undefined) return { status, text: '' };
    if (typeof answer === 'object' && Symbol.asyncIterator in answer)
      return { status, text: await readText(Readable.from(answer)) };
    return { status, text: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  }

  it('seeds people with the documented properties, and again without doubles', async () => {
    const modifiedAt = 1_760_000_000_000;
    const seed = { seed: 9, from: 3, to: 8, modifiedAt };
    assert.equal((await call('POST', '/blueconic/seed', seed)).text, '{"seeded":5}');
    await call('POST', '/blueconic/seed', seed);
    assert.equal([...client.sandbox.profiles()].length, 5);
    const someone = person(9, 4);
    const { status, text } = await call('GET', '/blueconic/profile?property=customer_id&value=cust-00000004');
    assert.equal(status, 200);
    const { properties, lastModified, permissionLevel } = JSON.parse(text);
    assert.deepEqual([lastModified, permissionLevel], [modifiedAt, 'PERSONAL']);
    assert.deepEqual(properties.email, [someone.email]);
    assert.deepEqual(properties.loyalty_points, [String(someone.points)]);
    assert.deepEqual(properties.newsletter, [String(someone.newsletter)]);
    assert.deepEqual(properties.interests ?? [], someone.interests);
    assert.deepEqual(
      properties.last_order_at,
      someone.lastOrderAt && [String(Date.parse(someone.lastOrderAt))],
    );
    assert.equal(properties.braze_external_id, undefined);
  });

  it('joins seeding with a profile that has the customer id already', async () => {
    const [made] = await client.bulk(upsert('cust-00000001', [{ id: 'braze_tier', values: ['gold'] }]));
    client.sandbox.seedPeople({ seed: 9, from: 1, to: 2 });
    const profile = client.sandbox.profile('customer_id', 'cust-00000001')!;
    assert.equal(profile.profileId, made!.profileId);
    assert.deepEqual(profile.properties.braze_tier, ['gold']);
    assert.ok(profile.properties.email);
  });

  it('adds profiles and streams all active ones, sorted by id', async () => {
    const list = ['b', 'c', 'a'].map((profileId) => ({
      profileId,
      properties: { city: ['Gent'] },
      modifiedAt: 7,
    }));
    const { text } = await call('POST', '/blueconic/profiles', list);
    assert.deepEqual(JSON.parse(text).profileIds, ['b', 'c', 'a']);
    const lines = (await call('GET', '/blueconic/profiles')).text.trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [
        { profileId: 'a', properties: { city: ['Gent'] }, permissionLevel: 'PERSONAL', lastModified: 7 },
        { profileId: 'b', properties: { city: ['Gent'] }, permissionLevel: 'PERSONAL', lastModified: 7 },
        { profileId: 'c', properties: { city: ['Gent'] }, permissionLevel: 'PERSONAL', lastModified: 7 },
      ],
    );
  });

  it('touches profiles by value or by share, with new values if given', async () => {
    client.sandbox.addProfiles(
      ['x', 'y'].map((id) => ({ properties: { customer_id: [id] }, modifiedAt: 7 })),
    );
    const touch = { property: 'customer_id', value: 'x', set: { city: ['Gent'] } };
    assert.equal((await call('POST', '/blueconic/touch', touch)).text, '{"touched":1}');
    const [x, y] = ['x', 'y'].map((id) => client.sandbox.profile('customer_id', id)!);
    assert.deepEqual(x!.properties.city, ['Gent']);
    assert.ok(x!.lastModified > 7);
    assert.equal(y!.lastModified, 7);
    assert.equal((await call('POST', '/blueconic/touch', { share: 1 })).text, '{"touched":2}');
    assert.equal((await call('POST', '/blueconic/touch', { share: 0 })).text, '{"touched":0}');
  });

  it('defines segments and merges profiles', async () => {
    const rule = { property: 'city', equals: 'Gent' };
    await call('POST', '/blueconic/segments', { id: 'gent', name: 'Gent', rule });
    const ids = client.sandbox.addProfiles([{ properties: { city: ['Gent'] } }, { properties: {} }]);
    const inGent = async () => (await client.get('/segments/gent/profiles')).json.profiles;
    assert.equal((await inGent()).length, 1);
    const { text } = await call('POST', '/blueconic/merge', { profileIds: ids });
    assert.equal(JSON.parse(text).profileId, ids[1]);
    assert.deepEqual(
      (await inGent()).map(({ id }: { id: string }) => id),
      [ids[1]],
    );
  });

  it('changes switches, objectives and applications', async () => {
    const { text } = await call('POST', '/blueconic/settings', {
      clearBySet: 'ignored',
      tokenSeconds: 60,
      applications: [{ clientId: 'second', clientSecret: 's' }],
      objectives: [
        { id: 'ads', name: 'Ads', title: 'Ads', needsConsent: true, legislations: [], references: [] },
      ],
    });
    assert.equal(JSON.parse(text).clearBySet, 'ignored');
    await client.signIn('second', 's');
    assert.equal((await client.get('/objectives/ads')).status, 200);
    await call('POST', '/blueconic/expire-tokens');
    assert.equal((await client.get('/objectives/ads')).status, 401);
  });

  it('counts calls by route', async () => {
    await client.get('/segments/all_customers/profiles');
    await client.get('/segments/nope/profiles');
    const counts = JSON.parse((await call('GET', '/blueconic/calls')).text);
    assert.deepEqual(counts['GET /segments/{segment}/profiles'], { 200: 1, 404: 1 });
    assert.deepEqual(counts['POST /oauth/token'], { 200: 1 });
  });

  it('has no compact inspection in full mode', async () => {
    assert.equal((await call('GET', '/blueconic/compact')).status, 404);
  });

  const wrong: [string, string, unknown][] = [
    ['a range without an end', 'seed', { seed: 1, from: 0 }],
    ['an unknown switch', 'settings', { clearBySett: 'clears' }],
    ['an unknown choice', 'settings', { clearBySet: 'maybe' }],
    ['an invalid value', 'profiles', [{ properties: { orders: ['x'] } }]],
    ['an unknown property', 'touch', { share: 1, set: { nope: ['x'] } }],
    ['a share over 1', 'touch', { share: 2 }],
    [
      'a rule on an unknown property',
      'segments',
      { id: 's', name: 'S', rule: { property: 'no', equals: '1' } },
    ],
    ['profiles that do not exist', 'merge', { profileIds: ['a', 'b'] }],
    ['broken JSON', 'seed', '{'],
  ];
  for (const [what, path, body] of wrong) {
    it(`answers 400 to ${what}`, async () => {
      assert.equal((await call('POST', `/blueconic/${path}`, body)).status, 400);
    });
  }

  it('comes back from a reset as it started', async () => {
    client.sandbox.seedPeople({ seed: 1, from: 0, to: 3 });
    client.sandbox.configure({ clearBySet: 'rejected' });
    client.sandbox.defineSegment({ id: 's', name: 'S', rule: 'all' });
    client.sandbox.reset();
    assert.equal((await client.get('/segments')).status, 401);
    await client.signIn();
    assert.equal((await client.get('/segments')).json.totalResults, 1);
    assert.equal([...client.sandbox.profiles()].length, 0);
    assert.equal(client.sandbox.configure({}).clearBySet, 'clears');
  });

  it('suffers the faults it is told to, after the work where asked', async () => {
    const id = client.sandbox.faults.add({
      system: 'blueconic',
      method: 'PUT',
      path: '/profiles',
      times: 1,
      fault: { kind: 'status', status: 503, after: true },
    });
    assert.equal((await client.put('/profiles', [upsert('c-1')])).status, 503);
    client.sandbox.faults.remove(id);
    assert.equal((await client.bulk(upsert('c-1')))[0]!.state, 'UNCHANGED');
  });
});
