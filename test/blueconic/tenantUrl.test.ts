import assert from 'node:assert/strict';
import { blueconicTenantUrl } from '../../src/blueconic/tenantUrl';
import { SyncError } from '../../src/errors/syncError';

describe('BlueConic tenant URL', () => {
  it('makes one form of what a person types', () => {
    for (const text of [
      'https://acme.blueconic.net',
      ' ACME.blueconic.net/ ',
      'https://acme.blueconic.net:443/',
    ]) {
      assert.equal(blueconicTenantUrl(text), 'https://acme.blueconic.net');
    }
    assert.equal(blueconicTenantUrl('http://127.0.0.1:4200/'), 'http://127.0.0.1:4200');
    assert.equal(blueconicTenantUrl('http://[::1]:4200/'), 'http://[::1]:4200');
  });

  it('says what is wrong, and quotes no password', () => {
    const cases: [string, RegExp][] = [
      ['', /empty/],
      ['https://', /not a URL/],
      ['http://acme.blueconic.net', /https/],
      ['ftp://localhost', /https/],
      ['https://acme.blueconic.net/rest/v2', /Use https:\/\/acme\.blueconic\.net\./],
      ['https://acme.blueconic.net?x', /end after the host/],
      ['https://me:hunter2@acme.blueconic.net', /^(?!.*hunter2).*password/],
    ];
    for (const [text, message] of cases) {
      assert.throws(
        () => blueconicTenantUrl(text),
        (thrown) =>
          thrown instanceof SyncError &&
          thrown.code === 'BLUECONIC_URL_WRONG' &&
          message.test(thrown.message),
        text,
      );
    }
  });
});
