import { type Person, person } from '../people';
import type { ProfileStore } from './profiles';

/**
 * The customer properties that seeding fills, one line each; a property without a value is left out.
 *
 * | property          | type               | from a person            | example              |
 * | ----------------- | ------------------ | ------------------------ | -------------------- |
 * | `customer_id`     | unique identifier  | `externalId`             | `cust-00000017`      |
 * | `email`           | unique id, EMAIL   | `email`                  | `person.00000017@..` |
 * | `firstname`       | SELECT             | `firstName`              | `Mira`               |
 * | `lastname`        | SELECT             | `lastName`               | `Okafor`             |
 * | `gender`          | SELECT             | `gender`                 | `M`, `F`, `O`        |
 * | `country`         | SELECT             | `country`                | `DE`                 |
 * | `city`            | SELECT             | `city`                   | `Köln`               |
 * | `language`        | SELECT             | `language`               | `de`                 |
 * | `phone`           | SELECT             | `phone`                  | `+4915110000017`     |
 * | `birthday`        | DATETIME           | `birthday`, epoch ms     | `315532800000`       |
 * | `loyalty_tier`    | SELECT             | `tier`                   | `gold`               |
 * | `loyalty_points`  | RANGE              | `points`                 | `1204`               |
 * | `lifetime_value`  | DECIMAL            | `lifetimeValue`          | `812.4`              |
 * | `orders`          | RANGE              | `orders`                 | `7`                  |
 * | `interests`       | SELECT, many       | `interests`              | `hiking`, `golf`     |
 * | `newsletter`      | SELECT             | `newsletter`             | `true`, `false`      |
 * | `last_order_at`   | DATETIME           | `lastOrderAt`, epoch ms  | `1735689600000`      |
 * | `preferred_store` | SELECT             | `store`                  | `store-12`           |
 *
 * `braze_external_id` (unique identifier) is not seeded: linking it is what an import is for.
 */
export const seededProperties: ReadonlyMap<string, (person: Person) => readonly string[]> = new Map([
  ['customer_id', (p: Person) => [p.externalId]],
  ['email', (p: Person) => [p.email]],
  ['firstname', (p: Person) => [p.firstName]],
  ['lastname', (p: Person) => [p.lastName]],
  ['gender', (p: Person) => maybe(p.gender)],
  ['country', (p: Person) => [p.country]],
  ['city', (p: Person) => maybe(p.city)],
  ['language', (p: Person) => [p.language]],
  ['phone', (p: Person) => maybe(p.phone)],
  ['birthday', (p: Person) => time(p.birthday)],
  ['loyalty_tier', (p: Person) => maybe(p.tier)],
  ['loyalty_points', (p: Person) => [String(p.points)]],
  ['lifetime_value', (p: Person) => [String(p.lifetimeValue)]],
  ['orders', (p: Person) => [String(p.orders)]],
  ['interests', (p: Person) => p.interests],
  ['newsletter', (p: Person) => [String(p.newsletter)]],
  ['last_order_at', (p: Person) => time(p.lastOrderAt)],
  ['preferred_store', (p: Person) => maybe(p.store)],
]);

function maybe(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

function time(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [String(Date.parse(value))];
}

/** A run of invented customers: those of `people.ts` with this seed, `from` up to but not including `to`. */
export interface PeopleRange {
  seed: number;
  from: number;
  to: number;
  /** Modification date of the profiles, epoch milliseconds; default: now. */
  modifiedAt?: number;
}

/**
 * Creates a profile for each person, or brings the one that has their `customer_id` to the person's values. A
 * seeded profile has an id of its own making, the same each time, and the person's creation date.
 * @returns how many profiles were seeded.
 */
export function seedProfiles(store: ProfileStore, range: PeopleRange, now: number): number {
  for (let index = range.from; index < range.to; index++) {
    const someone = person(range.seed, index);
    const known = store.find('customer_id', someone.externalId)[0];
    const profile =
      known ?? store.draft('PERSONAL', Date.parse(someone.createdAt), profileIdOf(range.seed, index));
    for (const [property, valuesOf] of seededProperties) {
      store.setValues(profile, property, valuesOf(someone), range.modifiedAt ?? now);
    }
    profile.lastModified = range.modifiedAt ?? now;
    if (!known) store.add(profile);
  }
  return Math.max(0, range.to - range.from);
}

/** The id of a seeded profile: shaped like a UUID, ordered by index, and readable back into the index. */
export function profileIdOf(seed: number, index: number): string {
  return `${idPrefix(seed)}${index.toString(16).padStart(12, '0')}`;
}

/** The index inside an id that `profileIdOf` made with this seed; -1 for any other id. */
export function indexOfProfileId(seed: number, id: string): number {
  const prefix = idPrefix(seed);
  if (!id.startsWith(prefix) || !/^[0-9a-f]{12}$/.test(id.slice(prefix.length))) return -1;
  return Number.parseInt(id.slice(prefix.length), 16);
}

function idPrefix(seed: number): string {
  const mixed = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const hex = mixed.toString(16).padStart(8, '0');
  return `${hex}-${hex.slice(0, 4)}-4${hex.slice(4, 7)}-8${hex.slice(1, 4)}-`;
}
