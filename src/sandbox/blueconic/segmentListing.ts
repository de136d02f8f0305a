import { setImmediate as nextTick } from 'node:timers/promises';
import type { SandboxReply } from '../server';
import { BadRequest, bare, wantsPretty } from './apiReply';
import type { AudienceQuery } from './audiences';
import { wholeParameter } from './paging';
import { type ProfileShape, renderProfile, timelineFilter, wantedProperties } from './profileRendering';
import type { ProfileView } from './profileView';
import { compileRefinement, instant, type Predicate } from './refinement';
import type { Call } from './routes';
import type { Tenant } from './tenant';

const countLimit = 1_000_000;
/** Positions looked at, and profiles written, between two turns of the event loop. */
const scanSlice = 20_000;
const writeSlice = 200;

/** Where a page starts. The cursor of a later page also carries the first page's total, which is not counted again. */
interface Place {
  segment: string;
  position: number;
  given: number;
  total: number;
}

/**
 * `GET /segments/{segment}/profiles` (contracts: blueconic 3.4): a stream in pages, each profile once.
 *
 * Decisions: the order is that of creation; a page holds 20 unless asked otherwise; `totalResults` is counted for
 * the first page and carried along; `nextCursor` comes before the profiles; a cursor works for its own segment only;
 * with an audience a profile counts as handed out at the moment it is written to the answer; unknown `expand` names
 * are passed over.
 */
export async function listSegmentProfiles(call: Call): Promise<SandboxReply> {
  const { tenant, params, application } = call;
  const { query } = call.request;
  const segment = tenant.segments.get(params.segment!);
  if (!segment) return bare(404);
  const count = wholeParameter(query, 'count', 20, 1, countLimit);
  const place = readCursor(query.get('cursor') ?? '*', segment.id);
  const audience = audienceQuery(query);
  if (audience && tenant.compact) throw new BadRequest('is not offered in compact mode', 'audienceId');
  const now = tenant.now();
  const passes = allOf([
    segment.predicate,
    refinementOf(query.get('refinement'), tenant),
    audience && ((profile: ProfileView) => tenant.audiences.wants(profile, audience, now)),
  ]);
  const found = await scan(tenant, passes, now, place?.position ?? 0, count, place === undefined);
  const cap = wholeParameter(query, 'maxHitsAllowed', 0, 0) || Number.POSITIVE_INFINITY;
  const total = Math.min(place?.total ?? found.total, cap);
  const given = place?.given ?? 0;
  const positions = found.positions.slice(0, Math.max(0, cap - given));
  const more = found.next !== undefined && given + positions.length < cap;
  const envelope = {
    itemsPerPage: count,
    totalPages: Math.ceil(total / count),
    totalResults: total,
    cursor: query.get('cursor') ?? '*',
    ...(more && {
      nextCursor: writeCursor({
        segment: segment.id,
        position: found.next!,
        given: given + positions.length,
        total,
      }),
    }),
    links: [{ href: `/rest/v2/segments/${encodeURIComponent(segment.id)}`, rel: 'segment', type: 'GET' }],
  };
  const shape = listingShape(query, application.pii);
  const commit = audience?.autoCommit ? audience.audienceId : undefined;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: stream(tenant, envelope, positions, shape, now, commit, wantsPretty(query)),
  };
}

interface Found {
  positions: number[];
  /** Position of the first profile past this page. */
  next: number | undefined;
  /** All profiles that pass, if asked for. */
  total: number;
}

async function scan(
  tenant: Tenant,
  passes: Predicate | undefined,
  now: number,
  from: number,
  count: number,
  withTotal: boolean,
): Promise<Found> {
  const { directory } = tenant;
  const found: Found = { positions: [], next: undefined, total: 0 };
  for (let position = from; position < directory.end; position++) {
    if (position % scanSlice === scanSlice - 1) await nextTick();
    const profile = directory.at(position);
    if (!profile || (passes && !passes(profile, now))) continue;
    found.total++;
    if (found.positions.length < count) found.positions.push(position);
    else found.next ??= position;
    if (found.next === undefined) continue;
    if (!withTotal) break;
    if (!passes) {
      found.total = directory.activeCount;
      break;
    }
  }
  return found;
}

async function* stream(
  tenant: Tenant,
  envelope: object,
  positions: readonly number[],
  shape: ProfileShape,
  now: number,
  audienceId: string | undefined,
  pretty: boolean,
): AsyncGenerator<string> {
  const head = JSON.stringify(envelope, null, pretty ? 2 : undefined);
  let text = `${head.slice(0, pretty ? -2 : -1)},"profiles":[`;
  let first = true;
  for (let at = 0; at < positions.length; at++) {
    const profile = tenant.directory.at(positions[at]!);
    // Deleted or merged since the page was put together.
    if (!profile) continue;
    const rendered = renderProfile(profile, shape, tenant, now);
    text += `${first ? '' : ','}${JSON.stringify(rendered, null, pretty ? 2 : undefined)}`;
    first = false;
    if (audienceId !== undefined) tenant.audiences.commit(audienceId, profile.id, tenant.full.writes);
    if (at % writeSlice !== writeSlice - 1) continue;
    yield text;
    text = '';
    await nextTick();
  }
  yield `${text}]}`;
}

function allOf(predicates: readonly (Predicate | undefined)[]): Predicate | undefined {
  const given = predicates.filter((predicate) => predicate !== undefined);
  if (given.length < 2) return given[0];
  return (profile, now) => given.every((predicate) => predicate(profile, now));
}

function refinementOf(text: string | null, tenant: Tenant): Predicate | undefined {
  if (text === null) return undefined;
  let filter: unknown;
  try {
    filter = JSON.parse(text);
  } catch {
    throw new BadRequest('is not valid JSON', 'refinement');
  }
  return compileRefinement(filter, tenant);
}

function audienceQuery(query: URLSearchParams): AudienceQuery | undefined {
  const audienceId = query.get('audienceId');
  if (audienceId === null) return undefined;
  const since = query.get('trackPropertiesModifiedSince');
  const days = wholeParameter(query, 'trackPropertyChangesInNumberOfDays', -1, 0);
  return {
    audienceId,
    autoCommit: query.get('autoCommit') !== 'false',
    trackProperties: query.getAll('trackProperties'),
    ...(since !== null && { modifiedSince: instant(since, 'trackPropertiesModifiedSince') }),
    ...(days >= 0 && { days }),
  };
}

function listingShape(query: URLSearchParams, pii: boolean): ProfileShape {
  const expand = new Set(query.getAll('expand').flatMap((names) => names.split(',')));
  const has = (part: string) => expand.has(`profiles.profile.${part}`);
  return {
    properties: wantedProperties(query),
    pii,
    permissions: has('permissions'),
    replace: has('replace'),
    segments: has('segments'),
    segmentTags: false,
    groups: has('groups') || has('matchingGroups'),
    timeline: has('timeline') ? timelineFilter(query) : undefined,
  };
}

function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function readCursor(cursor: string, segment: string): Place | undefined {
  if (cursor === '*') return undefined;
  let place: Partial<Place> | null = null;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    // Falls through to the refusal below, as any other text that is not one of our cursors.
  }
  if (place?.segment !== segment || !Number.isInteger(place.position))
    throw new BadRequest('is not a cursor of this segment', 'cursor');
  return place as Place;
}
