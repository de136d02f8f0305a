import { isCountryCode } from '../mapping/country';
import { isLanguageCode } from '../mapping/language';
import { looksLikePhone } from '../mapping/phoneNumber';
import { isIsoDay } from '../mapping/timeText';
import { isBrazeTime } from './brazeTime';
import { isBrazeEmail } from './emailAddress';
import { isTimeZone } from './timeZone';

/** What a reserved key takes; `identifier` and `control` keys are written by this package only. */
export type ReservedType =
  | 'identifier'
  | 'control'
  | 'string'
  | 'email'
  | 'imageUrl'
  | 'phone'
  | 'country'
  | 'language'
  | 'timeZone'
  | 'gender'
  | 'date'
  | 'dateTime'
  | 'boolean'
  | 'location'
  | 'subscriptionState'
  | 'subscriptionGroups'
  | 'pushTokens'
  | 'object'
  | 'forbidden';

/** One key of an attribute object that is no custom attribute. */
export interface ReservedAttribute {
  key: string;
  type: ReservedType;
  about: string;
  /** Does writing it cost a data point? (contracts: braze 2.10; keys on neither list there are taken as free.) */
  billable: boolean;
  /** May it be emptied with null? A null where a state or a list belongs costs the whole object. */
  clearable: boolean;
}

const table: [key: string, type: ReservedType, about: string, billable?: 'billable'][] = [
  ['external_id', 'identifier', 'External user id'],
  ['braze_id', 'identifier', "Braze's own user id"],
  ['user_alias', 'identifier', 'User alias: name and label'],
  ['_update_existing_only', 'control', 'Whether users may be created'],
  ['_merge_objects', 'control', 'Whether objects are merged'],
  ['push_token_import', 'control', 'Import of anonymous push tokens'],
  ['first_name', 'string', 'First name', 'billable'],
  ['last_name', 'string', 'Last name', 'billable'],
  ['home_city', 'string', 'Home city', 'billable'],
  ['email', 'email', 'E-mail address', 'billable'],
  ['phone', 'phone', 'Phone number, best as E.164', 'billable'],
  ['country', 'country', 'Country, ISO 3166-1 alpha-2', 'billable'],
  ['language', 'language', 'Language, ISO 639-1', 'billable'],
  ['time_zone', 'timeZone', 'Time zone, IANA name', 'billable'],
  ['gender', 'gender', 'M, F, O, N or P', 'billable'],
  ['dob', 'date', 'Date of birth, YYYY-MM-DD', 'billable'],
  ['current_location', 'location', 'Longitude and latitude', 'billable'],
  ['email_subscribe', 'subscriptionState', 'opted_in, subscribed or unsubscribed'],
  ['push_subscribe', 'subscriptionState', 'opted_in, subscribed or unsubscribed'],
  ['email_open_tracking_disabled', 'boolean', 'No open tracking in e-mails'],
  ['email_click_tracking_disabled', 'boolean', 'No click tracking in e-mails'],
  ['subscription_groups', 'subscriptionGroups', 'Subscription group states'],
  ['date_of_first_session', 'dateTime', 'First session'],
  ['date_of_last_session', 'dateTime', 'Last session'],
  ['marked_email_as_spam_at', 'dateTime', 'When an e-mail was marked as spam'],
  ['push_tokens', 'pushTokens', 'Push tokens'],
  ['facebook', 'object', 'Facebook data'],
  ['twitter', 'object', 'Twitter data'],
  ['image_url', 'imageUrl', 'URL of a picture'],
  ['email_subscription_info', 'forbidden', 'Not accepted by Braze'],
];

const notClearable = new Set<ReservedType>([
  'identifier',
  'control',
  'forbidden',
  'boolean',
  'location',
  'subscriptionState',
  'subscriptionGroups',
  'pushTokens',
]);

/** The reserved keys by name (contracts: braze 2.4). */
export const reservedAttributes: ReadonlyMap<string, ReservedAttribute> = new Map(
  table.map(([key, type, about, billable]) => [
    key,
    { key, type, about, billable: billable !== undefined, clearable: !notClearable.has(type) },
  ]),
);

const genders = new Set(['M', 'F', 'O', 'N', 'P']);
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const subscriptionStates = new Set(['opted_in', 'subscribed', 'unsubscribed']);

/**
 * Is the value one that Braze accepts under a key of this type? Decisions where the contract leaves room: a country or
 * language is its two letters, since Braze empties what it cannot map; a phone number is anything that Braze's own check
 * could take, because that check is not ours to repeat.
 */
export function isReservedValue(type: ReservedType, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'email':
      return typeof value === 'string' && isBrazeEmail(value);
    case 'imageUrl':
      return typeof value === 'string' && value.length <= 1024;
    case 'phone':
      return typeof value === 'string' && looksLikePhone(value);
    case 'country':
      return typeof value === 'string' && isCountryCode(value);
    case 'language':
      return typeof value === 'string' && isLanguageCode(value);
    case 'timeZone':
      return typeof value === 'string' && isTimeZone(value);
    case 'gender':
      return typeof value === 'string' && genders.has(value);
    case 'date':
      return typeof value === 'string' && isIsoDay(value);
    case 'dateTime':
      return typeof value === 'string' && isBrazeTime(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'subscriptionState':
      return typeof value === 'string' && subscriptionStates.has(value);
    case 'location':
      return isLocation(value);
    case 'subscriptionGroups':
      return Array.isArray(value) && value.every(isSubscriptionGroup);
    case 'pushTokens':
      return Array.isArray(value) && value.every(isPushToken);
    case 'object':
      return isObject(value);
    default:
      return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLocation(value: unknown): boolean {
  return isObject(value) && isWithin(value.longitude, 180) && isWithin(value.latitude, 90);
}

function isWithin(degrees: unknown, limit: number): boolean {
  return typeof degrees === 'number' && Math.abs(degrees) <= limit;
}

function isSubscriptionGroup(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.subscription_group_id === 'string' &&
    uuid.test(value.subscription_group_id) &&
    (value.subscription_state === 'subscribed' || value.subscription_state === 'unsubscribed')
  );
}

function isPushToken(value: unknown): boolean {
  return isObject(value) && typeof value.app_id === 'string' && typeof value.token === 'string';
}
