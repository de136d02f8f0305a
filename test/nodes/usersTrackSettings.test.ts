import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type NumberField, numberFields } from '../../nodes/braze-users-track/numberFields';
import { type UsersTrackDef, usersTrackSettings } from '../../nodes/braze-users-track/usersTrackSettings';
import { wholeNumberFault } from '../../nodes/editor/checks';
import { SyncError } from '../../src/errors/syncError';

/** A node as the editor saves it, apart from what is changed. */
function def(changes: Partial<UsersTrackDef> = {}): UsersTrackDef {
  return { id: 'n', type: 'braze-users-track', name: '', z: 'tab', braze: 'b', ...changes } as UsersTrackDef;
}

describe('settings of the users.track node', () => {
  it('a node of a release without them compares, guards an empty store, and sends nothing again by age', () => {
    assert.deepEqual(usersTrackSettings(def()), {
      firstTotal: 'remember',
      changeDetection: 'on',
      sendEverything: undefined,
      ceilings: { dataPoints: undefined, emptyStoreDataPoints: 10_000, removalShare: 0.05 },
      refresh: undefined,
      settleMs: 5_000,
    });
  });

  it('reads every field, as a number or as the text that an environment variable leaves', () => {
    const saved = {
      firstTotal: 'add',
      sendEverything: '2031-05-04T10:00:00.000Z',
      settleSeconds: '0',
      dataPointCeiling: ' 250000 ',
      emptyStoreCeiling: 0,
      removalShare: 100,
      refreshDays: 90,
      refreshCap: '500',
      refreshOnly: 'unconfirmed',
    };
    assert.deepEqual(usersTrackSettings(def(saved)), {
      firstTotal: 'add',
      changeDetection: 'on',
      sendEverything: '2031-05-04T10:00:00.000Z',
      ceilings: { dataPoints: 250_000, emptyStoreDataPoints: 0, removalShare: 1 },
      refresh: { days: 90, cap: 500, only: 'unconfirmed' },
      settleMs: 0,
    });
  });

  it('without change detection only the ceiling of a run is left, whatever the hidden fields hold', () => {
    const hidden = { emptyStoreCeiling: 'x', removalShare: '', refreshDays: 'y', refreshCap: '' };
    const settings = usersTrackSettings(def({ changeDetection: 'off', dataPointCeiling: 5, ...hidden }));
    assert.deepEqual(settings.ceilings, {
      dataPoints: 5,
      emptyStoreDataPoints: undefined,
      removalShare: undefined,
    });
    assert.equal(settings.refresh, undefined);
  });

  it('each tick of "send everything" has its own name; no tick has none', () => {
    assert.equal(usersTrackSettings(def({ sendEverything: true })).sendEverything, 'ticked');
    for (const none of ['', '  ', false]) {
      assert.equal(usersTrackSettings(def({ sendEverything: none })).sendEverything, undefined);
    }
  });

  it('a ceiling whose environment variable is missing is an error, not "no ceiling"', () => {
    const missing = def({ dataPointCeiling: '$' + '{CEILING}' });
    assert.throws(
      () => usersTrackSettings(missing),
      (thrown) =>
        thrown instanceof SyncError &&
        thrown.code === 'SETTING_INVALID' &&
        thrown.message.includes('"dataPointCeiling"'),
    );
  });

  it('the runtime takes a number exactly if the dialog does', () => {
    const fields = Object.keys(numberFields) as NumberField[];
    const values = fc.oneof(
      fc.integer({ min: -2, max: 20_000 }),
      fc.integer({ min: -2, max: 20_000 }).map(String),
      fc.double(),
      fc.constantFrom('', ' ', 'ten', '1e3', '0x10', '5 ', '١'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), values, (field, value) => {
        // Of the refresh only a whole one is read.
        const refresh = field === 'refreshCap' ? { refreshDays: 1 } : {};
        let taken = true;
        try {
          usersTrackSettings(def({ ...refresh, [field]: value }));
        } catch {
          taken = false;
        }
        assert.equal(taken, wholeNumberFault(value, numberFields[field]) === undefined);
      }),
    );
  });
});
