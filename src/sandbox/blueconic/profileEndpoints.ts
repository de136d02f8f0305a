import type { SandboxReply } from '../server';
import { BadRequest, bare } from './apiReply';
import { page } from './paging';
import { renderProfile, timelineFilter, wantedProperties } from './profileRendering';
import type { Call } from './routes';

/**
 * `GET /profiles?property=..&value=..` (contracts: blueconic 3.4): ids of the profiles that have all the pairs.
 * Decisions: a value may stand in double quotes, as in the documents; a property that does not exist answers 501
 * like one that is no unique identifier; an application without PII rights gets 403.
 */
export function searchProfiles({ request, tenant, application }: Call): SandboxReply {
  const properties = request.query.getAll('property');
  const values = request.query.getAll('value').map((value) => /^"(.*)"$/s.exec(value)?.[1] ?? value);
  if (properties.length === 0 || properties.length !== values.length)
    throw new BadRequest('needs a value for each property, and at least one of them', 'property');
  if (properties.some((id) => !tenant.catalogue.get(id)?.indexed)) return bare(501);
  if (!application.pii) return bare(403);
  const found = tenant.directory
    .find(properties[0]!, values[0]!)
    .filter((profile) => properties.every((id, at) => profile.values(id).includes(values[at]!)));
  return {
    status: 200,
    body: page(
      found.map(({ id }) => ({ id })),
      request.query,
      'profiles',
    ),
  };
}

/** `GET /profiles/{profileId}`: segments are shown unless collapsed (contracts: blueconic 3.4). */
export function getProfile({ request, tenant, application, params }: Call): SandboxReply {
  const profile = tenant.directory.byId(params.profileId!);
  if (!profile) return bare(404);
  const { query } = request;
  const expand = new Set(query.getAll('expand').flatMap((names) => names.split(',')));
  const shape = {
    properties: wantedProperties(query),
    pii: application.pii,
    permissions: true,
    replace: true,
    segments: !query.getAll('collapse').includes('profile.segments'),
    segmentTags: expand.has('profile.segments.tags'),
    groups: true,
    timeline: expand.has('profile.timeline') ? timelineFilter(query) : undefined,
  };
  return { status: 200, body: renderProfile(profile, shape, tenant, tenant.now()) };
}

/** `GET /profileEvents/{profileId}`: the consent log, newest first. */
export function getProfileEvents({ request, tenant, params }: Call): SandboxReply {
  const profile = tenant.directory.byId(params.profileId!);
  if (!profile) return bare(404);
  const events = [...profile.consentLog]
    .reverse()
    .map(({ type, date, properties }) => ({ type, date: new Date(date).toISOString(), properties }));
  return { status: 200, body: page(events, request.query, 'profileEvents') };
}
