import type { SandboxReply } from '../server';
import { bare, jsonBody } from './apiReply';
import { bulkLimit } from './bulkEntry';
import { consentNeeded, zoneOf } from './consent';
import { page } from './paging';
import type { Call } from './routes';
import type { Segment } from './segments';
import { consentedProperty, refusedProperty } from './standardProperties';
import type { Tenant } from './tenant';
import {
  connectionRuns,
  connections,
  dialogues,
  groupTypes,
  type Listed,
  lifecycles,
  timelineEventTypes,
} from './tenantContent';

/** A handler for a collection that never changes, under its envelope key. */
export function listOf(key: string, items: readonly Listed[]) {
  return ({ request }: Call): SandboxReply => ({ status: 200, body: page(items, request.query, key) });
}

export const listConnections = listOf('connections', connections);
export const listTimelineEventTypes = listOf('timelineEventTypes', timelineEventTypes);
export const listGroupTypes = listOf('groupTypes', groupTypes);
export const listDialogues = listOf('dialogues', dialogues);
export const listLifecycles = listOf('lifecycles', lifecycles);

/** `GET /segments`; `filterTag` (repeatable) keeps the segments that have one of the tags. */
export function listSegments({ request, tenant }: Call): SandboxReply {
  const tags = request.query.getAll('filterTag');
  const segments = tenant.segments
    .all()
    .filter((segment) => tags.length === 0 || segment.tags?.some((tag) => tags.includes(tag)))
    .map((segment) => shownSegment(segment, tenant));
  return { status: 200, body: page(segments, request.query, 'segments') };
}

/** `profileCount` may be absent; decision: it is where counting would mean to look at every compact profile. */
function shownSegment(segment: Segment, tenant: Tenant): object {
  const { id, name, description = '', tags = [], creationDate, lastModifiedDate } = segment;
  const profileCount = countOf(segment, tenant);
  return {
    id,
    name,
    description,
    tags,
    creationDate,
    lastModifiedDate,
    ...(profileCount !== undefined && { profileCount }),
  };
}

function countOf({ predicate }: Segment, tenant: Tenant): number | undefined {
  if (!predicate) return tenant.directory.activeCount;
  if (tenant.compact) return undefined;
  const now = tenant.now();
  let count = 0;
  for (const profile of tenant.full.active()) if (predicate(profile, now)) count++;
  return count;
}

/** `GET /objectives` */
export function listObjectives({ request, tenant }: Call): SandboxReply {
  const objectives = [...tenant.objectives.keys()].map((id) => shownObjective(id, tenant));
  return { status: 200, body: page(objectives, request.query, 'objectives') };
}

/** `GET /objectives/{objective}` */
export function getObjective({ tenant, params }: Call): SandboxReply {
  const id = params.objective!;
  return tenant.objectives.has(id) ? { status: 200, body: shownObjective(id, tenant) } : bare(404);
}

/** Counts are those of profiles in zones where the objective needs consent; left out in compact mode. */
function shownObjective(id: string, tenant: Tenant): object {
  const objective = tenant.objectives.get(id)!;
  if (tenant.compact) return objective;
  let [consentedProfileCount, refusedProfileCount, totalProfileCount] = [0, 0, 0];
  for (const profile of tenant.full.active()) {
    if (!consentNeeded(objective, zoneOf(profile))) continue;
    totalProfileCount++;
    if (profile.values(consentedProperty).includes(id)) consentedProfileCount++;
    if (profile.values(refusedProperty).includes(id)) refusedProfileCount++;
  }
  return { ...objective, consentedProfileCount, refusedProfileCount, totalProfileCount };
}

/** `GET /connections/{connection}` */
export function getConnection({ params }: Call): SandboxReply {
  const connection = connections.find(({ id }) => id === params.connection);
  return connection ? { status: 200, body: connection } : bare(404);
}

/** `GET /connections/{connection}/runs`, newest first, 10 a page. */
export function listConnectionRuns({ request, params }: Call): SandboxReply {
  const runs = connectionRuns.get(params.connection!);
  return runs ? { status: 200, body: page(runs, request.query, 'runs', 10) } : bare(404);
}

/** `PUT /groups`: bulk, with the limits and statuses of `PUT /profiles` (contracts: blueconic 3.4). */
export function putGroups({ request, tenant }: Call): Promise<SandboxReply> {
  return tenant.gate.through<SandboxReply>(
    tenant.settings.concurrentBulkRequests,
    async () => {
      const body = await jsonBody(request);
      const results = tenant.groups.bulk(body);
      return { status: (body as unknown[]).length > bulkLimit ? 413 : 200, body: results };
    },
    async () => {
      await request.body();
      return bare(429);
    },
  );
}

/** `GET /groups/{type}/{group}` */
export function getGroup({ tenant, params }: Call): SandboxReply {
  const group = tenant.groups.get(params.type!, params.group!);
  if (!group) return bare(404);
  const { id, groupTypeId, properties } = group;
  return {
    status: 200,
    body: { id, groupTypeId, properties: [...properties].map(([key, values]) => ({ id: key, values })) },
  };
}
