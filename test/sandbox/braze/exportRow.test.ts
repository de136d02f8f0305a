import assert from 'node:assert/strict';
import { exportRow } from '../../../src/sandbox/braze/exportRow';
import type { BrazeUserRecord } from '../../../src/sandbox/braze/userRecord';

const now = new Date().toISOString();
const longAgo = '2020-01-01T00:00:00.000Z';
const record: BrazeUserRecord = {
  external_id: 'a',
  braze_id: '6566',
  created_at: '2020-07-10T15:00:00.000Z',
  first_name: 'Mira',
  last_name: '',
  current_location: { longitude: 7.1, latitude: 50.2 },
  custom_attributes: { tier: 'gold', points: 0, active: false, note: '', tags: [], plan: {} },
  custom_events: [
    { name: 'recent', first: longAgo, last: now, count: 9 },
    { name: 'old', first: longAgo, last: longAgo, count: 1 },
  ],
};
const row = (fields: string[], custom: 'all' | string[] = []) =>
  exportRow(record, { fields: new Set(fields), custom: custom === 'all' ? custom : new Set(custom) });

describe('sandbox Braze: export rows', () => {
  it('hold only what was asked for', () => {
    assert.deepEqual(row(['external_id', 'first_name']), { external_id: 'a', first_name: 'Mira' });
  });

  it('leave out what is empty, and nothing that is merely zero or false', () => {
    assert.deepEqual(row(['last_name', 'email', 'purchases', 'apps']), {});
    assert.deepEqual(row([], 'all'), { custom_attributes: { tier: 'gold', points: 0, active: false } });
    assert.deepEqual(row([], ['note', 'unheard-of']), {});
  });

  it('hold the custom attributes asked for', () => {
    assert.deepEqual(row([], ['tier']), { custom_attributes: { tier: 'gold' } });
  });

  it('have the documented forms', () => {
    assert.deepEqual(row(['created_at', 'last_coordinates']), {
      created_at: '2020-07-10 15:00:00.000 UTC',
      last_coordinates: [7.1, 50.2],
    });
  });

  it('list only events of the last 90 days, with their counts of all time', () => {
    assert.deepEqual(row(['custom_events']), { custom_events: record.custom_events?.slice(0, 1) });
  });
});
