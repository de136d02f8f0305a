import assert from 'node:assert/strict';
import fc from 'fast-check';
import { epochText, isIsoDay, isoDay, isoTime, midnight, readTime } from '../../src/mapping/timeText';

const first = new Date('0000-01-01T00:00:00.000Z');
const last = new Date('3000-12-31T23:59:59.999Z');
const anyTime = fc.date({ min: first, max: last, noInvalidDate: true }).map(Number);

describe('time text', () => {
  const read: [unknown, string][] = [
    ['2020-07-10 15:00:00.000 UTC', '2020-07-10T15:00:00.000Z'],
    ['2023-03-17T20:51:58.297Z', '2023-03-17T20:51:58.297Z'],
    ['2026-11-20T08:15:00:250Z', '2026-11-20T08:15:00.250Z'],
    ['2026-11-20T08:15:00:250+0100', '2026-11-20T07:15:00.250Z'],
    ['2026-11-20T08:15:00', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20 08:15:00', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20T08:15', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['11/20/2026', '2026-11-20T00:00:00.000Z'],
    ['Fri 11 20 08:15:00.Z 2026', '2026-11-20T08:15:00.000Z'],
    ['Fri 11 20 08:15:00.UTC 2026', '2026-11-20T08:15:00.000Z'],
    ['Fri 11 20 00:15:00.+01:00 2026', '2026-11-19T23:15:00.000Z'],
    ['2026-11-20T08:15:00-05:30', '2026-11-20T13:45:00.000Z'],
    ['2026-11-20T08:15:00+02', '2026-11-20T06:15:00.000Z'],
    ['2026-11-20 08:15:00 +0000', '2026-11-20T08:15:00.000Z'],
    ['2026-11-20T08:15:00.5Z', '2026-11-20T08:15:00.500Z'],
    ['2026-11-20T08:15:00.123999999Z', '2026-11-20T08:15:00.123Z'],
    [' 2026-11-20 ', '2026-11-20T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29', '2000-02-29T00:00:00.000Z'],
    ['0050-03-01', '0050-03-01T00:00:00.000Z'],
    ['1795162500000', '2026-11-20T08:15:00.000Z'],
    [1795162500000, '2026-11-20T08:15:00.000Z'],
    ['6134400000', '1970-03-13T00:00:00.000Z'],
    ['-86400000', '1969-12-31T00:00:00.000Z'],
    ['0', '1970-01-01T00:00:00.000Z'],
    ['-10000000000', '1969-09-07T06:13:20.000Z'],
    [10_000_000_000, '1970-04-26T17:46:40.000Z'],
  ];
  for (const [value, expected] of read) {
    it(`reads ${JSON.stringify(value)}`, () => assert.equal(readTime(value), Date.parse(expected)));
  }

  const refused: unknown[] = [
    '',
    'yesterday',
    'Foo 1',
    '2026',
    '2026-11',
    '2026-1-2',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-04-31',
    '2026-02-29',
    '1900-02-29',
    '2026-11-20x',
    '2026-11-20T',
    '2026-11-20Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T08:60:00Z',
    '2026-11-20T08:15:60Z',
    '2026-11-20T08-15:00Z',
    '2026-11-20T8:15:00Z',
    '2026-11-20T08:15:00.Z',
    '2026-11-20T08:15:00.1234567890Z',
    '2026-11-20T08:15:00:25Z',
    '2026-11-20T08:15:00z',
    '2026-11-20T08:15:00 PST',
    '2026-11-20T08:15:00+1',
    '2026-11-20T08:15:00+24:00',
    '2026-11-20T08:15:00+01:60',
    '2026-11-20T08:15:00+01-00',
    '2026-11-20T08:15:00  UTC',
    '20/11/2026',
    '11/20/26',
    '11-20-2026',
    '20261120',
    'Thu 11 20 08:15:00.Z 2026',
    'Fri 11 31 08:15:00.Z 2026',
    'Fri 11 20 08:15:00..5 2026',
    '99999999',
    12,
    1_795_162_500_000.5,
    '1795162500000000',
    '3001-01-01',
    '3000-12-31T23:59:59-00:01',
    '0000-01-01T00:00:00+00:01',
    Number.NaN,
    true,
    null,
    undefined,
    {},
    [],
  ];
  for (const value of refused) {
    it(`refuses ${JSON.stringify(value)}`, () => assert.equal(readTime(value), undefined));
  }

  it('reads every time that JavaScript writes', () => {
    fc.assert(fc.property(anyTime, (time) => assert.equal(readTime(new Date(time).toISOString()), time)));
  });

  it('reads an offset as the distance from UTC', () => {
    const nearly = fc
      .date({ min: new Date('0001-01-01'), max: new Date('2999-01-01'), noInvalidDate: true })
      .map(Number);
    fc.assert(
      fc.property(nearly, fc.integer({ min: -1439, max: 1439 }), (time, minutes) => {
        const size = Math.abs(minutes);
        const two = (number: number) => String(number).padStart(2, '0');
        const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        const local = new Date(time + minutes * 60_000).toISOString().slice(0, 23);
        assert.equal(readTime(local + zone), time);
      }),
    );
  });

  it('writes a time as ISO 8601, with milliseconds only where there are any', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyTime,
          anyTime.map((time) => Math.floor(time / 1000) * 1000),
        ),
        (time) => {
          assert.equal(isoTime(time), new Date(time).toISOString().replace('.000Z', 'Z'));
          assert.equal(isoDay(time), new Date(time).toISOString().slice(0, 10));
          assert.ok(isIsoDay(isoDay(time)));
        },
      ),
    );
  });

  it('writes epoch milliseconds digit by digit', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyTime,
          anyTime.map((time) => Math.floor(time / 1000) * 1000),
        ),
        (time) => {
          assert.equal(epochText(time), BigInt(time).toString());
        },
      ),
    );
    assert.equal(epochText(0), '0');
  });

  it('finds the midnight before, also before 1970', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        assert.equal(midnight(time), Date.parse(`${new Date(time).toISOString().slice(0, 10)}T00:00:00Z`));
      }),
    );
  });

  it('reads no text in which a digit of a time is anything else', () => {
    const digitPlaces = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22];
    const other = fc.constantFrom('x', '-', ':', '.', 'é', '٣', '/');
    fc.assert(
      fc.property(anyTime, fc.constantFrom(...digitPlaces), other, (time, at, character) => {
        const text = new Date(time).toISOString();
        assert.equal(readTime(text.slice(0, at) + character + text.slice(at + 1)), undefined);
      }),
    );
  });

  it('reads nothing outside of the years 0 to 3000, and never throws', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'0123456789-:. TZ+/'), maxLength: 30 });
    const years = fc.tuple(
      fc.integer({ min: 0, max: 9999 }),
      fc.constantFrom('-01-01', '-12-31T23:59:59-11:00'),
    );
    const dates = years.map(([year, rest]) => String(year).padStart(4, '0') + rest);
    fc.assert(
      fc.property(fc.oneof(texts, dates, fc.anything()), (value) => {
        const time = readTime(value);
        assert.ok(time === undefined || (time >= Number(first) && time <= Number(last)));
      }),
    );
  });

  it('knows a day of the calendar', () => {
    for (const day of ['2026-02-28', '2024-02-29', '0000-01-01', '2026-12-31']) assert.ok(isIsoDay(day), day);
    for (const text of ['2026-02-29', '2026-00-10', '2026-04-31', '2026-1-31', '2026-01-3x', '2026/01/31']) {
      assert.ok(!isIsoDay(text), text);
    }
    for (const text of ['', '2026-01-31T00:00', ' 2026-01-31', '26-01-31']) assert.ok(!isIsoDay(text), text);
  });
});
