import assert from 'node:assert/strict';
import { brazeEndpoint, instances } from '../../src/braze/instances';
import { SyncError } from '../../src/errors/syncError';

function refusal(text: string): SyncError {
  try {
    brazeEndpoint(text);
  } catch (thrown) {
    assert.ok(thrown instanceof SyncError);
    assert.equal(thrown.code, 'BRAZE_URL_WRONG');
    return thrown;
  }
  return assert.fail(`${text} was taken`);
}

describe('braze endpoint', () => {
  it('takes the REST URL of every instance, and makes one form of it', () => {
    for (const { rest } of instances) {
      assert.equal(brazeEndpoint(rest), rest);
      assert.equal(brazeEndpoint(` ${rest.toUpperCase()}/ `), rest);
      assert.equal(brazeEndpoint(rest.slice('https://'.length)), rest);
    }
  });

  it('takes hosts that are not in the list', () => {
    assert.equal(brazeEndpoint('https://rest.us-09.braze.com'), 'https://rest.us-09.braze.com');
    assert.equal(
      brazeEndpoint('https://braze-proxy.example.org:8443/'),
      'https://braze-proxy.example.org:8443',
    );
  });

  it('names the REST URL that belongs to a dashboard URL, whatever page of it was copied', () => {
    for (const { dashboard, rest } of instances) {
      assert.ok(refusal(`${dashboard}/app_settings/developer_console?x=1`).advice.includes(rest), dashboard);
    }
    assert.match(refusal('https://dashboard-99.braze.com').message, /dashboard/);
  });

  it('sends EU hosts with the wrong ending to braze.eu', () => {
    assert.ok(refusal('https://rest.fra-01.braze.com').advice.includes('https://rest.fra-01.braze.eu'));
  });

  it('takes plain http for this machine only', () => {
    assert.equal(brazeEndpoint('http://127.0.0.1:4100/'), 'http://127.0.0.1:4100');
    assert.equal(brazeEndpoint('http://localhost:4100'), 'http://localhost:4100');
    assert.equal(brazeEndpoint('http://[::1]:4100'), 'http://[::1]:4100');
    assert.match(refusal('http://rest.iad-01.braze.com').message, /https/);
    assert.match(refusal('http://127.0.0.1.example.org').message, /https/);
    assert.match(refusal('ftp://localhost').message, /https/);
  });

  it('refuses what is more or less than a host, and quotes no password', () => {
    assert.match(refusal('').message, /empty/);
    assert.match(refusal('https://').message, /not a URL/);
    assert.ok(
      refusal('https://rest.us-10.braze.com/users/track').advice.includes('https://rest.us-10.braze.com.'),
    );
    assert.match(refusal('https://rest.us-10.braze.com?x=1').message, /end after the host/);
    const withPassword = refusal('https://me:hunter2@rest.us-10.braze.com');
    assert.match(withPassword.message, /password/);
    assert.ok(!withPassword.message.includes('hunter2'));
  });
});
