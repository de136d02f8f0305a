import { type Person, person } from '../people';
import { type ColumnChecksum, type CompactColumn, HashColumn, NumberColumn } from './compactColumns';
import { computedValues, type ProfileDirectory, type ProfileView } from './profileView';
import type { CatalogueEntry, PermissionLevel } from './propertyCatalogue';
import { isNumeric } from './propertyTypes';
import type { RuleStrategy } from './rules';
import { indexOfProfileId, profileIdOf, seededProperties } from './seed';

const none: readonly never[] = [];
const absent = 0;
const seeded = 1;
const created = 2;

export interface CompactOptions {
  /** How many profiles there is room for: indexes 0 to `profiles` - 1. */
  profiles: number;
  /** Seed of the people behind the profiles. */
  seed: number;
  /** How many of them exist at the start, from index 0; default: all. */
  existing?: number;
  /** Modification date of those, epoch milliseconds; default: the start. */
  modifiedAt?: number;
}

/** What compact mode can tell about itself: counts, and a checksum per written property. */
export interface CompactInspection {
  capacity: number;
  active: number;
  /** Of these, made by `UPSERT`. */
  created: number;
  properties: Record<string, ColumnChecksum>;
}

/**
 * Millions of profiles in bounded memory: profile `n` is the person `n` of the seed, made up again at each reading.
 * Kept per profile are a state byte and the modification date (9 bytes), and per *written* property 4 bytes (a hash
 * of its value list) or 8 (a number). Identifiers follow one scheme: `customer_id` and `braze_external_id` are both
 * `cust-NNNNNNNN`. A profile made by `UPSERT` has nothing but what was written to it.
 *
 * Not kept, hence not offered: timelines, consent, permission levels, merges, audiences.
 */
export class CompactProfiles implements ProfileDirectory {
  readonly end: number;
  readonly seed: number;
  /** The seeded properties, and those written to so far. */
  readonly propertyIds: string[] = [...seededProperties.keys()];
  readonly #start: number;
  readonly #state: Uint8Array;
  readonly #modified: Float64Array;
  readonly #columns = new Map<string, CompactColumn>();
  #activeCount: number;
  #lastPerson: Person;

  constructor(options: CompactOptions & { modifiedAt: number }) {
    const existing = Math.min(options.existing ?? options.profiles, options.profiles);
    this.end = options.profiles;
    this.seed = options.seed;
    this.#start = options.modifiedAt;
    this.#state = new Uint8Array(options.profiles).fill(seeded, 0, existing);
    this.#modified = new Float64Array(options.profiles).fill(options.modifiedAt);
    this.#activeCount = existing;
    this.#lastPerson = person(options.seed, 0);
  }

  get activeCount(): number {
    return this.#activeCount;
  }

  exists(index: number): boolean {
    return this.#state[index] === seeded || this.#state[index] === created;
  }

  idOf(index: number): string {
    return profileIdOf(this.seed, index);
  }

  /** The index of an existing profile with this id, or -1. */
  indexOfId(id: string): number {
    const index = indexOfProfileId(this.seed, id);
    return this.exists(index) ? index : -1;
  }

  at(position: number): ProfileView | undefined {
    return this.exists(position) ? new CompactProfile(this, position) : undefined;
  }

  byId(id: string): ProfileView | undefined {
    return this.at(this.indexOfId(id));
  }

  find(property: string, value: string): ProfileView[] {
    if (!isCompactIdentifier(property)) return [];
    const profile = this.at(indexOfCustomer(value));
    return profile ? [profile] : [];
  }

  /** Makes profiles exist that are the seed's people. */
  seedRange(from: number, to: number, modifiedAt: number): void {
    for (let index = from; index < Math.min(to, this.end); index++) {
      if (!this.exists(index)) this.#activeCount++;
      this.#state[index] = seeded;
      this.#modified[index] = modifiedAt;
      for (const column of this.#columns.values()) column.forget(index);
    }
  }

  create(index: number, now: number): void {
    this.#state[index] = created;
    this.#modified[index] = now;
    this.#activeCount++;
  }

  delete(index: number): void {
    this.#state[index] = absent;
    this.#activeCount--;
    for (const column of this.#columns.values()) column.forget(index);
  }

  touch(index: number, now: number): void {
    this.#modified[index] = now;
  }

  modifiedAt(index: number): number {
    return this.#modified[index]!;
  }

  creationDateOf(index: number): number {
    return this.#state[index] === seeded ? Date.parse(this.#personAt(index).createdAt) : this.#start;
  }

  /** Applies one checked rule. True: changed; false: not; a text: why it cannot be applied. */
  apply(
    index: number,
    property: CatalogueEntry,
    strategy: RuleStrategy,
    values: readonly string[],
  ): boolean | string {
    let column = this.#columns.get(property.id);
    if (!column) {
      const { filterType } = property;
      column = isNumeric(filterType)
        ? new NumberColumn(this.end, filterType)
        : new HashColumn(this.end, filterType);
      this.#columns.set(property.id, column);
      if (!seededProperties.has(property.id)) this.propertyIds.push(property.id);
    }
    const original = column.touched(index) ? none : this.#original(index, property.id);
    return column.apply(index, strategy, values, original);
  }

  valuesAt(index: number, property: string): readonly string[] {
    const column = this.#columns.get(property);
    return column?.touched(index) ? column.read(index) : this.#original(index, property);
  }

  inspect(): CompactInspection {
    const checksums = [...this.#columns].map(([id, column]) => [id, column.checksum()] as const);
    let made = 0;
    for (const state of this.#state) if (state === created) made++;
    return {
      capacity: this.end,
      active: this.#activeCount,
      created: made,
      properties: Object.fromEntries(checksums),
    };
  }

  #original(index: number, property: string): readonly string[] {
    if (this.#state[index] !== seeded) return none;
    return seededProperties.get(property)?.(this.#personAt(index)) ?? none;
  }

  #personAt(index: number): Person {
    if (this.#lastPerson.index !== index) this.#lastPerson = person(this.seed, index);
    return this.#lastPerson;
  }
}

/** One profile of the compact store, as long as somebody looks at it. */
class CompactProfile implements ProfileView {
  readonly #store: CompactProfiles;
  readonly #index: number;

  constructor(store: CompactProfiles, index: number) {
    this.#store = store;
    this.#index = index;
  }

  get id(): string {
    return this.#store.idOf(this.#index);
  }

  get creationDate(): number {
    return this.#store.creationDateOf(this.#index);
  }

  get lastModified(): number {
    return this.#store.modifiedAt(this.#index);
  }

  get permissionLevel(): PermissionLevel {
    return 'PERSONAL';
  }

  get replacedBy(): undefined {
    return undefined;
  }

  get replaces(): readonly never[] {
    return none;
  }

  get timeline(): readonly never[] {
    return none;
  }

  get consentLog(): readonly never[] {
    return none;
  }

  values(property: string): readonly string[] {
    return computedValues(this, property) ?? this.#store.valuesAt(this.#index, property);
  }

  propertyIds(): Iterable<string> {
    return this.#store.propertyIds;
  }

  written(): undefined {
    return undefined;
  }
}

/** True for the two identifiers by which compact mode matches. */
export function isCompactIdentifier(property: string): boolean {
  return property === 'customer_id' || property === 'braze_external_id';
}

/** `cust-00000017` -> 17; -1 for anything that is not written in exactly that way. */
export function indexOfCustomer(value: string): number {
  if (value.length < 13 || !value.startsWith('cust-')) return -1;
  let index = 0;
  for (let at = 5; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    index = index * 10 + digit;
  }
  return value.length === 13 || value.charCodeAt(5) !== 48 ? index : -1;
}
