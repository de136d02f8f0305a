import { isObject, type Json } from './json';
import { isDay, parseTime, timeText } from './timeValues';

/**
 * Reserved keys of an attribute object that become standard fields of the profile (contracts: braze 2.4). Keys are
 * case-sensitive: any other spelling is a custom attribute.
 */
const standardFields = [
  'first_name',
  'last_name',
  'email',
  'phone',
  'country',
  'home_city',
  'language',
  'time_zone',
  'gender',
  'dob',
  'current_location',
  'email_subscribe',
  'push_subscribe',
  'email_open_tracking_disabled',
  'email_click_tracking_disabled',
  'date_of_first_session',
  'date_of_last_session',
  'marked_email_as_spam_at',
  'facebook',
  'twitter',
  'image_url',
] as const;

export type StandardField = (typeof standardFields)[number];

const standardNames: ReadonlySet<string> = new Set(standardFields);

/** Reserved keys that steer the update or belong to something other than the profile's own fields. */
const steeringNames: ReadonlySet<string> = new Set([
  'external_id',
  'braze_id',
  'user_alias',
  '_update_existing_only',
  '_merge_objects',
  'push_token_import',
  'push_tokens',
  'subscription_groups',
  'email_subscription_info',
]);

export function isStandardField(key: string): key is StandardField {
  return standardNames.has(key);
}

export function isSteeringKey(key: string): boolean {
  return steeringNames.has(key);
}

/**
 * What Braze would keep of a value for a standard field. Values whose check refuses the whole object (e-mail,
 * subscription states, location) have passed it before.
 *
 * Where no error is documented for a bad value, the sandbox leaves the field as it was and says nothing.
 *
 * @returns the value to keep, null to clear the field, undefined to leave it as it is.
 */
export function standardValue(field: StandardField, value: Json): Json | undefined {
  if (value === null) return null;
  switch (field) {
    case 'email':
    case 'email_subscribe':
    case 'push_subscribe':
    case 'current_location':
      return value;
    case 'country':
      // A country that cannot be mapped is documented to be stored as null.
      return typeof value === 'string' ? (countryCode(value) ?? null) : undefined;
    case 'language':
      return typeof value === 'string' ? languageCode(value) : undefined;
    case 'time_zone':
      return typeof value === 'string' && isTimeZone(value) ? value : undefined;
    case 'gender':
      return typeof value === 'string' && /^[MFONP]$/.test(value) ? value : undefined;
    case 'dob':
      return typeof value === 'string' && isDay(value) ? value : undefined;
    case 'phone':
      return typeof value === 'string' && isPhone(value) ? value : undefined;
    case 'email_open_tracking_disabled':
    case 'email_click_tracking_disabled':
      return typeof value === 'boolean' ? value : undefined;
    case 'date_of_first_session':
    case 'date_of_last_session':
    case 'marked_email_as_spam_at':
      return typeof value === 'string' ? timeOrNothing(value) : undefined;
    case 'facebook':
    case 'twitter':
      return isObject(value) ? value : undefined;
    case 'image_url':
      return typeof value === 'string' && value.length <= 1_024 ? value : undefined;
    case 'first_name':
    case 'last_name':
    case 'home_city':
      return typeof value === 'string' && value.length <= 255 ? value : undefined;
  }
}

/** Braze validates with a number plan; the sandbox asks only for 7 to 15 digits and the usual marks between them. */
function isPhone(text: string): boolean {
  return /^\+?[\d\s().-]+$/.test(text) && /^\d{7,15}$/.test(text.replace(/\D/g, ''));
}

function timeOrNothing(text: string): string | undefined {
  const time = parseTime(text);
  return time === undefined ? undefined : timeText(time);
}

const regionNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const languageNames = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
/** Codes that ISO 3166-1 leaves to users, or gives to unions of countries. */
const noCountry = /^(?:AA|Q[M-Z]|X[A-Z]|ZZ|EU|EZ|UN)$/;
const countryByName = new Map<string, string>();

function countryCode(text: string): string | undefined {
  if (/^[a-z]{2}$/i.test(text)) {
    // The locale turns a retired code into its successor: DD into DE.
    const code = new Intl.Locale(`und-${text}`).region ?? '';
    return regionNames.of(code) === undefined || noCountry.test(code) ? undefined : code;
  }
  if (countryByName.size === 0) {
    for (let at = 0; at < 676; at++) {
      const code = countryCode(String.fromCharCode(65 + Math.floor(at / 26), 65 + (at % 26)));
      if (code !== undefined) countryByName.set(regionNames.of(code)!.toLowerCase(), code);
    }
  }
  return countryByName.get(text.trim().toLowerCase());
}

function languageCode(text: string): string | undefined {
  const code = text.toLowerCase();
  return /^[a-z]{2}$/.test(code) && languageNames.of(code) !== undefined ? code : undefined;
}

/** Of the Rails-style names only the North American ones are known here. */
const railsZones: ReadonlySet<string> = new Set(
  ['Eastern', 'Central', 'Mountain', 'Pacific'].map((name) => `${name} Time (US & Canada)`),
);
const knownZones = new Map<string, boolean>();

function isTimeZone(name: string): boolean {
  let known = knownZones.get(name);
  if (known === undefined) {
    known = railsZones.has(name) || isIanaZone(name);
    knownZones.set(name, known);
  }
  return known;
}

function isIanaZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Bare offsets are valid for Intl but are not zone names.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
