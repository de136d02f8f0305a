import type { SandboxReply, SandboxRequest } from '../server';
import { putProfiles } from './bulkEndpoint';
import type { Application, allScopes } from './oauth';
import { getProfile, getProfileEvents, searchProfiles } from './profileEndpoints';
import { deleteProperty, getProperty, listProperties, putProperty } from './propertyEndpoints';
import {
  getConnection,
  getGroup,
  getObjective,
  listConnectionRuns,
  listConnections,
  listDialogues,
  listGroupTypes,
  listLifecycles,
  listObjectives,
  listSegments,
  listTimelineEventTypes,
  putGroups,
} from './readEndpoints';
import { listSegmentProfiles } from './segmentListing';
import type { Tenant } from './tenant';

/** One authorized request, as an endpoint sees it. */
export interface Call {
  request: SandboxRequest;
  /** The decoded `{parts}` of the path. */
  params: Record<string, string>;
  application: Application;
  tenant: Tenant;
}

/** One endpoint: its place below `/rest/v2`, the scope it asks for, and what it does. */
export interface Route {
  method: 'GET' | 'PUT' | 'DELETE';
  path: string;
  scope: (typeof allScopes)[number];
  about: string;
  handle: (call: Call) => SandboxReply | Promise<SandboxReply>;
}

type Row = [
  method: Route['method'],
  path: string,
  scope: Route['scope'],
  about: string,
  handle: Route['handle'],
];

const rows: Row[] = [
  ['PUT', '/profiles', 'write:profiles', 'Create, update or delete profiles in bulk', putProfiles],
  ['GET', '/profiles', 'read:profiles', 'Find profiles by unique identifier', searchProfiles],
  ['GET', '/profiles/{profileId}', 'read:profiles', 'One profile', getProfile],
  ['GET', '/profileEvents/{profileId}', 'read:profiles', 'Consent log of a profile', getProfileEvents],
  ['GET', '/segments', 'read:segments', 'Segments', listSegments],
  ['GET', '/segments/{segment}/profiles', 'read:segments', 'Profiles of a segment', listSegmentProfiles],
  ['GET', '/profileProperties', 'read:profile-properties', 'Profile properties', listProperties],
  ['GET', '/profileProperties/{property}', 'read:profile-properties', 'One profile property', getProperty],
  ['PUT', '/profileProperties/{property}', 'write:profile-properties', 'Create or change it', putProperty],
  ['DELETE', '/profileProperties/{property}', 'write:profile-properties', 'Delete it', deleteProperty],
  ['GET', '/objectives', 'read:objectives', 'Consent objectives', listObjectives],
  ['GET', '/objectives/{objective}', 'read:objectives', 'One objective', getObjective],
  ['GET', '/connections', 'read:connections', 'Connections', listConnections],
  ['GET', '/connections/{connection}', 'read:connections', 'One connection', getConnection],
  ['GET', '/connections/{connection}/runs', 'read:connections', 'Its runs', listConnectionRuns],
  ['GET', '/timelineEventTypes', 'read:timeline-event-types', 'Event types', listTimelineEventTypes],
  ['PUT', '/groups', 'write:groups', 'Create, update or delete groups in bulk', putGroups],
  ['GET', '/groups/{type}/{group}', 'read:groups', 'One group', getGroup],
  ['GET', '/groupTypes', 'read:group-types', 'Group types', listGroupTypes],
  ['GET', '/dialogues', 'read:dialogues', 'Dialogues', listDialogues],
  ['GET', '/lifecycles', 'read:lifecycles', 'Lifecycles', listLifecycles],
];

interface ParsedRoute extends Route {
  parts: string[];
}

const routes: ParsedRoute[] = rows.map(([method, path, scope, about, handle]) => ({
  method,
  path,
  scope,
  about,
  handle,
  parts: path.split('/'),
}));

/** Where a path leads: a route with its parameters, a path that has no such method, or nowhere. */
export type Destination =
  | { route: Route; params: Record<string, string> }
  | 'no such method'
  | 'no such path';

/** Finds the endpoint for a path below `/rest/v2`. */
export function findRoute(method: string, path: string): Destination {
  const parts = path.split('/');
  let destination: Destination = 'no such path';
  for (const route of routes) {
    const params = paramsOf(route, parts);
    if (!params) continue;
    if (route.method === method) return { route, params };
    destination = 'no such method';
  }
  return destination;
}

function paramsOf(route: ParsedRoute, parts: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== route.parts.length) return undefined;
  const params: Record<string, string> = {};
  for (let at = 0; at < parts.length; at++) {
    const [expected, given] = [route.parts[at]!, parts[at]!];
    if (!expected.startsWith('{')) {
      if (expected !== given) return undefined;
      continue;
    }
    try {
      params[expected.slice(1, -1)] = decodeURIComponent(given);
    } catch {
      return undefined;
    }
  }
  return params;
}

/** The tenant's own description of its API: a small document that names what is served and the scope it needs. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {
    '/oauth/token': { post: { summary: 'Get an access token' } },
    '/oauth/revoke': { post: { summary: 'Revoke a token' } },
  };
  for (const { method, path, about, scope } of routes) {
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: { summary: about, security: [{ oauth2: [scope] }] },
    };
  }
  return {
    openapi: '3.0.3',
    info: { title: 'Sandbox of the BlueConic REST API', version: '2' },
    servers: [{ url: '/rest/v2' }],
    paths,
  };
}
