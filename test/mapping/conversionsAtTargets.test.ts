import assert from 'node:assert/strict';
import fc from 'fast-check';
import { propertyTexts } from '../../src/blueconic/propertyValues';
import { attributeValue } from '../../src/braze/attributeValue';
import { Refusal } from '../../src/braze/refusals';
import { conversionFor } from '../../src/mapping/conversions';
import { countryCodes } from '../../src/mapping/countryCodes';
import { type FieldType, fieldTypes } from '../../src/mapping/fieldType';
import type { UpdateValue } from '../../src/mapping/profileUpdate';
import { type FilterType, valueProblem } from '../../src/sandbox/blueconic/propertyTypes';

/** Values that many types can make something of, and anything else. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'Mira@Example.org',
    'a@gmail.com',
    '00 49 151 1234-5678',
    'weiblich',
    'Germany',
    'de-AT',
    'true',
  ),
  fc.constantFrom(...countryCodes.trim().split(/\s+/)).map((both) => both.slice(2)),
  fc.tuple(fc.constantFrom('+', '00', '0'), fc.stringMatching(/^[0-9 ()/-]{5,16}$/)).map(([a, b]) => a + b),
  fc.double(),
  fc.integer(),
  fc
    .date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('3000-12-31') })
    .map((date) => date.toISOString()),
  fc.emailAddress(),
);

/** Reserved fields of Braze, and the type of row that is meant for them. */
const reserved: [field: string, type: FieldType][] = [
  ['email', 'email'],
  ['phone', 'phone'],
  ['gender', 'gender'],
  ['country', 'country'],
  ['language', 'language'],
  ['dob', 'date'],
  ['date_of_first_session', 'time'],
  ['email_open_tracking_disabled', 'boolean'],
];

const propertyTypes: { readonly [type in FieldType]?: FilterType } = {
  decimal: 'DECIMAL',
  time: 'DATETIME',
  date: 'DATETIME',
  email: 'EMAIL',
};

function towardsBraze(field: string, type: FieldType, given: UpdateValue): unknown {
  const made = attributeValue({ field, strategy: 'set', as: 'one', type, values: [given] });
  return made instanceof Refusal ? made.reason : made;
}

describe('what a conversion gives', () => {
  it('is what Braze takes in a custom attribute, but for the length of a text', () => {
    const scalars = fc.constantFrom(...fieldTypes.filter((type) => type !== 'json'));
    fc.assert(
      fc.property(scalars, value, (type, given) => {
        const converted = conversionFor(type, 'export').convert(given);
        if (converted === undefined) return;
        const made = towardsBraze('x', type, converted);
        if (made !== 'string-over-255') assert.equal(made, converted);
        assert.deepEqual(JSON.parse(JSON.stringify(converted)), converted);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is what Braze takes in the reserved field of that kind, but for the rules of single mail providers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...reserved), value, ([field, type], given) => {
        const converted = conversionFor(type, 'export').convert(given);
        if (converted === undefined) return;
        const made = towardsBraze(field, type, converted);
        const ownRules = type === 'email' && /@(?:gmail|msn|hotmail|outlook|live)\./.test(String(converted));
        if (!ownRules && made !== 'string-over-255') assert.equal(made, converted, field);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is what BlueConic takes in a property of that kind', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fieldTypes), value, (type, given) => {
        const converted = conversionFor(type, 'import').convert(given);
        if (converted === undefined) return;
        const texts = propertyTexts([converted]);
        assert.deepEqual(texts, [converted]);
        assert.equal(valueProblem(propertyTypes[type] ?? 'SELECT', texts[0]!), undefined);
      }),
      { numRuns: 1_000 },
    );
  });
});
