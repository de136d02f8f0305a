import { zoneOf } from './consent';
import { wholeParameter } from './paging';
import type { ProfileView, TimelineEvent } from './profileView';
import { instant } from './refinement';
import { computedProperties, consentedProperty, refusedProperty } from './standardProperties';
import type { Tenant } from './tenant';

/** Which parts of a profile an answer shows. */
export interface ProfileShape {
  /** The properties to show; `undefined`: all. */
  properties: ReadonlySet<string> | undefined;
  /** False hides personal data (decision: such properties are left out). */
  pii: boolean;
  permissions: boolean;
  replace: boolean;
  segments: boolean;
  segmentTags: boolean;
  groups: boolean;
  /** Which timeline events, if any. */
  timeline: TimelineFilter | undefined;
}

interface TimelineFilter {
  eventTypeIds: readonly string[];
  count: number;
  from: number;
  to: number;
}

/** The properties a query asks for: `profileProperty` repeated, or the deprecated list `properties`. */
export function wantedProperties(query: URLSearchParams): ReadonlySet<string> | undefined {
  const named = [...query.getAll('profileProperty'), ...(query.get('properties') ?? '').split(',')];
  const ids = named.map((id) => id.trim()).filter((id) => id !== '');
  return ids.length > 0 ? new Set(ids) : undefined;
}

/** The timeline parameters `eventTypeId` (repeatable), `eventCount` (20), `fromDate` and `toDate`. */
export function timelineFilter(query: URLSearchParams): TimelineFilter {
  const [from, to] = [query.get('fromDate'), query.get('toDate')];
  return {
    eventTypeIds: query.getAll('eventTypeId'),
    count: wholeParameter(query, 'eventCount', 20, 0),
    from: from === null ? Number.NEGATIVE_INFINITY : instant(from, 'fromDate'),
    to: to === null ? Number.POSITIVE_INFINITY : instant(to, 'toDate'),
  };
}

/**
 * The profile bean (contracts: blueconic 3.4): values are always lists of strings, a property without values does
 * not appear, object dates are RFC 3339 in UTC. A profile that was merged away shows only its id and its successor.
 */
export function renderProfile(
  profile: ProfileView,
  shape: ProfileShape,
  tenant: Tenant,
  now: number,
): object {
  const { id, replacedBy } = profile;
  if (replacedBy !== undefined) return { id, replacedBy };
  return {
    id,
    creationDate: new Date(profile.creationDate).toISOString(),
    privacyLegislation: zoneOf(profile),
    consentedObjectives: profile.values(consentedProperty),
    refusedObjectives: profile.values(refusedProperty),
    ...(shape.permissions && { permissions: { level: profile.permissionLevel } }),
    properties: renderProperties(profile, shape, tenant),
    ...(shape.replace && { replaces: profile.replaces }),
    ...(shape.timeline && { events: renderTimeline(profile.timeline, shape.timeline) }),
    ...(shape.groups && { groups: [], matchingGroups: [] }),
    ...(shape.segments && {
      segments: tenant.segments.of(profile, now).map((segment) => ({
        id: segment.id,
        name: segment.name,
        ...(shape.segmentTags && { tags: segment.tags ?? [] }),
      })),
    }),
  };
}

function renderProperties(profile: ProfileView, shape: ProfileShape, tenant: Tenant): object[] {
  const shown: { id: string; values: readonly string[] }[] = [];
  for (const id of shape.properties ?? everyProperty(profile)) {
    if (!shape.pii && tenant.catalogue.isPii(id)) continue;
    const values = profile.values(id);
    if (values.length > 0) shown.push({ id, values });
  }
  return shown;
}

function* everyProperty(profile: ProfileView): Iterable<string> {
  yield* profile.propertyIds();
  yield* computedProperties;
}

function renderTimeline(events: readonly TimelineEvent[], filter: TimelineFilter): object[] {
  const { eventTypeIds, count, from, to } = filter;
  return events
    .filter(({ date }) => date >= from && date <= to)
    .filter(({ eventTypeId }) => eventTypeIds.length === 0 || eventTypeIds.includes(eventTypeId))
    .sort((a, b) => b.date - a.date)
    .slice(0, count)
    .map(({ id, eventTypeId, date, data }) => ({
      id,
      eventTypeId,
      date: new Date(date).toISOString(),
      properties: data,
    }));
}
