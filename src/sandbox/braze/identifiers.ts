import { isObject, type Json, type JsonObject } from './json';
import { type BrazeUser, preferred, type UserAlias, type UserDirectory } from './users';

/** Whom an object of /users/track is about. */
export type Identifier =
  | { kind: 'external_id' | 'braze_id' | 'email' | 'phone'; value: string }
  | { kind: 'user_alias'; value: UserAlias };

export const identifierErrors = {
  several: "You must specify only one of 'external_id', 'user_alias' or 'braze_id'",
  none: "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required",
  disallowed: 'provided external_id is blacklisted and disallowed',
  /** Documented by this name; its prose on the wire is not documented. */
  tooLarge: 'EXTERNAL_USER_ID_TOO_LARGE',
  /** No documented text. */
  alias: "'user_alias' must have a non-empty 'alias_name' and 'alias_label' of at most 236 bytes",
} as const;

const externalIdBytes = 987;
const aliasBytes = 236;

/**
 * Reads the identifier of an object (contracts: braze 2.3): at most one primary; without any, the e-mail address,
 * else the phone number, is looked up. null counts as absent, and so does an id that is no text or empty (not
 * documented).
 *
 * @returns the identifier, or the text of the error that refuses the object.
 */
export function readIdentifier(object: JsonObject, disallowed: ReadonlySet<string>): Identifier | string {
  const { external_id: externalId, user_alias: alias, braze_id: brazeId } = object;
  if (count(externalId) + count(alias) + count(brazeId) > 1) return identifierErrors.several;
  if (isText(externalId)) {
    // A UTF-16 unit takes at most three bytes, so most ids need no measuring.
    if (externalId.length * 3 > externalIdBytes && Buffer.byteLength(externalId) > externalIdBytes) {
      return identifierErrors.tooLarge;
    }
    if (disallowed.has(externalId)) return identifierErrors.disallowed;
    return { kind: 'external_id', value: externalId };
  }
  if (isText(brazeId)) return { kind: 'braze_id', value: brazeId };
  if (count(alias) > 0) {
    const value = readAlias(alias);
    return value ? { kind: 'user_alias', value } : identifierErrors.alias;
  }
  if (isText(object.email)) return { kind: 'email', value: object.email };
  if (isText(object.phone)) return { kind: 'phone', value: object.phone };
  return identifierErrors.none;
}

/** A well-formed alias, or undefined. */
export function readAlias(value: Json | undefined): UserAlias | undefined {
  if (!isObject(value)) return undefined;
  const { alias_name, alias_label } = value;
  if (!isAliasPart(alias_name) || !isAliasPart(alias_label)) return undefined;
  return { alias_name, alias_label };
}

export function findUser(users: UserDirectory, { kind, value }: Identifier): BrazeUser | undefined {
  switch (kind) {
    case 'external_id':
      return users.byExternalId(value);
    case 'braze_id':
      return users.byBrazeId(value);
    case 'user_alias':
      return users.byAlias(value);
    case 'email':
      return preferred(users.withEmail(value));
    case 'phone':
      return preferred(users.withPhone(value));
  }
}

/** A new profile with this identifier; undefined for a braze_id, which Braze alone gives out. */
export function createUser(users: UserDirectory, { kind, value }: Identifier): BrazeUser | undefined {
  if (kind === 'braze_id') return undefined;
  if (kind === 'external_id') return users.create(value);
  const user = users.create();
  if (kind === 'user_alias') users.addAlias(user, value);
  else users.setStandard(user, kind, value);
  return user;
}

function count(value: Json | undefined): number {
  return value === undefined || value === null ? 0 : 1;
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function isAliasPart(value: Json | undefined): value is string {
  return isText(value) && Buffer.byteLength(value) <= aliasBytes;
}
