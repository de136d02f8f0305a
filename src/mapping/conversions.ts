import { readCountry } from './country';
import { decimalText, readDecimal } from './decimalText';
import { readEmail } from './emailText';
import { amountNumber, amountText, readAmount } from './exactDecimal';
import { readGender } from './gender';
import { readLanguage } from './language';
import type { Direction, FieldType } from './mapping';
import { readPhone } from './phoneNumber';
import { isPlainObject } from './plainObject';
import type { UpdateValue } from './profileUpdate';
import { epochText, isoDay, isoTime, midnight, readTime } from './timeText';

/** Why a value could not become the type its row asks for. */
export type RefusalReason =
  | 'not-text'
  | 'not-a-number'
  | 'not-an-integer'
  | 'not-a-decimal'
  | 'not-a-boolean'
  | 'not-a-time'
  | 'not-an-email'
  | 'not-a-phone'
  | 'not-a-gender'
  | 'not-a-country'
  | 'not-a-language'
  | 'not-json-object';

/** How a value becomes one of a certain type at the target. */
export interface Conversion {
  /** The value in the target's form; `undefined` when it cannot be one. Never throws on plain JSON. */
  readonly convert: (value: unknown) => UpdateValue | undefined;
  /** The only reason this conversion refuses for. */
  readonly refusal: RefusalReason;
}

/**
 * What each type accepts, and what it becomes. Towards Braze (`export`) values are typed JSON (contracts: braze 2.5);
 * towards BlueConic (`import`) every value is text, because its properties hold lists of text (contracts: blueconic 5.1).
 *
 * | type     | accepts                                              | towards Braze         | towards BlueConic         |
 * |----------|------------------------------------------------------|-----------------------|---------------------------|
 * | text     | text as it is; numbers and booleans                  | text                  | text                      |
 * | number   | finite numbers; decimal text                         | number                | decimal, no exponent      |
 * | integer  | whole numbers up to 2^53 - 1, also as text           | number                | decimal                   |
 * | decimal  | see `readAmount`; rounded to four decimals           | number                | decimal, four decimals    |
 * | boolean  | true, false, 1, 0; the texts true t 1 false f 0      | boolean               | `true`, `false`           |
 * | time     | see `readTime`                                       | ISO 8601 in UTC       | epoch milliseconds        |
 * | date     | see `readTime`; the day is the one in UTC            | `YYYY-MM-DD`          | epoch milliseconds, 00:00 |
 * | email    | see `readEmail`                                      | lower case            | lower case                |
 * | phone    | see `readPhone`                                      | E.164                 | E.164                     |
 * | gender   | see `readGender`                                     | `M` `F` `O` `N` `P`   | the same                  |
 * | country  | see `readCountry`                                    | ISO 3166-1, 2 letters | the same                  |
 * | language | see `readLanguage`                                   | ISO 639-1             | the same                  |
 * | json     | an object                                            | the same object       | its JSON text             |
 *
 * Spaces around a text that is read as something else are ignored. An empty text is a text and nothing else.
 */
export function conversionFor(type: FieldType, direction: Direction): Conversion {
  return conversions[direction][type];
}

/** Types that both systems hold as the same text. */
const sameBothWays = {
  email: { convert: fromText(readEmail), refusal: 'not-an-email' },
  phone: { convert: fromText(readPhone), refusal: 'not-a-phone' },
  gender: { convert: fromText(readGender), refusal: 'not-a-gender' },
  country: { convert: fromText(readCountry), refusal: 'not-a-country' },
  language: { convert: fromText(readLanguage), refusal: 'not-a-language' },
} as const satisfies { readonly [type: string]: Conversion };

const conversions: { readonly [direction in Direction]: { readonly [type in FieldType]: Conversion } } = {
  export: {
    text: { convert: toText, refusal: 'not-text' },
    number: { convert: toNumber, refusal: 'not-a-number' },
    integer: { convert: toInteger, refusal: 'not-an-integer' },
    decimal: { convert: toDecimal, refusal: 'not-a-decimal' },
    boolean: { convert: toBoolean, refusal: 'not-a-boolean' },
    time: { convert: toIsoTime, refusal: 'not-a-time' },
    date: { convert: toIsoDay, refusal: 'not-a-time' },
    ...sameBothWays,
    json: { convert: toObject, refusal: 'not-json-object' },
  },
  import: {
    text: { convert: toText, refusal: 'not-text' },
    number: { convert: toNumberText, refusal: 'not-a-number' },
    integer: { convert: toIntegerText, refusal: 'not-an-integer' },
    decimal: { convert: toDecimalText, refusal: 'not-a-decimal' },
    boolean: { convert: toBooleanText, refusal: 'not-a-boolean' },
    time: { convert: toEpochText, refusal: 'not-a-time' },
    date: { convert: toMidnightText, refusal: 'not-a-time' },
    ...sameBothWays,
    json: { convert: toJsonText, refusal: 'not-json-object' },
  },
};

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? decimalText(value) : undefined;
  return typeof value === 'boolean' ? String(value) : undefined;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'string') return readDecimal(value);
  // Adding zero turns minus zero into zero: JSON can write only one of the two.
  return Number.isFinite(value) ? (value as number) + 0 : undefined;
}

const wholeNumber = /^[+-]?\d+(?:\.0+)?$/;

function toInteger(value: unknown): number | undefined {
  // Tested as written, since a fraction too fine for a double is lost on reading.
  if (typeof value === 'string' && !wholeNumber.test(value.trim())) return undefined;
  const number = toNumber(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function toDecimal(value: unknown): number | undefined {
  const amount = readAmount(value);
  return amount === undefined ? undefined : amountNumber(amount);
}

function toDecimalText(value: unknown): string | undefined {
  const amount = readAmount(value);
  return amount === undefined ? undefined : amountText(amount);
}

function fromText(read: (text: string) => string | undefined): Conversion['convert'] {
  return (value) => (typeof value === 'string' ? read(value) : undefined);
}

function toBoolean(value: unknown): boolean | undefined {
  switch (typeof value === 'string' ? value.trim() : value) {
    case true:
    case 1:
    case 'true':
    case 't':
    case '1':
      return true;
    case false:
    case 0:
    case 'false':
    case 'f':
    case '0':
      return false;
    default:
      return undefined;
  }
}

function toObject(value: unknown): { [key: string]: unknown } | undefined {
  return isPlainObject(value) ? value : undefined;
}

function toIsoTime(value: unknown): string | undefined {
  const time = readTime(value);
  return time === undefined ? undefined : isoTime(time);
}

function toIsoDay(value: unknown): string | undefined {
  const time = readTime(value);
  return time === undefined ? undefined : isoDay(time);
}

function toNumberText(value: unknown): string | undefined {
  const number = toNumber(value);
  return number === undefined ? undefined : decimalText(number);
}

function toIntegerText(value: unknown): string | undefined {
  const number = toInteger(value);
  return number === undefined ? undefined : decimalText(number);
}

function toBooleanText(value: unknown): string | undefined {
  const boolean = toBoolean(value);
  return boolean === undefined ? undefined : String(boolean);
}

function toEpochText(value: unknown): string | undefined {
  const time = readTime(value);
  return time === undefined ? undefined : epochText(time);
}

function toMidnightText(value: unknown): string | undefined {
  const time = readTime(value);
  return time === undefined ? undefined : epochText(midnight(time));
}

function toJsonText(value: unknown): string | undefined {
  if (!isPlainObject(value)) return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    // JSON can be read deeper than it can be written; such an object is refused instead of stopping the batch.
    return undefined;
  }
}
