import assert from 'node:assert/strict';
import { entrySettingsOf } from '../../nodes/blueconic-profiles/blueconic-profiles';

describe('settings of the BlueConic profiles node', () => {
  it('leaves to BlueConic what is empty, absent or not known', () => {
    assert.deepEqual(entrySettingsOf({}), {});
    assert.deepEqual(entrySettingsOf({ domainGroup: ' ', zone: '', permissionLevel: '' }), {});
    assert.deepEqual(entrySettingsOf({ permissionLevel: 'EVERYBODY' }), {});
  });

  it('takes what stands there, without spaces around it and the zone in capitals', () => {
    assert.deepEqual(entrySettingsOf({ domainGroup: ' shop ', zone: 'gdpr', permissionLevel: 'ANONYMOUS' }), {
      domainGroup: 'shop',
      privacyLegislation: 'GDPR',
      permissionLevel: 'ANONYMOUS',
    });
  });
});
