import assert from 'node:assert/strict';
import type { Json } from '../../../src/sandbox/braze/json';
import { type StandardField, standardValue } from '../../../src/sandbox/braze/standardFields';

describe('sandbox Braze: standard fields', () => {
  const cases: [StandardField, Json, Json | undefined][] = [
    ['country', 'DE', 'DE'],
    ['country', 'fr', 'FR'],
    ['country', 'Germany', 'DE'],
    ['country', 'DD', 'DE'],
    ['country', 'Atlantis', null],
    ['country', 'ZZ', null],
    ['language', 'de', 'de'],
    ['language', 'deutsch', undefined],
    ['time_zone', 'Europe/Berlin', 'Europe/Berlin'],
    ['time_zone', 'Eastern Time (US & Canada)', 'Eastern Time (US & Canada)'],
    ['time_zone', 'Europe/Atlantis', undefined],
    ['time_zone', '+02:00', undefined],
    ['gender', 'F', 'F'],
    ['gender', 'female', undefined],
    ['gender', null, null],
    ['dob', '1991-04-30', '1991-04-30'],
    ['dob', '30.04.1991', undefined],
    ['phone', '+49 151 1234567', '+49 151 1234567'],
    ['phone', 'call me', undefined],
    ['phone', '123', undefined],
    ['email_open_tracking_disabled', true, true],
    ['email_open_tracking_disabled', 'yes', undefined],
    ['date_of_first_session', '2026-01-02', '2026-01-02T00:00:00.000Z'],
    ['date_of_first_session', 'once', undefined],
    ['facebook', { id: '1' }, { id: '1' }],
    ['facebook', 'me', undefined],
    ['image_url', 'x'.repeat(1025), undefined],
    ['first_name', 'Mira', 'Mira'],
    ['first_name', 7, undefined],
    ['first_name', 'x'.repeat(256), undefined],
    ['last_name', null, null],
  ];
  for (const [field, value, kept] of cases) {
    const shown = JSON.stringify(value).slice(0, 40);
    it(`keeps of ${field} ${shown}: ${JSON.stringify(kept)}`, () => {
      assert.deepEqual(standardValue(field, value), kept);
    });
  }
});
