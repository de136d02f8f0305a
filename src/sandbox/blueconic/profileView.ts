import type { PermissionLevel } from './propertyCatalogue';

/** One timeline event of a profile (contracts: blueconic 3.5). `date` in epoch milliseconds. */
export interface TimelineEvent {
  id: string;
  eventTypeId: string;
  date: number;
  data: { id: string; values: unknown }[];
}

/**
 * One line of a profile's consent log (contracts: blueconic 3.4, profileEvents). `date` in epoch milliseconds. The
 * other documented type, a change of permission level, never happens here: the level is set on creation only.
 */
export interface ConsentEvent {
  type: 'ConsentChanged';
  date: number;
  properties: { id: string; values: string[] }[];
}

/** A profile as the reading side sees it, whether kept in full or made up on the fly. */
export interface ProfileView {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly creationDate: number;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  readonly permissionLevel: PermissionLevel;
  /** The profile that took this one over in a merge. */
  readonly replacedBy: string | undefined;
  readonly replaces: readonly string[];
  readonly timeline: readonly TimelineEvent[];
  readonly consentLog: readonly ConsentEvent[];
  /** Values of a property, system properties included; an empty list when there are none. */
  values(property: string): readonly string[];
  /** The stored properties that may have a value, without the computed ones. */
  propertyIds(): Iterable<string>;
  /** When the property's values last changed; `undefined` if that was never, or is not kept. */
  written(property: string): Written | undefined;
}

/** A moment of writing: epoch milliseconds, and its place in the order of all writes (a millisecond holds many). */
export interface Written {
  at: number;
  order: number;
}

/**
 * All profiles, in a fixed order: every profile has a position that never changes, new ones come last. That is what
 * lets a cursor walk each profile exactly once.
 */
export interface ProfileDirectory {
  /** Number of active profiles: neither deleted nor replaced in a merge. */
  readonly activeCount: number;
  /** One past the last position. */
  readonly end: number;
  /** The active profile at a position. */
  at(position: number): ProfileView | undefined;
  /** Any profile with this id, replaced ones included. */
  byId(id: string): ProfileView | undefined;
  /** Active profiles whose unique identifier has this value, oldest position first. */
  find(property: string, value: string): ProfileView[];
}

/** Values of the computed system properties, or `undefined` for any other property. */
export function computedValues(profile: ProfileView, property: string): string[] | undefined {
  if (property === 'lastmodifieddate') return [String(profile.lastModified)];
  if (property === 'creationdate') return [String(profile.creationDate)];
  return undefined;
}
