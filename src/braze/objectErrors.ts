import { reservedAttributes } from './reservedAttributes';

/** Why Braze refused one object of a request: a stable code, and words that hold nothing of what was sent. */
export interface ObjectErrorText {
  code: string;
  text: string;
}

/**
 * The documented reasons (contracts: braze 2.6). The documentation names them in capitals, the wire carries prose;
 * both lead to the same entry. Prose is compared without regard to case.
 */
const known: readonly { code: string; text: string; prose?: string }[] = [
  { code: 'BAD_DEVICE_ID', text: 'The device id must have 8 to 255 bytes.' },
  {
    code: 'BAD_EMAIL_SUBSCRIPTION_STATE',
    text: "'email_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'.",
    prose: "'email_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
  },
  { code: 'BAD_LOCATION_UPDATE', text: "'current_location' is not a valid location." },
  {
    code: 'BAD_PUSH_SUBSCRIPTION_STATE',
    text: "'push_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'.",
    prose: "'push_subscribe' must be 'subscribed', 'unsubscribed', or 'opted_in'",
  },
  { code: 'BAD_PUSH_TOKEN_APP_ID', text: 'A push token has no valid app id.' },
  { code: 'BAD_PUSH_TOKEN_IMPORT', text: 'The push token import is not valid.' },
  { code: 'BAD_PUSH_TOKEN_STRING', text: 'A push token is not a valid string.' },
  { code: 'BAD_PUSH_TOKEN_VALUE', text: "'push_tokens' is not valid." },
  { code: 'BAD_SUBSCRIPTION_GROUP_ARRAY', text: "'subscription_groups' must be a list." },
  { code: 'BAD_SUBSCRIPTION_GROUP_HASH', text: "An entry of 'subscription_groups' is not valid." },
  { code: 'BAD_SUBSCRIPTION_GROUP_ID', text: 'A subscription group id is not valid.' },
  { code: 'BAD_SUBSCRIPTION_GROUP_STATE', text: 'The state of a subscription group is not valid.' },
  {
    code: 'BLACKLISTED_EXTERNAL_USER_ID',
    text: 'Braze does not accept this external id.',
    prose: 'provided external_id is blacklisted and disallowed',
  },
  {
    code: 'EMAIL_BAD_FORMAT',
    text: "'email' is not a valid e-mail address.",
    prose: "The value provided for the 'email' field is not a valid email.",
  },
  { code: 'EXTERNAL_USER_ID_TOO_LARGE', text: 'The external id is longer than 987 bytes.' },
  {
    code: 'INVALID_ATTRIBUTE_EMAIL_SUBSCRIPTION_INFO',
    text: "'email_subscription_info' cannot be written.",
  },
  {
    code: 'IDENTIFIER_AMBIGUOUS',
    text: "Only one of 'external_id', 'user_alias' and 'braze_id' may be given.",
    prose: "You must specify only one of 'external_id', 'user_alias' or 'braze_id'",
  },
  {
    code: 'IDENTIFIER_MISSING',
    text: 'The object has no identifier.',
    prose: "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required",
  },
  { code: 'QUANTITY_INVALID', text: "'quantity' is not valid.", prose: "'quantity' is not valid" },
  { code: 'PROPERTIES_INVALID', text: "'properties' is not valid.", prose: "Invalid 'properties' field" },
];

const byWire = new Map<string, ObjectErrorText>();
for (const { code, text, prose } of known) {
  byWire.set(code.toLowerCase(), { code, text });
  if (prose !== undefined) byWire.set(prose.toLowerCase(), { code, text });
}

/** Fields an unlisted text may name without giving anything away. */
const harmlessNames = new Set([
  ...reservedAttributes.keys(),
  ...['name', 'time', 'app_id', 'properties', 'product_id', 'currency', 'price', 'quantity'],
]);

/**
 * Reads one `type` text. A text that is not documented may quote what was sent, so it is reduced to the code
 * `UNLISTED` and to the documented field that it names in quotes, if it does.
 */
export function objectErrorText(wire: unknown): ObjectErrorText {
  if (typeof wire !== 'string') return { code: 'UNLISTED', text: 'Braze gave no reason.' };
  const found = byWire.get(wire.trim().toLowerCase());
  if (found) return found;
  const field = [...wire.matchAll(/'([a-z_]{1,40})'/g)]
    .map(([, name]) => name!)
    .find((name) => harmlessNames.has(name));
  return {
    code: 'UNLISTED',
    text: `Braze refused it for a reason that is not documented${field ? `, about '${field}'` : ''}.`,
  };
}
