import assert from 'node:assert/strict';
import { RestClient } from './restClient';

describe('sandbox BlueConic: OAuth', () => {
  let client: RestClient;
  const credentials = () => ({
    client_id: client.sandbox.clientId,
    client_secret: client.sandbox.clientSecret,
  });
  const basic = () => ({
    authorization: `Basic ${Buffer.from(`${client.sandbox.clientId}:${client.sandbox.clientSecret}`).toString('base64')}`,
  });

  beforeEach(async () => {
    client = await RestClient.start();
  });
  afterEach(() => client.close());

  it('gives a bearer token for credentials in the body', async () => {
    const { status, json } = await client.form('/oauth/token', {
      grant_type: 'client_credentials',
      ...credentials(),
    });
    assert.equal(status, 200);
    assert.equal(json.token_type, 'Bearer');
    assert.equal(json.expires_in, 3600);
    client.token = json.access_token;
    assert.equal((await client.get('/segments')).status, 200);
  });

  it('gives one for HTTP Basic with a scope, which then bounds the token', async () => {
    const { json } = await client.form(
      '/oauth/token',
      { grant_type: 'client_credentials', scope: 'read:objectives read:segments' },
      basic(),
    );
    client.token = json.access_token;
    assert.equal((await client.get('/segments')).status, 200);
    assert.equal((await client.get('/profileProperties')).status, 403);
  });

  it('names what is wrong with a token request', async () => {
    const ask = (fields: Record<string, string>) => client.form('/oauth/token', fields);
    const secret = await ask({
      grant_type: 'client_credentials',
      ...credentials(),
      client_secret: 'wrong',
    });
    assert.deepEqual([secret.status, secret.json.error], [401, 'invalid_client']);
    const grant = await ask({ grant_type: 'password', ...credentials() });
    assert.deepEqual([grant.status, grant.json.error], [400, 'unsupported_grant_type']);
    const scope = await ask({ grant_type: 'client_credentials', scope: 'write:world', ...credentials() });
    assert.deepEqual([scope.status, scope.json.error], [400, 'invalid_scope']);
    const json = await client.send('POST', '/oauth/token', JSON.stringify(credentials()));
    assert.deepEqual([json.status, json.json.error], [400, 'invalid_request']);
  });

  it('answers 401 to a missing, unknown, revoked and expired token', async () => {
    const status = async () => (await client.get('/segments')).status;
    const good = client.token;
    client.token = 'unknown';
    assert.equal(await status(), 401);
    client.token = '';
    assert.equal(await status(), 401);
    client.token = good;
    assert.equal(await status(), 200);
    const revoked = await client.form('/oauth/revoke', { token: good, ...credentials() });
    assert.equal(revoked.status, 200);
    assert.equal(await status(), 401);
    await client.signIn();
    client.sandbox.expireTokens();
    assert.equal(await status(), 401);
    client.sandbox.configure({ tokenSeconds: 0 });
    await client.signIn();
    assert.equal(await status(), 401);
  });

  it('leaves a token alone that another application revokes', async () => {
    client.sandbox.configure({ applications: [{ clientId: 'other', clientSecret: 's' }] });
    const { status } = await client.form('/oauth/revoke', {
      token: client.token,
      client_id: 'other',
      client_secret: 's',
    });
    assert.equal(status, 200);
    assert.equal((await client.get('/segments')).status, 200);
    const wrong = await client.form('/oauth/revoke', { token: client.token, client_id: 'other' });
    assert.equal(wrong.status, 401);
  });

  it('holds an application to the scopes it was registered with', async () => {
    client.sandbox.configure({
      applications: [{ clientId: 'reader', clientSecret: 's', scopes: ['read:profiles'] }],
    });
    await client.signIn('reader', 's');
    assert.equal((await client.put('/profiles', [])).status, 403);
    assert.equal((await client.get('/profiles', { property: 'email', value: 'x@y.zz' })).status, 200);
  });
});
