import type { Json } from './json';
import type { StandardField } from './standardFields';

export interface UserAlias {
  alias_name: string;
  alias_label: string;
}

/** How often one event or product was seen, and when (milliseconds since 1970). */
export interface Tally {
  first: number;
  last: number;
  count: number;
}

/** One Braze profile. Its indexed parts change through {@link UserDirectory} only. */
export interface BrazeUser {
  readonly brazeId: string;
  readonly externalId: string | undefined;
  readonly aliases: UserAlias[];
  readonly standard: Map<StandardField, Json>;
  readonly custom: Map<string, Json>;
  /** Group id to state. */
  readonly subscriptionGroups: Map<string, string>;
  readonly events: Map<string, Tally>;
  readonly purchases: Map<string, Tally>;
  readonly randomBucket: number;
  totalRevenue: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Grows with every update, so that the most recently updated of several profiles can be told. */
  updated: number;
}

/** All profiles of the workspace with the indexes that identifier resolution needs. */
export class UserDirectory {
  readonly #byBrazeId = new Map<string, BrazeUser>();
  readonly #byExternalId = new Map<string, BrazeUser>();
  readonly #byAlias = new Map<string, BrazeUser>();
  readonly #byEmail = new Map<string, Set<BrazeUser>>();
  readonly #byPhone = new Map<string, Set<BrazeUser>>();
  #born = 0;
  #updates = 0;

  /** @param givenBrazeId for profiles that come with one; otherwise the directory gives out the next. */
  create(externalId?: string, givenBrazeId?: string): BrazeUser {
    const serial = ++this.#born;
    const brazeId = givenBrazeId ?? `6566${serial.toString(16).padStart(20, '0')}`;
    const user: BrazeUser = {
      brazeId,
      externalId,
      aliases: [],
      standard: new Map(),
      custom: new Map(),
      subscriptionGroups: new Map(),
      events: new Map(),
      purchases: new Map(),
      randomBucket: (Math.imul(serial, 0x9e3779b1) >>> 0) % 10_000,
      totalRevenue: 0,
      createdAt: Date.now(),
      updated: 0,
    };
    this.#byBrazeId.set(brazeId, user);
    if (externalId !== undefined) this.#byExternalId.set(externalId, user);
    this.touch(user);
    return user;
  }

  byBrazeId(id: string): BrazeUser | undefined {
    return this.#byBrazeId.get(id);
  }

  byExternalId(id: string): BrazeUser | undefined {
    return this.#byExternalId.get(id);
  }

  byAlias(alias: UserAlias): BrazeUser | undefined {
    return this.#byAlias.get(aliasKey(alias));
  }

  /** Every profile with this address, in whatever case it is written. */
  withEmail(email: string): BrazeUser[] {
    return [...(this.#byEmail.get(email.toLowerCase()) ?? [])];
  }

  withPhone(phone: string): BrazeUser[] {
    return [...(this.#byPhone.get(phoneKey(phone)) ?? [])];
  }

  addAlias(user: BrazeUser, alias: UserAlias): void {
    user.aliases.push({ alias_name: alias.alias_name, alias_label: alias.alias_label });
    this.#byAlias.set(aliasKey(alias), user);
  }

  /** Writes one standard field; null removes it. */
  setStandard(user: BrazeUser, field: StandardField, value: Json): void {
    const old = user.standard.get(field);
    if (field === 'email') reindex(this.#byEmail, user, lowerCase(old), lowerCase(value));
    if (field === 'phone') reindex(this.#byPhone, user, old && phoneKey(old), value && phoneKey(value));
    if (value === null) user.standard.delete(field);
    else user.standard.set(field, value);
  }

  touch(user: BrazeUser): void {
    user.updated = ++this.#updates;
  }

  delete(user: BrazeUser): void {
    this.setStandard(user, 'email', null);
    this.setStandard(user, 'phone', null);
    for (const alias of user.aliases) this.#byAlias.delete(aliasKey(alias));
    if (user.externalId !== undefined) this.#byExternalId.delete(user.externalId);
    this.#byBrazeId.delete(user.brazeId);
  }

  all(): BrazeUser[] {
    return [...this.#byBrazeId.values()];
  }

  clear(): void {
    for (const index of [this.#byBrazeId, this.#byExternalId, this.#byAlias, this.#byEmail, this.#byPhone]) {
      index.clear();
    }
    this.#born = 0;
    this.#updates = 0;
  }
}

/**
 * Of several profiles with one address or number: the most recently updated with an external id, else the most
 * recently updated (contracts: braze 2.3).
 */
export function preferred(users: readonly BrazeUser[]): BrazeUser | undefined {
  const identified = users.filter(({ externalId }) => externalId !== undefined);
  const candidates = identified.length > 0 ? identified : users;
  return candidates.reduce<BrazeUser | undefined>(
    (latest, user) => (latest && latest.updated > user.updated ? latest : user),
    undefined,
  );
}

/** E.164 as far as the rules without a number plan reach: ten digits without a plus are taken as US. */
export function e164(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  return phone.trim().startsWith('+') || digits.length !== 10 ? `+${digits}` : `+1${digits}`;
}

function phoneKey(phone: Json): string {
  return e164(String(phone));
}

function lowerCase(email: Json | undefined): string | undefined {
  return typeof email === 'string' ? email.toLowerCase() : undefined;
}

function aliasKey(alias: UserAlias): string {
  return JSON.stringify([alias.alias_label, alias.alias_name]);
}

function reindex(
  index: Map<string, Set<BrazeUser>>,
  user: BrazeUser,
  old: Json | undefined,
  next: Json | undefined,
): void {
  if (old === next) return;
  if (typeof old === 'string') {
    const peers = index.get(old);
    peers?.delete(user);
    if (peers?.size === 0) index.delete(old);
  }
  if (typeof next === 'string') {
    const peers = index.get(next);
    if (peers) peers.add(user);
    else index.set(next, new Set([user]));
  }
}
