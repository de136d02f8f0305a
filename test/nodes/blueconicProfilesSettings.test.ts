import assert from 'node:assert/strict';
import { entrySettingsOf, laneSettingsOf } from '../../nodes/blueconic-profiles/profilesSettings';
import { SyncError } from '../../src/errors/syncError';

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

  it('a node of a release without change detection compares, and sends nothing again by age', () => {
    const settings = { firstTotal: 'remember', changeDetection: 'on', settleMs: 0 };
    assert.deepEqual(laneSettingsOf({}), settings);
  });

  it('reads when to send again; without change detection that is a hidden field, whatever it holds', () => {
    const again = { refreshDays: '30', refreshCap: 500, sendEverything: '2031-05-04T10:00:00.000Z' };
    assert.deepEqual(laneSettingsOf({ ...again, firstTotal: 'add' }), {
      ...{ firstTotal: 'add', changeDetection: 'on', settleMs: 0 },
      refresh: { days: 30, cap: 500, only: 'all' },
      sendEverything: again.sendEverything,
    });
    const off = laneSettingsOf({ changeDetection: 'off', refreshDays: 'x' });
    assert.deepEqual([off.changeDetection, off.refresh], ['off', undefined]);
  });

  it('a number that cannot be used is an error, not "never"', () => {
    assert.throws(
      () => laneSettingsOf({ refreshDays: '$' + '{DAYS}' }),
      (thrown) => thrown instanceof SyncError && thrown.code === 'SETTING_INVALID',
    );
  });
});
