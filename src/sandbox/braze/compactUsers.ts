import { type ColumnSummary, CompactColumn } from './compactColumn';
import type { DataPointReport } from './dataPoints';
import { quantityOf } from './eventRules';
import type { Json, JsonObject } from './json';
import { type PeopleRange, personRecord } from './seed';
import { isMember, type Population, type Segment } from './segments';
import type { SettingsInForce } from './settings';
import { isStandardField, isSteeringKey } from './standardFields';
import type { TrackBatch, TrackTarget } from './trackTarget';
import { attributesOf, type BrazeUserRecord } from './userRecord';

/** How large the compact mode is, and who is in it. */
export interface CompactOptions {
  /** Room for the users `cust-00000000` to `cust-<users - 1>`; at most 100 million. */
  users: number;
  /** Which invented customers a segment export writes. */
  seed: number;
  /** The first so many users exist from the start, without attributes. Default 0. */
  existing?: number;
  /** Attributes that keep their numbers from the start (8 bytes a user each). */
  numeric?: readonly string[];
}

/** What compact mode knows of one user. */
export interface CompactUser {
  external_id: string;
  /** Attribute name to hash of its value. */
  hashes: Record<string, number>;
  /** Attribute name to value, for the attributes that keep numbers. */
  numbers: Record<string, number>;
}

export interface CompactReport {
  capacity: number;
  users: number;
  attributes: Record<string, ColumnSummary>;
}

const idDigits = 8;
const idPrefix = 'cust-';
const outside = `in compact mode 'external_id' must be one of the sandbox's own users`;

/**
 * Ten million users in bounded memory (4 bytes per user and attribute), for benchmarks. Rules, limits and answers of
 * /users/track are those of the full mode. What differs:
 *
 * - only `external_id` identifies, and only ids within the capacity; everything else is an error of its object
 * - changes are applied before the answer, whatever the apply settings say
 * - of a value only its hash is kept ({@link valueHash}): standard values are not normalised, custom attributes have
 *   no types, `_merge_objects` and changes inside arrays of objects store the change as it was sent
 * - `add` and `remove` change the hash by their elements, present or not, and ignore the limit of 500
 * - `inc` starts from 0 where the attribute was set before its first `inc` and is not among `numeric`
 * - whether an attribute is on the blocklist is looked up when it is first seen
 * - events and purchases are counted only; export segments consist of the invented customers of `seed`
 */
export class CompactUsers implements TrackTarget, Population {
  readonly #options: CompactOptions;
  readonly #settings: SettingsInForce;
  /** Keyed by the attribute's name as sent; several spellings can share a column, undefined steers. */
  #columns = new Map<string, CompactColumn | undefined>();
  #exists: Uint8Array;
  #count = 0;
  #events = new Map<string, number>();
  #purchases = new Map<string, number>();

  constructor(options: CompactOptions, settings: SettingsInForce) {
    const { users, existing = 0 } = options;
    if (!Number.isInteger(users) || users < 1 || users > 10 ** idDigits || existing > users) {
      throw new RangeError(`compact mode has room for 1 to ${10 ** idDigits} users`);
    }
    this.#options = options;
    this.#settings = settings;
    this.#exists = new Uint8Array(Math.ceil(users / 8));
    this.reset();
  }

  refusal(object: JsonObject): string | undefined {
    return this.#index(object.external_id) < 0 ? outside : undefined;
  }

  accept(batch: TrackBatch): void {
    for (const object of batch.attributes) {
      const index = this.#enter(object);
      // One loop for both, because it is the hot path: what is not written is charged all the same.
      for (const key in object) {
        const column = this.#column(key);
        if (!column) continue;
        column.charge(object[key]!);
        if (index >= 0) column.write(index, object[key]!);
      }
    }
    for (const event of batch.events) {
      this.#enter(event);
      count(this.#events, String(event.name), 1);
    }
    for (const purchase of batch.purchases) {
      this.#enter(purchase);
      count(this.#purchases, String(purchase.product_id), quantityOf(purchase));
    }
  }

  /** Writes the invented customers of a range as if they had been sent, unmetered. */
  seedPeople({ seed, from, to }: PeopleRange): void {
    for (let index = from; index < to; index++) {
      const record = personRecord(seed, index);
      const object = { external_id: record.external_id!, ...attributesOf(record) };
      const place = this.#enter(object);
      if (place < 0) throw new RangeError(`${object.external_id}: ${outside}`);
      for (const [key, value] of Object.entries(object)) this.#column(key)?.write(place, value);
    }
  }

  has(externalId: string): boolean {
    const index = this.#index(externalId);
    return index >= 0 && this.#isHere(index);
  }

  delete(externalId: string): void {
    const index = this.#index(externalId);
    if (index < 0 || !this.#isHere(index)) return;
    this.#exists[index >> 3]! &= ~(1 << (index & 7));
    this.#count--;
    for (const column of this.#distinct()) column.clear(index);
  }

  user(externalId: string): CompactUser | undefined {
    if (!this.has(externalId)) return undefined;
    const index = this.#index(externalId);
    const user: CompactUser = { external_id: externalId, hashes: {}, numbers: {} };
    for (const column of this.#distinct()) {
      if (column.hash(index) === 0) continue;
      user.hashes[column.name] = column.hash(index);
      const number = column.number(index);
      if (number !== undefined) user.numbers[column.name] = number;
    }
    return user;
  }

  /** Every existing user, by external id. */
  *all(): Generator<CompactUser> {
    for (let index = 0; index < this.#options.users; index++) {
      if (this.#isHere(index)) yield this.user(externalIdOf(index))!;
    }
  }

  /** Counts and checksums. Looks at every value: about a second per 100 million. */
  report(): CompactReport {
    const attributes = [...this.#distinct()].map((column) => [column.name, column.summary()] as const);
    return { capacity: this.#options.users, users: this.#count, attributes: Object.fromEntries(attributes) };
  }

  dataPoints(): DataPointReport {
    const attributes: Record<string, number> = {};
    let total = 0;
    for (const { name, dataPoints } of this.#distinct()) {
      if (dataPoints > 0) attributes[name] = dataPoints;
      total += dataPoints;
    }
    for (const counts of [this.#events, this.#purchases]) for (const times of counts.values()) total += times;
    return {
      total,
      attributes,
      events: Object.fromEntries(this.#events),
      purchases: Object.fromEntries(this.#purchases),
    };
  }

  /** Names of the custom attributes seen so far. */
  customNames(): string[] {
    return [...this.#distinct()].map(({ name }) => name).filter((name) => !isStandardField(name));
  }

  *members(segment: Segment): Generator<BrazeUserRecord> {
    const [from, to] = this.#range(segment);
    for (let index = from; index < to; index++) {
      const record = personRecord(this.#options.seed, index);
      if (isMember(segment, record)) yield record;
    }
  }

  size(segment: Segment): number {
    const [from, to] = this.#range(segment);
    if (typeof segment.includes === 'string' || 'from' in segment.includes) return Math.max(0, to - from);
    let size = 0;
    for (const _ of this.members(segment)) size++;
    return size;
  }

  reset(): void {
    this.#columns = new Map();
    for (const name of this.#options.numeric ?? []) this.#columns.set(name, this.#newColumn(name));
    this.#events = new Map();
    this.#purchases = new Map();
    this.#exists.fill(0);
    this.#count = 0;
    for (let index = 0; index < (this.#options.existing ?? 0); index++) this.#bringIn(index);
  }

  /** The user's index, created unless the object is for existing users only; -1 if there is nobody. */
  #enter(object: JsonObject): number {
    const index = this.#index(object.external_id);
    if (index < 0 || this.#isHere(index)) return index;
    if (object._update_existing_only === true) return -1;
    this.#bringIn(index);
    return index;
  }

  #isHere(index: number): boolean {
    return (this.#exists[index >> 3]! & (1 << (index & 7))) !== 0;
  }

  #bringIn(index: number): void {
    this.#exists[index >> 3]! |= 1 << (index & 7);
    this.#count++;
  }

  /** Index of an id of the form `cust-00000017`, or -1. Without a regular expression: this is the hot path. */
  #index(externalId: Json | undefined): number {
    if (typeof externalId !== 'string' || externalId.length !== idPrefix.length + idDigits) return -1;
    if (!externalId.startsWith(idPrefix)) return -1;
    let index = 0;
    for (let at = idPrefix.length; at < externalId.length; at++) {
      const digit = externalId.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) return -1;
      index = index * 10 + digit;
    }
    return index < this.#options.users ? index : -1;
  }

  #column(key: string): CompactColumn | undefined {
    const known = this.#columns.get(key);
    if (known || this.#columns.has(key)) return known;
    const name = isStandardField(key) ? key : key.trim();
    const column =
      isSteeringKey(key) || name === '' ? undefined : (this.#columns.get(name) ?? this.#newColumn(name));
    this.#columns.set(key, column);
    if (column) this.#columns.set(name, column);
    return column;
  }

  #newColumn(name: string): CompactColumn {
    const numeric = this.#options.numeric?.includes(name) ?? false;
    return new CompactColumn(name, this.#options.users, this.#settings.blockedAttributes.has(name), numeric);
  }

  #distinct(): Set<CompactColumn> {
    return new Set([...this.#columns.values()].filter((column) => column !== undefined));
  }

  #range({ includes }: Segment): [number, number] {
    if (typeof includes === 'string' || !('from' in includes)) return [0, this.#options.users];
    return [includes.from, Math.min(includes.to, this.#options.users)];
  }
}

function externalIdOf(index: number): string {
  return idPrefix + String(index).padStart(idDigits, '0');
}

function count(counts: Map<string, number>, name: string, times: number): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}
