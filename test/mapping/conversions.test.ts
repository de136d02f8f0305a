import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { conversionFor } from '../../src/mapping/conversions';
import { countryCodes } from '../../src/mapping/countryCodes';
import { isEmail } from '../../src/mapping/emailText';
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
  decimal: [
    [19.9, 19.9, '19.9'],
    [' 1234.50 ', 1234.5, '1234.5'],
    ['+.5', 0.5, '0.5'],
    ['5.', 5, '5'],
    [0.1 + 0.2, 0.3, '0.3'],
    ['12.34565', 12.3457, '12.3457'],
    ['-12.34565', -12.3457, '-12.3457'],
    ['-0.00001', 0, '0'],
    [1e-7, 0, '0'],
    [1e21, 1e21, '1000000000000000000000'],
    ['0.29', 0.29, '0.29'],
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
  email: [
    [' Mira.K@Example.ORG ', 'mira.k@example.org', 'mira.k@example.org'],
    ["o'hara+news@mail.example.co", "o'hara+news@mail.example.co", "o'hara+news@mail.example.co"],
  ],
  phone: [
    ['+4915112345678', '+4915112345678', '+4915112345678'],
    ['0049 151 / 1234-5678', '+4915112345678', '+4915112345678'],
    ['+49 (0) 151 12345678', '+4915112345678', '+4915112345678'],
    ['tel:+1 (212) 555-0100', '+12125550100', '+12125550100'],
  ],
  gender: [
    ['M', 'M', 'M'],
    [' f ', 'F', 'F'],
    ['Männlich', 'M', 'M'],
    ['w', 'F', 'F'],
    ['Frau', 'F', 'F'],
    ['divers', 'O', 'O'],
    ['Non-binary', 'O', 'O'],
    ['n/a', 'N', 'N'],
    ['Keine Angabe', 'P', 'P'],
  ],
  country: [
    ['DE', 'DE', 'DE'],
    [' de ', 'DE', 'DE'],
    ['deu', 'DE', 'DE'],
    ['Germany', 'DE', 'DE'],
    ['Österreich', 'AT', 'AT'],
    ['The Netherlands', 'NL', 'NL'],
    ['U.S.A.', 'US', 'US'],
    ['UK', 'GB', 'GB'],
    ['Côte d’Ivoire', 'CI', 'CI'],
  ],
  language: [
    ['de', 'de', 'de'],
    [' DE ', 'de', 'de'],
    ['de-AT', 'de', 'de'],
    ['zh_Hant_TW', 'zh', 'zh'],
    ['deu', 'de', 'de'],
    ['ger', 'de', 'de'],
    ['German', 'de', 'de'],
    ['Französisch', 'fr', 'fr'],
    ['iw', 'he', 'he'],
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
  decimal: {
    reason: 'not-a-decimal',
    values: ['', '.', '1,50', '1.000,50', '1e3', '€ 5', true, {}, Number.NaN, '9'.repeat(41)],
  },
  boolean: { reason: 'not-a-boolean', values: ['', 'yes', 'TRUE', 2, '01', {}, []] },
  time: { reason: 'not-a-time', values: ['', 'soon', 12_345, true, {}] },
  date: { reason: 'not-a-time', values: ['', '2026-02-30', 20_261_120, {}] },
  email: {
    reason: 'not-an-email',
    values: ['', 'mira', 'mira@example', 'mi ra@example.org', '.mira@example.org', 'mira@example.123', 7, {}],
  },
  phone: {
    reason: 'not-a-phone',
    values: [
      '',
      '0151 12345678',
      '2125550100',
      '+49 151',
      '+0151 12345678',
      '+49 151 1234567 x12',
      491511234567,
    ],
  },
  gender: { reason: 'not-a-gender', values: ['', 'unknown', '1', 'both', 1, true] },
  country: {
    reason: 'not-a-country',
    values: ['', 'XX', 'EU', 'DD', 'Narnia', 'Korea', 'Congo', 'DE-BY', 49, {}],
  },
  language: {
    reason: 'not-a-language',
    values: ['', 'xx', 'und', 'mul', 'Klingon', 'klingon-AT', 7, ['de']],
  },
  json: { reason: 'not-json-object', values: ['{}', 1, true, [], [{}], new Date(0)] },
};

const countries = countryCodes.trim().split(/\s+/);
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

  it('answers any text, for every type, and gives nothing that it would not take again', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'+-0.9 (/:@aADdEe') }),
      fc.constantFrom(...countries, 'Germany', 'de-DE', '+4915112345678'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), text, (type, value) => {
        const toBraze = conversionFor(type, 'export').convert;
        const toBlueConic = conversionFor(type, 'import').convert;
        const sent = toBraze(value);
        const held = toBlueConic(value);
        if (sent !== undefined) assert.deepEqual(toBraze(sent), sent);
        if (held !== undefined) assert.equal(toBlueConic(held), held);
      }),
    );
  });

  it('knows every country by its codes and its English name, each as itself', () => {
    const english = new Intl.DisplayNames(['en'], { type: 'region' });
    const { convert } = conversionFor('country', 'export');
    assert.equal(new Set(countries).size, 249);
    for (const both of countries) {
      const two = both.slice(0, 2);
      assert.deepEqual([convert(two), convert(both.slice(2)), convert(english.of(two))], [two, two, two]);
    }
  });

  it('writes decimals as BlueConic takes them, and never as another amount', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 12 });
    const decimal = fc.oneof(
      fc
        .tuple(fc.constantFrom('', '-'), digits, digits)
        .map(([sign, whole, rest]) => `${sign}${whole}.${rest}`),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(decimal, (value) => {
        const text = conversionFor('decimal', 'import').convert(value);
        if (text === undefined) return;
        assert.match(String(text), /^-?\d+(?:\.\d{1,4})?$/);
        const number = conversionFor('decimal', 'export').convert(text);
        if (number !== undefined) assert.equal(conversionFor('text', 'import').convert(number), text);
        // Half of the fourth decimal, and what floating point itself is off by.
        assert.ok(Math.abs(Number(text) - Number(value)) <= 0.000_05 + Math.abs(Number(value)) * 1e-15);
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
    decimal: fc.integer({ min: -(10 ** 14), max: 10 ** 14 }).map((amount) => amount / 10_000),
    email: fc.emailAddress({ size: '-1' }).filter((text) => isEmail(text)),
    phone: fc
      .tuple(fc.constantFrom('+', '00'), fc.bigInt({ min: 10n ** 6n, max: 10n ** 15n - 1n }))
      .map(([mark, digits]) => `${mark}${digits}`),
    gender: fc.constantFrom('male', 'weiblich', 'O', 'n/a', 'p'),
    country: fc.constantFrom(...countries).map((both) => both.slice(2)),
    language: fc.constantFrom('deu', 'en-GB', 'Spanish', 'pt_BR'),
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
