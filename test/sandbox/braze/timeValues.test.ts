import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isDay, parseTime, timeText } from '../../../src/sandbox/braze/timeValues';

const read = (text: string) => {
  const time = parseTime(text);
  return time === undefined ? undefined : timeText(time);
};

describe('sandbox Braze: time values', () => {
  for (const [text, expected] of [
    ['2026-11-20T08:15:00Z', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20T08:15:00+02:00', '2026-11-20T06:15:00.000Z'],
    ['2026-11-20T08:15:00-0530', '2026-11-20T13:45:00.000Z'],
    ['2026-11-20T08:15:00.5Z', '2026-11-20T08:15:00.500Z'],
    ['2026-11-20T08:15:00:123Z', '2026-11-20T08:15:00.123Z'],
    ['2026-11-20T08:15:00:123+0100', '2026-11-20T07:15:00.123Z'],
    ['2026-11-20T08:15:00', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20 08:15:00', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['11/20/2026', '2026-11-20T00:00:00.000Z'],
    ['Fri 11 20 08:15:00.Z 2026', '2026-11-20T08:15:00.000Z'],
    ['Fri 11 20 08:15:00.+0100 2026', '2026-11-20T07:15:00.000Z'],
    ['0050-01-01', '0050-01-01T00:00:00.000Z'],
  ] as const) {
    it(`reads ${text}`, () => assert.equal(read(text), expected));
  }

  for (const text of [
    'yesterday',
    '20.11.2026',
    '2026-13-01',
    '2026-02-30',
    '2026-11-20T25:00:00Z',
    '3001-01-01',
    '20261120T081500Z',
    '11/31/2026',
    '',
  ]) {
    it(`keeps ${JSON.stringify(text)} a text`, () => assert.equal(read(text), undefined));
  }

  it('reads back every time it writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01'), max: new Date('3000-12-31'), noInvalidDate: true }),
        (date) => parseTime(timeText(date.getTime())) === date.getTime(),
      ),
    );
  });

  it('knows which days exist', () => {
    assert.deepEqual(
      ['2024-02-29', '2023-02-29', '1991-04-30', '1991-4-30', '1991-04-30T00:00:00Z'].map(isDay),
      [true, false, true, false, false],
    );
  });
});
