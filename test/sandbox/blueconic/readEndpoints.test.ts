import assert from 'node:assert/strict';
import { RestClient, upsert } from './restClient';

describe('sandbox BlueConic: reading', () => {
  let client: RestClient;
  before(async () => {
    client = await RestClient.start();
  });
  beforeEach(async () => {
    client.sandbox.reset();
    await client.signIn();
  });
  after(() => client.close());

  it('finds profile ids by unique identifier, quoted or not, narrowed by more pairs', async () => {
    const [a] = client.sandbox.addProfiles([
      { properties: { customer_id: ['c-1'], email: ['a@example.org'] } },
      { properties: { customer_id: ['c-2'], email: ['a@example.org'] } },
    ]);
    const found = async (property: string[], value: string[]) =>
      (await client.get('/profiles', { property, value })).json;
    assert.equal((await found(['email'], ['a@example.org'])).totalResults, 2);
    assert.deepEqual((await found(['email', 'customer_id'], ['"a@example.org"', 'c-1'])).profiles, [
      { id: a },
    ]);
    assert.deepEqual((await found(['email'], ['nobody@example.org'])).profiles, []);
    const status = async (query: Record<string, string>) => (await client.get('/profiles', query)).status;
    assert.equal(await status({ property: 'city', value: 'Gent' }), 501);
    assert.equal(await status({ property: 'email' }), 400);
  });

  it('shows one profile, with its segments unless collapsed', async () => {
    client.sandbox.defineSegment({ id: 'tagged', name: 'Tagged', rule: 'all', tags: ['x'] });
    const [result] = await client.bulk(upsert('c-1', [{ id: 'city', values: ['Gent'] }]));
    const path = `/profiles/${result!.profileId}`;
    const { json } = await client.get(path, { profileProperty: 'city' });
    assert.deepEqual(json.properties, [{ id: 'city', values: ['Gent'] }]);
    assert.deepEqual(json.permissions, { level: 'PERSONAL' });
    assert.deepEqual(
      json.segments.map(({ id }: { id: string }) => id),
      ['all_customers', 'tagged'],
    );
    const tagged = await client.get(path, { expand: 'profile.segments.tags' });
    assert.deepEqual(tagged.json.segments[1].tags, ['x']);
    const collapsed = await client.get(path, { collapse: 'profile.segments' });
    assert.equal('segments' in collapsed.json, false);
    assert.equal((await client.get('/profiles/nobody')).status, 404);
  });

  it('pages segments and filters them by tag', async () => {
    for (const id of ['s-1', 's-2', 's-3'])
      client.sandbox.defineSegment({ id, name: id, rule: 'all', tags: id === 's-2' ? ['vip'] : [] });
    client.sandbox.addProfiles([{ properties: {} }]);
    const { json } = await client.get('/segments', { startIndex: '1', count: '2' });
    assert.deepEqual(
      json.segments.map(({ id }: { id: string }) => id),
      ['s-1', 's-2'],
    );
    assert.deepEqual([json.startIndex, json.itemsPerPage, json.totalPages, json.totalResults], [1, 2, 2, 4]);
    assert.equal(json.segments[0].profileCount, 1);
    const tagged = await client.get('/segments', { filterTag: 'vip' });
    assert.equal(tagged.json.segments[0].id, 's-2');
    assert.equal((await client.get('/segments', { startIndex: '-1' })).status, 400);
  });

  it('lists connections and their runs, read-only', async () => {
    const { json } = await client.get('/connections');
    const [{ id }] = json.connections;
    assert.equal((await client.get(`/connections/${id}`)).json.id, id);
    const runs = (await client.get(`/connections/${id}/runs`)).json;
    assert.deepEqual([runs.itemsPerPage, runs.runs.length], [10, 2]);
    assert.ok(runs.runs[0].startDate > runs.runs[1].startDate);
    assert.equal((await client.get('/connections/nope/runs')).status, 404);
    assert.equal((await client.put(`/connections/${id}`, {})).status, 405);
  });

  for (const key of ['timelineEventTypes', 'groupTypes', 'dialogues', 'lifecycles']) {
    it(`lists ${key}`, async () => {
      const { json } = await client.get(`/${key}`, { count: '1' });
      assert.equal(json[key].length, 1);
      assert.equal(typeof json[key][0].id, 'string');
    });
  }

  it('writes groups in bulk', async () => {
    const group = {
      groupType: 'household',
      groupId: 'h-1',
      strategy: 'UPSERT',
      properties: [{ id: 'street', values: ['Main'] }],
    };
    const { status, json } = await client.put('/groups', [
      { ...group, strategy: 'UPDATE' },
      group,
      group,
      {
        ...group,
        groupType: undefined,
        groupTypeId: 'household',
        properties: [{ id: 'street', values: ['Side'] }],
      },
      { ...group, groupType: 'tribe' },
    ]);
    assert.equal(status, 200);
    assert.deepEqual(
      json.map(({ state }: { state: string }) => state),
      ['NOTFOUND', 'CREATED', 'UNCHANGED', 'MODIFIED', 'UNKNOWN_GROUP_TYPE'],
    );
    const read = await client.get('/groups/household/h-1');
    assert.deepEqual(read.json.properties, [{ id: 'street', values: ['Side'] }]);
    const deleted = await client.put('/groups', [{ ...group, strategy: 'DELETE' }]);
    assert.equal(deleted.json[0].state, 'DELETED');
    assert.equal((await client.get('/groups/household/h-1')).status, 404);
    const many = await client.put('/groups', Array(1001).fill(group));
    assert.deepEqual([many.status, many.json.length], [413, 1000]);
    assert.equal((await client.put('/groups', [{ groupType: 'household' }])).status, 400);
  });

  it('describes itself without a token', async () => {
    client.token = '';
    const { status, json } = await client.get('/openapi.json');
    assert.equal(status, 200);
    assert.ok(json.paths['/profiles'].put && json.paths['/segments/{segment}/profiles'].get);
  });

  it('makes JSON readable on request, streams included', async () => {
    client.sandbox.seedPeople({ seed: 1, from: 0, to: 2 });
    for (const path of ['/segments', '/segments/all_customers/profiles']) {
      const response = await fetch(`${client.sandbox.url}/rest/v2${path}?prettyPrint=true`, {
        headers: { authorization: `Bearer ${client.token}` },
      });
      const text = await response.text();
      assert.match(text, /\n {2}"totalResults": \d+/);
      JSON.parse(text);
    }
  });

  it('answers 404 to paths that do not exist', async () => {
    assert.equal((await client.get('/nothing')).status, 404);
    assert.equal((await client.get('/profiles/%E0%A4%A')).status, 404);
    assert.equal((await fetch(`${client.sandbox.url}/rest/v1/profiles`)).status, 404);
  });

  it('dates answers and changes by its own clock', async () => {
    const offset = 5 * 86_400_000;
    client.sandbox.configure({ clockOffsetMs: offset });
    const before = Date.now();
    const { headers } = await client.put('/profiles', [upsert('c-1')]);
    assert.ok(Date.parse(headers.get('date')!) >= before + offset - 1000);
    assert.ok(client.sandbox.profile('customer_id', 'c-1')!.lastModified >= before + offset);
  });
});
