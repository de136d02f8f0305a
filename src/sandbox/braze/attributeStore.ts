import { type AttributeType, nextValue, typeOfValue } from './customValues';
import { isObject, type Json, type JsonObject } from './json';
import type { SettingsInForce } from './settings';
import { isStandardField, isSteeringKey, standardValue } from './standardFields';
import type { BrazeUser, UserDirectory } from './users';

/**
 * Writes accepted attribute objects to profiles, with the workspace's memory of which type each custom attribute
 * has. Whatever Braze drops without an error is dropped here (contracts: braze 2.5 and 13).
 */
export class AttributeStore {
  /** Custom attribute name to type; the first value stored anywhere in the workspace decides. */
  readonly types = new Map<string, AttributeType>();
  readonly #users: UserDirectory;
  readonly #settings: SettingsInForce;

  constructor(users: UserDirectory, settings: SettingsInForce) {
    this.#users = users;
    this.#settings = settings;
  }

  /** Applies one attribute object that has passed the rules to the profile it is about. */
  write(user: BrazeUser, object: JsonObject): void {
    // The address comes first: changing it resets the subscription state, which the same object may set.
    if (object.email !== undefined) this.#writeEmail(user, object.email);
    for (const [key, value] of Object.entries(object)) {
      if (key === 'email' || isSteeringKey(key)) continue;
      if (isStandardField(key)) {
        const kept = standardValue(key, value);
        if (kept !== undefined) this.#users.setStandard(user, key, kept);
      } else {
        this.#writeCustom(user, key.trim(), value, object._merge_objects === true);
      }
    }
    if (Array.isArray(object.subscription_groups)) this.#writeGroups(user, object.subscription_groups);
    this.#users.touch(user);
  }

  clear(): void {
    this.types.clear();
  }

  #writeCustom(user: BrazeUser, name: string, value: Json, merge: boolean): void {
    if (name === '' || this.#settings.blockedAttributes.has(name)) return;
    if (value === null) {
      user.custom.delete(name);
      return;
    }
    const type = this.types.get(name) ?? typeOfValue(value);
    if (type === undefined) return;
    const next = nextValue(type, user.custom.get(name), value, merge);
    if (next === undefined) return;
    this.types.set(name, type);
    user.custom.set(name, next);
  }

  /**
   * A changed address inherits the subscription state of another profile that has the address, else is subscribed
   * (contracts: braze 12.21). A first address of a profile only inherits (not documented).
   */
  #writeEmail(user: BrazeUser, email: Json): void {
    const previous = user.standard.get('email');
    this.#users.setStandard(user, 'email', email);
    if (typeof email !== 'string' || email === previous) return;
    const peer = this.#users
      .withEmail(email)
      .find((other) => other !== user && other.standard.has('email_subscribe'));
    const state =
      peer?.standard.get('email_subscribe') ?? (previous === undefined ? undefined : 'subscribed');
    if (state !== undefined) this.#users.setStandard(user, 'email_subscribe', state);
  }

  /** Group states reach every other profile with the same address (contracts: braze 2.4). */
  #writeGroups(user: BrazeUser, groups: readonly Json[]): void {
    const email = user.standard.get('email');
    const reached = new Set([user, ...(typeof email === 'string' ? this.#users.withEmail(email) : [])]);
    for (const group of groups) {
      if (!isObject(group)) continue;
      for (const each of reached) {
        each.subscriptionGroups.set(String(group.subscription_group_id), String(group.subscription_state));
      }
    }
  }
}
