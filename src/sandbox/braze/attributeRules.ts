import { isAcceptableEmail } from './emailRule';
import { readIdentifier } from './identifiers';
import { isObject, type Json, type JsonObject } from './json';

/**
 * Texts that refuse an attribute object (contracts: braze 2.6). Errors that are documented only by their name in
 * capitals go out under that name.
 */
export const attributeErrors = {
  emailState: "'email_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
  pushState: "'push_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
  email: "The value provided for the 'email' field is not a valid email.",
  location: 'BAD_LOCATION_UPDATE',
  groupArray: 'BAD_SUBSCRIPTION_GROUP_ARRAY',
  groupHash: 'BAD_SUBSCRIPTION_GROUP_HASH',
  groupId: 'BAD_SUBSCRIPTION_GROUP_ID',
  groupState: 'BAD_SUBSCRIPTION_GROUP_STATE',
  subscriptionInfo: 'INVALID_ATTRIBUTE_EMAIL_SUBSCRIPTION_INFO',
  tokenImport: 'BAD_PUSH_TOKEN_IMPORT',
  tokenValue: 'BAD_PUSH_TOKEN_VALUE',
  notAnObject: 'Each attribute must be an object',
} as const;

const states: ReadonlySet<unknown> = new Set(['opted_in', 'subscribed', 'unsubscribed']);
const groupStates: ReadonlySet<unknown> = new Set(['subscribed', 'unsubscribed']);
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Why Braze refuses an element of the attributes array, or undefined if it takes it. Only the first reason is given,
 * so that accepted and refused objects add up to those sent. A refused object writes nothing.
 */
export function attributeError(element: Json, disallowed: ReadonlySet<string>): string | undefined {
  if (!isObject(element)) return attributeErrors.notAnObject;
  if (element.push_token_import === true) {
    const named = element.external_id !== undefined || element.braze_id !== undefined;
    if (named || element.push_tokens === undefined) return attributeErrors.tokenImport;
  } else {
    const identifier = readIdentifier(element, disallowed);
    if (typeof identifier === 'string') return identifier;
  }
  const { email, email_subscribe: emailState, push_subscribe: pushState } = element;
  if (email !== undefined && email !== null && !(typeof email === 'string' && isAcceptableEmail(email))) {
    return attributeErrors.email;
  }
  if (emailState !== undefined && !states.has(emailState)) return attributeErrors.emailState;
  if (pushState !== undefined && !states.has(pushState)) return attributeErrors.pushState;
  return rareError(element);
}

function rareError(object: JsonObject): string | undefined {
  const { current_location: location, subscription_groups: groups, push_tokens: tokens } = object;
  if (location !== undefined && location !== null && !isLocation(location)) return attributeErrors.location;
  if (object.email_subscription_info !== undefined) return attributeErrors.subscriptionInfo;
  if (tokens !== undefined && !isTokenList(tokens)) return attributeErrors.tokenValue;
  return groups === undefined ? undefined : groupsError(groups);
}

function isLocation(value: Json): boolean {
  if (!isObject(value)) return false;
  const { longitude, latitude } = value;
  return (
    typeof longitude === 'number' &&
    typeof latitude === 'number' &&
    Math.abs(longitude) <= 180 &&
    Math.abs(latitude) <= 90
  );
}

function isTokenList(value: Json): boolean {
  return (
    Array.isArray(value) &&
    value.every((item) => isObject(item) && typeof item.app_id === 'string' && typeof item.token === 'string')
  );
}

function groupsError(groups: Json): string | undefined {
  if (!Array.isArray(groups)) return attributeErrors.groupArray;
  for (const group of groups) {
    if (!isObject(group)) return attributeErrors.groupHash;
    const { subscription_group_id: id, subscription_state: state } = group;
    if (typeof id !== 'string' || !uuid.test(id)) return attributeErrors.groupId;
    if (!groupStates.has(state)) return attributeErrors.groupState;
  }
  return undefined;
}
