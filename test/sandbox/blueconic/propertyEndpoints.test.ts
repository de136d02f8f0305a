import assert from 'node:assert/strict';
import { RestClient, upsert } from './restClient';

describe('sandbox BlueConic: profile properties', () => {
  let client: RestClient;
  before(async () => {
    client = await RestClient.start();
  });
  beforeEach(async () => {
    client.sandbox.reset();
    await client.signIn();
  });
  after(() => client.close());

  it('lists them in pages, by type and by name', async () => {
    const { json } = await client.get('/profileProperties');
    assert.equal(json.profileProperties.length, 20);
    assert.ok(json.totalResults > 30);
    assert.deepEqual(json.links, { links: [] });
    const typed = await client.get('/profileProperties', { filterType: ['EMAIL', 'DECIMAL'], count: '100' });
    assert.deepEqual(typed.json.profileProperties.map(({ id }: { id: string }) => id).sort(), [
      'braze_email',
      'braze_lifetime_value',
      'email',
      'lifetime_value',
    ]);
    const named = await client.get('/profileProperties', { filterValue: 'BRAZE TIER' });
    assert.equal(named.json.profileProperties[0].id, 'braze_tier');
  });

  it('creates a property that rules can then write to', async () => {
    const put = await client.put('/profileProperties/braze_score', { name: 'Score', filterType: 'RANGE' });
    assert.equal(put.status, 200);
    assert.deepEqual(
      [put.json.id, put.json.name, put.json.filterType, put.json.permissionLevel, put.json.indexed],
      ['braze_score', 'Score', 'RANGE', 'ANONYMOUS', false],
    );
    assert.deepEqual((await client.get('/profileProperties/braze_score')).json, put.json);
    const [result] = await client.bulk(upsert('c-1', [{ id: 'braze_score', values: ['12'] }]));
    assert.equal(result!.validationErrors, undefined);
  });

  it('makes a unique identifier personal data, and profiles findable by it', async () => {
    await client.bulk(upsert('c-1', [{ id: 'braze_id', values: ['b-1'] }]));
    const { json } = await client.put('/profileProperties/braze_id', { indexed: true });
    assert.deepEqual([json.dataSensitivity, json.permissionLevel], ['PII', 'PERSONAL']);
    const found = await client.get('/profiles', { property: 'braze_id', value: 'b-1' });
    assert.equal(found.json.totalResults, 1);
  });

  it('loses values that do not fit a new type', async () => {
    await client.bulk(upsert('c-1', [{ id: 'city', values: ['12', 'Gent'] }]));
    await client.put('/profileProperties/city', { filterType: 'RANGE' });
    assert.deepEqual(client.sandbox.profile('customer_id', 'c-1')!.properties.city, ['12']);
  });

  it('refuses what is invalid, and says which field', async () => {
    const field = async (id: string, body: object) => {
      const { status, json } = await client.put(`/profileProperties/${id}`, body);
      assert.equal(status, 400);
      return json.errors[0].field;
    };
    assert.equal(await field('a%20b', {}), 'id');
    assert.equal(await field('a', { id: 'b' }), 'id');
    assert.equal(await field('a', { filterType: 'TEXT' }), 'filterType');
    assert.equal(await field('a', { permissionLevel: '2' }), 'permissionLevel');
    assert.equal(await field('a', { mergeStrategy: 'NEWEST' }), 'mergeStrategy');
    assert.equal(await field('creationdate', { name: 'x' }), 'id');
    assert.equal((await client.get('/profileProperties/a')).status, 404);
  });

  it('deletes a property with its values and returns it', async () => {
    await client.bulk(upsert('c-1', [{ id: 'city', values: ['Gent'] }]));
    const { status, json } = await client.send('DELETE', '/profileProperties/city');
    assert.deepEqual([status, json.id], [200, 'city']);
    assert.equal((await client.get('/profileProperties/city')).status, 404);
    assert.deepEqual(client.sandbox.profile('customer_id', 'c-1')!.properties, { customer_id: ['c-1'] });
    assert.equal((await client.send('DELETE', '/profileProperties/city')).status, 404);
    assert.equal((await client.send('DELETE', '/profileProperties/lastmodifieddate')).status, 400);
  });
});
