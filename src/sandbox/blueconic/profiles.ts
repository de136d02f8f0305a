import { randomUUID } from 'node:crypto';
import {
  type ConsentEvent,
  computedValues,
  type ProfileDirectory,
  type ProfileView,
  type TimelineEvent,
  type Written,
} from './profileView';
import type { PermissionLevel, PropertyCatalogue } from './propertyCatalogue';

const none: readonly string[] = [];

interface Stored {
  values: readonly string[];
  written: Written;
}

/** One profile kept in full. Values change through `ProfileStore.setValues` only, which keeps the index true. */
export class Profile implements ProfileView {
  readonly id: string;
  readonly creationDate: number;
  lastModified: number;
  permissionLevel: PermissionLevel;
  replacedBy: string | undefined;
  replaces: string[] = [];
  timeline: TimelineEvent[] = [];
  consentLog: ConsentEvent[] = [];
  /** -1 until the profile is added to a store. */
  position = -1;
  readonly stored = new Map<string, Stored>();

  constructor(id: string, permissionLevel: PermissionLevel, creationDate: number, lastModified: number) {
    this.id = id;
    this.permissionLevel = permissionLevel;
    this.creationDate = creationDate;
    this.lastModified = lastModified;
  }

  values(property: string): readonly string[] {
    return this.stored.get(property)?.values ?? computedValues(this, property) ?? none;
  }

  propertyIds(): Iterable<string> {
    return this.stored.keys();
  }

  written(property: string): Written | undefined {
    return this.stored.get(property)?.written;
  }
}

/** The tenant's profiles with an index on every unique identifier. Uniqueness is not enforced (5.1). */
export class ProfileStore implements ProfileDirectory {
  readonly #catalogue: PropertyCatalogue;
  readonly #slots: (Profile | undefined)[] = [];
  #activeCount = 0;
  #writes = 0;
  readonly #ids = new Map<string, Profile>();
  readonly #index = new Map<string, Map<string, Set<Profile>>>();

  constructor(catalogue: PropertyCatalogue) {
    this.#catalogue = catalogue;
  }

  get activeCount(): number {
    return this.#activeCount;
  }

  get end(): number {
    return this.#slots.length;
  }

  /** How many value lists were written so far: the order of the latest write. */
  get writes(): number {
    return this.#writes;
  }

  at(position: number): Profile | undefined {
    return this.#slots[position];
  }

  byId(id: string): Profile | undefined {
    return this.#ids.get(id);
  }

  /** The active profile behind an id: a replaced one leads to the one that took it over. */
  activeById(id: string): Profile | undefined {
    let profile = this.#ids.get(id);
    while (profile?.replacedBy !== undefined) profile = this.#ids.get(profile.replacedBy);
    return profile;
  }

  *active(): Iterable<Profile> {
    for (const profile of this.#slots) if (profile) yield profile;
  }

  find(property: string, value: string): Profile[] {
    const found = this.#index.get(property)?.get(value);
    return found ? [...found].sort((a, b) => a.position - b.position) : [];
  }

  /** A profile that is not in the store yet; rules may be tried on it before `add`. */
  draft(permissionLevel: PermissionLevel, now: number, id: string = randomUUID()): Profile {
    return new Profile(id, permissionLevel, now, now);
  }

  add(profile: Profile): void {
    profile.position = this.#slots.length;
    this.#slots.push(profile);
    this.#ids.set(profile.id, profile);
    this.#activeCount++;
    for (const [property, { values }] of profile.stored) this.#enter(profile, property, values);
  }

  delete(profile: Profile): void {
    this.#leaveSlot(profile);
    this.#ids.delete(profile.id);
  }

  /** Turns a profile into what is left after a merge: its id and the link (5.2). */
  retire(profile: Profile, survivor: Profile): void {
    this.#leaveSlot(profile);
    profile.stored.clear();
    profile.timeline = [];
    profile.replacedBy = survivor.id;
    survivor.replaces = [...survivor.replaces, profile.id];
  }

  /** Stores a value list; true if it differs from the one before (order counts). Does not bump `lastModified`. */
  setValues(profile: Profile, property: string, values: readonly string[], now: number): boolean {
    const before = profile.stored.get(property)?.values ?? none;
    if (sameList(before, values)) return false;
    if (profile.position >= 0) {
      this.#leave(profile, property, before);
      this.#enter(profile, property, values);
    }
    profile.stored.set(property, { values, written: { at: now, order: ++this.#writes } });
    return true;
  }

  /** Builds the property's index anew, after its definition changed. */
  reindex(property: string): void {
    this.#index.delete(property);
    for (const profile of this.active()) this.#enter(profile, property, profile.values(property));
  }

  /** Takes a property off all profiles. */
  dropProperty(property: string): void {
    this.#index.delete(property);
    for (const profile of this.active()) profile.stored.delete(property);
  }

  #leaveSlot(profile: Profile): void {
    for (const [property, { values }] of profile.stored) this.#leave(profile, property, values);
    this.#slots[profile.position] = undefined;
    this.#activeCount--;
  }

  #enter(profile: Profile, property: string, values: readonly string[]): void {
    if (values.length === 0 || !this.#catalogue.get(property)?.indexed) return;
    let byValue = this.#index.get(property);
    if (!byValue) {
      byValue = new Map();
      this.#index.set(property, byValue);
    }
    for (const value of values) {
      const holders = byValue.get(value);
      if (holders) holders.add(profile);
      else byValue.set(value, new Set([profile]));
    }
  }

  #leave(profile: Profile, property: string, values: readonly string[]): void {
    const byValue = this.#index.get(property);
    if (!byValue) return;
    for (const value of values) {
      const holders = byValue.get(value);
      if (holders?.delete(profile) && holders.size === 0) byValue.delete(value);
    }
  }
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
