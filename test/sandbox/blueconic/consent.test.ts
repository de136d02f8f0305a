import assert from 'node:assert/strict';
import type { BulkEntry } from '../../../src/sandbox/blueconic/bulkEntry';
import { RestClient, update, upsert } from './restClient';

describe('sandbox BlueConic: consent', () => {
  let client: RestClient;
  const held = (customer: string) => client.sandbox.profile('customer_id', customer)!.properties;
  const consented = { id: 'consented_objectives', values: ['newsletter'] };
  const refused = { id: 'refused_objectives', values: ['newsletter'] };
  const states = async (...entries: BulkEntry[]) => {
    const { json } = await client.put('/profiles?objectiveIds=newsletter', entries);
    return json.map(({ state }: { state: string }) => state);
  };

  beforeEach(async () => {
    client = await RestClient.start();
  });
  afterEach(() => client.close());

  it('moves an objective from one list to the other', async () => {
    await client.bulk({ ...upsert('c-1', [consented]), privacyLegislation: 'GDPR' });
    assert.deepEqual(held('c-1').consented_objectives, ['newsletter']);
    await client.bulk(update('c-1', [{ ...refused, strategy: 'ADD' }]));
    assert.deepEqual(held('c-1').refused_objectives, ['newsletter']);
    assert.equal(held('c-1').consented_objectives, undefined);
  });

  it('ignores consent updates of a profile without a zone, unless the entry brings one', async () => {
    const [result] = await client.bulk(upsert('c-1', [consented]));
    assert.equal(result!.validationErrors, undefined);
    assert.equal(held('c-1').consented_objectives, undefined);
    await client.bulk(update('c-1', [consented, { id: 'privacy_legislation', values: ['GDPR'] }]));
    assert.deepEqual(held('c-1').consented_objectives, ['newsletter']);
  });

  it('touches only profiles that the objective allows', async () => {
    const city = { id: 'city', values: ['Gent'] };
    client.sandbox.addProfiles([
      {
        properties: { customer_id: ['gdpr-yes'], consented_objectives: ['newsletter'] },
        privacyLegislation: 'GDPR',
      },
      { properties: { customer_id: ['gdpr-silent'] }, privacyLegislation: 'GDPR' },
      { properties: { customer_id: ['ccpa-silent'] }, privacyLegislation: 'CCPA' },
      {
        properties: { customer_id: ['ccpa-no'], refused_objectives: ['newsletter'] },
        privacyLegislation: 'CCPA',
      },
      { properties: { customer_id: ['elsewhere'] } },
    ]);
    const names = ['gdpr-yes', 'gdpr-silent', 'ccpa-silent', 'ccpa-no', 'elsewhere'];
    assert.deepEqual(await states(...names.map((name) => update(name, [city]))), [
      'MODIFIED',
      'CONSENT_MISMATCH',
      'MODIFIED',
      'CONSENT_MISMATCH',
      'MODIFIED',
    ]);
    assert.equal(held('gdpr-silent').city, undefined);
  });

  it('judges a new profile by the consent that comes with it', async () => {
    const zone = { privacyLegislation: 'GDPR' };
    assert.deepEqual(
      await states({ ...upsert('c-1'), ...zone }, { ...upsert('c-2', [consented]), ...zone }),
      ['CONSENT_MISMATCH', 'CREATED'],
    );
    assert.equal(client.sandbox.profile('customer_id', 'c-1'), undefined);
  });

  it('refuses an objective that does not exist', async () => {
    const { status } = await client.put('/profiles?objectiveIds=newsletter,nope', [upsert('c-1')]);
    assert.equal(status, 400);
  });

  it('keeps a log of consent changes, newest first', async () => {
    const [result] = await client.bulk({ ...upsert('c-1', [consented]), privacyLegislation: 'GDPR' });
    await client.bulk(update('c-1', [refused]), update('c-1', [refused]));
    const { json } = await client.get(`/profileEvents/${result!.profileId}`);
    assert.equal(json.totalResults, 2);
    const [latest] = json.profileEvents;
    assert.equal(latest.type, 'ConsentChanged');
    const property = (name: string) =>
      latest.properties.find(({ id }: { id: string }) => id === name)?.values;
    assert.deepEqual(property('FromConsented'), ['newsletter']);
    assert.deepEqual(property('ToConsented'), []);
    assert.deepEqual(property('ToRefused'), ['newsletter']);
  });

  it('counts consents of an objective', async () => {
    await client.bulk(
      { ...upsert('c-1', [consented]), privacyLegislation: 'GDPR' },
      { ...upsert('c-2', [refused]), privacyLegislation: 'GDPR' },
      upsert('c-3'),
    );
    const { json } = await client.get('/objectives/newsletter');
    assert.deepEqual(
      [json.consentedProfileCount, json.refusedProfileCount, json.totalProfileCount],
      [1, 1, 2],
    );
    assert.equal((await client.get('/objectives/nope')).status, 404);
    assert.equal((await client.get('/objectives')).json.totalResults, 2);
  });
});
