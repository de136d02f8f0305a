import { sequence } from '../faults';
import { BadRequest } from './apiReply';
import type { ProfileView } from './profileView';
import { type CatalogueEntry, type PermissionLevel, permissionLevels } from './propertyCatalogue';
import { checkValues } from './rules';
import { type PeopleRange, seedProfiles } from './seed';
import { zoneProperty } from './standardProperties';
import type { Tenant } from './tenant';

/** A profile to put into the tenant as it is. Times in epoch milliseconds; default: now. */
export interface ProfileInput {
  profileId?: string;
  properties: Record<string, string[]>;
  permissionLevel?: PermissionLevel;
  privacyLegislation?: string;
  createdAt?: number;
  modifiedAt?: number;
}

/** What a profile holds: stored properties only, without creation and modification date among them. */
export interface ProfileSnapshot {
  profileId: string;
  properties: Record<string, readonly string[]>;
  permissionLevel: PermissionLevel;
  /** Epoch milliseconds. */
  lastModified: number;
}

/**
 * Profiles to modify, so that they count as changed: those that have a value, or a share (0 to 1) chosen by a
 * seeded sequence. `set` lays down values as well.
 */
export type Touch = ({ property: string; value: string } | { share: number; seed?: number }) & {
  set?: Record<string, string[]>;
};

/** Puts invented people into the tenant. @throws BadRequest on a range that is none. */
export function seedPeople(tenant: Tenant, range: PeopleRange): number {
  for (const key of ['seed', 'from', 'to'] as const)
    if (!Number.isInteger(range[key]) || range[key] < 0) throw new BadRequest('must be a whole number', key);
  if (!tenant.compact) return seedProfiles(tenant.full, range, tenant.now());
  if (range.seed !== tenant.compact.seed) throw new BadRequest('must be the seed of compact mode', 'seed');
  if (range.to > tenant.compact.end) throw new BadRequest('is past the room of compact mode', 'to');
  tenant.compact.seedRange(range.from, range.to, range.modifiedAt ?? tenant.now());
  return Math.max(0, range.to - range.from);
}

/** @returns the ids of the new profiles. @throws BadRequest on unknown properties and invalid values. */
export function addProfiles(tenant: Tenant, inputs: readonly ProfileInput[]): string[] {
  const now = tenant.now();
  const store = tenant.full;
  const drafts = inputs.map((input) => {
    const level = input.permissionLevel ?? 'PERSONAL';
    if (!permissionLevels.includes(level)) throw new BadRequest('does not exist', 'permissionLevel');
    if (input.profileId !== undefined && store.byId(input.profileId))
      throw new BadRequest('is taken', 'profileId');
    const profile = store.draft(level, input.createdAt ?? now, input.profileId);
    profile.lastModified = input.modifiedAt ?? now;
    if (input.privacyLegislation !== undefined)
      store.setValues(profile, zoneProperty, [input.privacyLegislation], profile.lastModified);
    for (const [property, values] of checkedValues(tenant, input.properties))
      store.setValues(profile, property.id, values, profile.lastModified);
    return profile;
  });
  for (const profile of drafts) store.add(profile);
  return drafts.map(({ id }) => id);
}

/** @returns how many profiles were touched. @throws BadRequest on unknown properties and invalid values. */
export function touchProfiles(tenant: Tenant, touch: Touch): number {
  const now = tenant.now();
  const writes = checkedValues(tenant, touch.set ?? {});
  const chosen = chooser(tenant, touch);
  let touched = 0;
  for (let position = 0; position < tenant.directory.end; position++) {
    const profile = tenant.directory.at(position);
    if (!profile || !chosen(profile)) continue;
    touched++;
    modify(tenant, position, writes, now);
  }
  return touched;
}

function chooser(tenant: Tenant, touch: Touch): (profile: ProfileView) => boolean {
  if ('property' in touch) {
    const { property, value } = touch;
    if (!tenant.catalogue.get(property)) throw new BadRequest('is not a profile property', 'property');
    return (profile) => profile.values(property).includes(value);
  }
  if (!(touch.share >= 0 && touch.share <= 1)) throw new BadRequest('must be from 0 to 1', 'share');
  const random = sequence(touch.seed ?? 1);
  return () => random() < touch.share;
}

function modify(tenant: Tenant, position: number, writes: Writes, now: number): void {
  if (tenant.compact) {
    for (const [property, values] of writes) {
      const outcome = tenant.compact.apply(position, property, 'SET', values);
      if (typeof outcome === 'string') throw new BadRequest(outcome, property.id);
    }
    tenant.compact.touch(position, now);
    return;
  }
  const profile = tenant.full.at(position)!;
  for (const [property, values] of writes) tenant.full.setValues(profile, property.id, values, now);
  profile.lastModified = now;
}

type Writes = [CatalogueEntry, readonly string[]][];

function checkedValues(tenant: Tenant, properties: Record<string, string[]>): Writes {
  return Object.entries(properties ?? {}).map(([id, values]) => {
    const property = tenant.catalogue.get(id);
    if (!property?.canWrite) throw new BadRequest('is not a property that can be written', id);
    if (!Array.isArray(values) || values.some((value) => typeof value !== 'string'))
      throw new BadRequest('must be a list of strings', id);
    const { valid, problems } = checkValues(values, property.filterType);
    if (problems.length > 0) throw new BadRequest(problems.join('; '), id);
    return [property, valid];
  });
}

/** The first active profile that has the value: by index for unique identifiers, by looking at all for others. */
export function findProfile(tenant: Tenant, property: string, value: string): ProfileSnapshot | undefined {
  const [indexed] = tenant.directory.find(property, value);
  if (indexed) return snapshot(indexed);
  for (const profile of activeProfiles(tenant))
    if (profile.values(property).includes(value)) return snapshot(profile);
  return undefined;
}

/** All active profiles, sorted by profile id. */
export function* snapshots(tenant: Tenant): Iterable<ProfileSnapshot> {
  // Ids of compact profiles rise with the index; sorting millions of them would only cost memory.
  const profiles = tenant.compact
    ? activeProfiles(tenant)
    : [...activeProfiles(tenant)].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const profile of profiles) yield snapshot(profile);
}

function* activeProfiles({ directory }: Tenant): Iterable<ProfileView> {
  for (let position = 0; position < directory.end; position++) {
    const profile = directory.at(position);
    if (profile) yield profile;
  }
}

function snapshot(profile: ProfileView): ProfileSnapshot {
  const held: [string, readonly string[]][] = [];
  for (const id of [...profile.propertyIds()].sort()) {
    const values = profile.values(id);
    if (values.length > 0) held.push([id, values]);
  }
  return {
    profileId: profile.id,
    properties: Object.fromEntries(held),
    permissionLevel: profile.permissionLevel,
    lastModified: profile.lastModified,
  };
}
