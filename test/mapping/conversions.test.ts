import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { conversionFor } from '../../src/mapping/conversions';
import type { Direction, FieldType } from '../../src/mapping/mapping';

const noon = '2026-11-20T12:00:00Z';
const noonEpoch = String(Date.parse(noon));
const midnightEpoch = String(Date.parse('2026-11-20T00:00:00Z'));

/** Per type: what goes in, what Braze gets, what BlueConic gets. */
const accepted: { [type in FieldType]: [unknown, unknown, string][] } = {
  text: [
    ['as it is ', 'as it is ', 'as it is '],
    ['', '', ''],
    [12.5, '12.5', '12.5'],
    [1e21, '1000000000000000000000', '1000000000000000000000'],
    [true, 'true', 'true'],
  ],
  number: [
    [12.5, 12.5, '12.5'],
    [' -3.50 ', -3.5, '-3.5'],
    [1e-7, 1e-7, '0.0000001'],
    [-0, 0, '0'],
  ],
  integer: [
    [7, 7, '7'],
    ['-7', -7, '-7'],
    ['7.00', 7, '7'],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ],
  boolean: [
    [true, true, 'true'],
    [1, true, 'true'],
    ['1', true, 'true'],
    ['true', true, 'true'],
    [' t ', true, 'true'],
    [false, false, 'false'],
    [0, false, 'false'],
    ['0', false, 'false'],
    ['false', false, 'false'],
    ['f', false, 'false'],
  ],
  time: [
    [noon, noon, noonEpoch],
    [noonEpoch, noon, noonEpoch],
    [Number(noonEpoch), noon, noonEpoch],
    ['2026-11-20 12:00:00.250 UTC', '2026-11-20T12:00:00.250Z', String(Number(noonEpoch) + 250)],
    ['11/20/2026', '2026-11-20T00:00:00Z', midnightEpoch],
  ],
  date: [
    [noon, '2026-11-20', midnightEpoch],
    [noonEpoch, '2026-11-20', midnightEpoch],
    ['1961-04-12', '1961-04-12', '-275270400000'],
    ['2026-11-19T23:30:00-01:00', '2026-11-20', midnightEpoch],
  ],
  json: [
    [{ a: [1, null] }, { a: [1, null] }, '{"a":[1,null]}'],
    [{}, {}, '{}'],
  ],
};

const refused: { [type in FieldType]: { reason: string; values: unknown[] } } = {
  text: { reason: 'not-text', values: [{}, [], ['a'], Number.NaN] },
  number: {
    reason: 'not-a-number',
    values: ['', 'twelve', '1e3', '0x1', true, {}, [1], Number.POSITIVE_INFINITY],
  },
  integer: {
    reason: 'not-an-integer',
    values: ['', 1.5, '1.5', '1.00000000000000000001', 2 ** 53, '9007199254740993', true, {}],
  },
  boolean: { reason: 'not-a-boolean', values: ['', 'yes', 'TRUE', 2, '01', {}, []] },
  time: { reason: 'not-a-time', values: ['', 'soon', 12_345, true, {}] },
  date: { reason: 'not-a-time', values: ['', '2026-02-30', 20_261_120, {}] },
  json: { reason: 'not-json-object', values: ['{}', 1, true, [], [{}], new Date(0)] },
};

const types = Object.keys(accepted) as FieldType[];
const directions: Direction[] = ['import', 'export'];

describe('conversion', () => {
  for (const type of types) {
    for (const [value, braze, blueconic] of accepted[type]) {
      it(`makes ${type} of ${JSON.stringify(value)}`, () => {
        assert.deepEqual(conversionFor(type, 'export').convert(value), braze);
        assert.deepEqual(conversionFor(type, 'import').convert(value), blueconic);
      });
    }
    for (const direction of directions) {
      it(`refuses what is no ${type} (${direction})`, () => {
        const { convert, refusal } = conversionFor(type, direction);
        for (const value of refused[type].values)
          assert.equal(convert(value), undefined, JSON.stringify(value));
        assert.equal(refusal, refused[type].reason);
      });
    }
  }

  it('hands an object on to Braze untouched', () => {
    const value = { tier: { name: 'gold' } };
    assert.equal(conversionFor('json', 'export').convert(value), value);
  });

  it('takes an object from another realm, and one without a prototype', () => {
    const bare: unknown = Object.assign(Object.create(null), { a: 1 });
    const foreign: unknown = runInNewContext('({ a: 1 })');
    assert.equal(conversionFor('json', 'import').convert(bare), '{"a":1}');
    assert.equal(conversionFor('json', 'import').convert(foreign), '{"a":1}');
  });

  it('refuses an object too deep to be written, instead of throwing', () => {
    const depth = 200_000;
    const deep: unknown = JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    assert.equal(conversionFor('json', 'import').convert(deep), undefined);
  });

  it('sends nothing but text to BlueConic, whatever comes in', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.jsonValue(), (type, value) => {
        const converted = conversionFor(type, 'import').convert(value);
        assert.ok(converted === undefined || typeof converted === 'string');
      }),
    );
  });

  const samples: { [type in FieldType]: fc.Arbitrary<unknown> } = {
    text: fc.string({ unit: 'binary' }),
    number: fc.double({ noNaN: true, noDefaultInfinity: true }),
    integer: fc.maxSafeInteger(),
    boolean: fc.boolean(),
    // Within 28 hours of 1 January 1970 only midnights are read as epoch milliseconds.
    time: fc
      .oneof(
        fc.date({ min: new Date('0000-01-01'), max: new Date('1969-12-30'), noInvalidDate: true }),
        fc.date({ min: new Date('1970-01-03'), max: new Date('3000-12-31'), noInvalidDate: true }),
      )
      .map((date) => date.toISOString()),
    date: fc
      .date({ min: new Date('0000-01-01'), max: new Date('3000-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    json: fc.constant({}),
  };
  for (const type of types.filter((name) => name !== 'json')) {
    it(`brings a ${type} from Braze to BlueConic and back unchanged`, () => {
      const toBlueConic = conversionFor(type, 'import').convert;
      const toBraze = conversionFor(type, 'export').convert;
      fc.assert(
        fc.property(samples[type], (value) => {
          const held = toBraze(value);
          assert.notEqual(held, undefined);
          assert.equal(toBraze(toBlueConic(held)), held);
        }),
      );
    });
  }
});
