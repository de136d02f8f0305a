import type { Profile, ProfileStore } from './profiles';
import type { ConsentEvent, ProfileView } from './profileView';
import { consentedProperty, refusedProperty, zoneProperty } from './standardProperties';

/** A purpose that profiles consent to or refuse (contracts: blueconic 3.4, 5.3). */
export interface Objective {
  id: string;
  name: string;
  title: string;
  needsConsent: boolean;
  /** Zones in which consent is needed. */
  legislations: string[];
  references: { type: string; id: string }[];
}

/** Zones where silence counts as consent. Decision: of the zone codes known to the contract, CCPA alone. */
const optOutZones = new Set(['CCPA']);

/** The profile's zone; without one it is "Rest of World", told as `NONE` (5.3). */
export function zoneOf(profile: ProfileView): string {
  return profile.values(zoneProperty)[0] ?? 'NONE';
}

export function consentNeeded(objective: Objective, zone: string): boolean {
  return objective.needsConsent && objective.legislations.includes(zone);
}

/**
 * Whether a request made for these objectives may touch the profile: for each one consent is not needed in the
 * profile's zone, or it was given (opt-in zones), or it was not refused (opt-out zones).
 */
export function consentMatches(profile: ProfileView, objectives: readonly Objective[]): boolean {
  const zone = zoneOf(profile);
  return objectives.every((objective) => {
    if (!consentNeeded(objective, zone)) return true;
    if (optOutZones.has(zone)) return !profile.values(refusedProperty).includes(objective.id);
    return profile.values(consentedProperty).includes(objective.id);
  });
}

/** True where a rule on this property is a consent update, which profiles without a zone ignore (5.3). */
export function isConsentProperty(property: string): boolean {
  return property === consentedProperty || property === refusedProperty;
}

/** Writes one of the two consent lists; an objective on it leaves the other list. True if anything changed. */
export function writeConsent(
  store: ProfileStore,
  profile: Profile,
  property: string,
  values: readonly string[],
  now: number,
): boolean {
  const other = property === consentedProperty ? refusedProperty : consentedProperty;
  const before = consentState(profile);
  const written = store.setValues(profile, property, values, now);
  const moved = store.setValues(
    profile,
    other,
    profile.values(other).filter((id) => !values.includes(id)),
    now,
  );
  if (!written && !moved) return false;
  logChange(profile, before, now);
  return true;
}

/** Writes the zone. True if it changed. */
export function writeZone(
  store: ProfileStore,
  profile: Profile,
  values: readonly string[],
  now: number,
): boolean {
  const before = consentState(profile);
  if (!store.setValues(profile, zoneProperty, values, now)) return false;
  logChange(profile, before, now);
  return true;
}

interface ConsentState {
  Consented: readonly string[];
  Refused: readonly string[];
  Legislation: readonly string[];
}

function consentState(profile: ProfileView): ConsentState {
  return {
    Consented: profile.values(consentedProperty),
    Refused: profile.values(refusedProperty),
    Legislation: [zoneOf(profile)],
  };
}

function logChange(profile: Profile, before: ConsentState, now: number): void {
  const after = consentState(profile);
  const properties: ConsentEvent['properties'] = [];
  for (const key of ['Consented', 'Refused', 'Legislation'] as const) {
    properties.push({ id: `From${key}`, values: [...before[key]] });
    properties.push({ id: `To${key}`, values: [...after[key]] });
  }
  properties.push({ id: 'Source', values: ['REST API'] });
  profile.consentLog.push({ type: 'ConsentChanged', date: now, properties });
}
