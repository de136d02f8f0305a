import { randomBytes } from 'node:crypto';
import { FaultRules } from '../faults';
import type { SandboxPart } from '../part';
import { type CallCounts, type SandboxReply, type SandboxRequest, SandboxServer } from '../server';
import { BadRequest, bare, present } from './apiReply';
import type { CompactInspection, CompactOptions } from './compactProfiles';
import type { Objective } from './consent';
import { controlRoutes } from './control';
import { mergeProfiles } from './merging';
import { type Application, allScopes, OAuth } from './oauth';
import { findRoute, openApiDocument } from './routes';
import type { PeopleRange } from './seed';
import type { SegmentInput } from './segments';
import { type BlueConicSettings, changedSettings, defaultSettings } from './settings';
import { Tenant } from './tenant';
import {
  addProfiles,
  findProfile,
  type ProfileInput,
  type ProfileSnapshot,
  seedPeople,
  snapshots,
  type Touch,
  touchProfiles,
} from './tenantActions';

export type { CompactInspection, CompactOptions } from './compactProfiles';
export type { Application } from './oauth';
export type { PeopleRange } from './seed';
export type { SegmentInput, SegmentRule } from './segments';
export type { BlueConicSettings } from './settings';
export type { ProfileInput, ProfileSnapshot, Touch } from './tenantActions';

export interface BlueConicSandboxOptions {
  /** Shared with the sandbox's other systems; default: rules of its own. */
  faults?: FaultRules;
  port?: number;
  /** Switches that differ from the defaults; a reset comes back to them. */
  settings?: Partial<BlueConicSettings>;
  /** Short for `settings.clockOffsetMs`. */
  clockOffsetMs?: number;
  /** Keeps profiles as columns, for millions of them; see `CompactProfiles` for what that leaves out. */
  compact?: CompactOptions;
}

/** Switches to change, and applications and objectives to add or replace (by id). */
export type SettingsInput = Partial<BlueConicSettings> & {
  applications?: (Pick<Application, 'clientId' | 'clientSecret'> & Partial<Application>)[];
  objectives?: Objective[];
};

/** The sandbox's BlueConic. `url` is the tenant's address, without `/rest/v2`. */
export interface BlueConicSandbox extends SandboxPart {
  /** The application registered at the start: all scopes, sees personal data. Made up anew each time. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Calls by method and path below `/rest/v2`, for example `PUT /profiles` or `GET /segments/{segment}/profiles`. */
  readonly calls: CallCounts;
  readonly faults: FaultRules;
  /** `{seed, from, to}`: the people `from` up to but not including `to`. Returns how many. */
  seedPeople(range: PeopleRange): number;
  addProfiles(profiles: readonly ProfileInput[]): string[];
  profile(property: string, value: string): ProfileSnapshot | undefined;
  /** All active profiles, sorted by profile id. */
  profiles(): Iterable<ProfileSnapshot>;
  touch(touch: Touch): number;
  defineSegment(segment: SegmentInput): void;
  /** Merges two profiles and returns the id of the one that stays: the newer. */
  merge(profileIdA: string, profileIdB: string): string;
  /** Returns the switches now in force. */
  configure(changes: SettingsInput): BlueConicSettings;
  /** Makes all access tokens invalid. */
  expireTokens(): void;
  /** Counts and checksums in compact mode. */
  compact(): CompactInspection | undefined;
}

const base = '/rest/v2';

/**
 * Starts a local BlueConic on loopback that behaves as the contract says (contracts: blueconic 9). Methods that take
 * input throw `BadRequest` on what makes no sense, which the control API answers with 400.
 */
export async function startBlueConicSandbox(
  options: BlueConicSandboxOptions = {},
): Promise<BlueConicSandbox> {
  const settings = changedSettings(defaultSettings, {
    ...(options.clockOffsetMs !== undefined && { clockOffsetMs: options.clockOffsetMs }),
    ...options.settings,
  });
  const application: Application = {
    clientId: `sandbox-${randomBytes(6).toString('hex')}`,
    clientSecret: randomBytes(18).toString('base64url'),
    scopes: allScopes,
    pii: true,
  };
  const oauth = new OAuth();
  oauth.register(application);
  let tenant = new Tenant(settings, options.compact);
  const faults = options.faults ?? new FaultRules();
  const server = new SandboxServer({
    system: 'blueconic',
    faults,
    handle: async (request) => present(request, await answer(request, tenant, oauth), tenant.now()),
    callName,
    ...(options.port !== undefined && { port: options.port }),
  });
  const url = await server.listen();
  const sandbox = {
    url,
    clientId: application.clientId,
    clientSecret: application.clientSecret,
    calls: server.counts,
    faults,
    seedPeople: (range: PeopleRange) => seedPeople(tenant, range),
    addProfiles: (profiles: readonly ProfileInput[]) => addProfiles(tenant, profiles),
    profile: (property: string, value: string) => findProfile(tenant, property, value),
    profiles: () => snapshots(tenant),
    touch: (touch: Touch) => touchProfiles(tenant, touch),
    defineSegment: (segment: SegmentInput) => void tenant.segments.define(segment, tenant.now()),
    merge: (a: string, b: string) => mergeProfiles(tenant.full, tenant.catalogue, [a, b], tenant.now()).id,
    configure: (changes: SettingsInput) => configure(changes, tenant, oauth),
    expireTokens: () => oauth.expireTokens(),
    compact: () => tenant.compact?.inspect(),
    reset: () => {
      tenant = new Tenant(settings, options.compact);
      oauth.reset(application);
      server.resetCounts();
    },
    close: () => server.close(),
  };
  return { ...sandbox, control: controlRoutes(sandbox) };
}

async function answer(request: SandboxRequest, tenant: Tenant, oauth: OAuth): Promise<SandboxReply> {
  const { method, path } = request;
  if (!path.startsWith(`${base}/`)) return bare(404);
  const place = path.slice(base.length);
  if (method === 'POST' && place === '/oauth/token')
    return oauth.token(request, tenant.settings.tokenSeconds);
  if (method === 'POST' && place === '/oauth/revoke') return oauth.revoke(request);
  if (method === 'GET' && place === '/openapi.json') return { status: 200, body: openApiDocument() };
  const bearer = oauth.bearer(request);
  if (!bearer) return bare(401);
  const destination = findRoute(method, place);
  if (destination === 'no such path') return bare(404);
  if (destination === 'no such method') return bare(405);
  const { route, params } = destination;
  if (!bearer.scopes.has(route.scope)) return bare(403);
  try {
    return await route.handle({ request, params, application: bearer.application, tenant });
  } catch (thrown) {
    if (thrown instanceof BadRequest) return thrown.reply();
    throw thrown;
  }
}

function callName(method: string, path: string): string {
  const place = path.startsWith(`${base}/`) ? path.slice(base.length) : path;
  const destination = findRoute(method, place);
  return typeof destination === 'string' ? place : destination.route.path;
}

function configure(changes: SettingsInput, tenant: Tenant, oauth: OAuth): BlueConicSettings {
  const { applications = [], objectives = [], ...switches } = changes;
  tenant.settings = changedSettings(tenant.settings, switches);
  for (const given of applications) {
    if (typeof given.clientId !== 'string' || typeof given.clientSecret !== 'string')
      throw new BadRequest('needs clientId and clientSecret', 'applications');
    oauth.register({ scopes: allScopes, pii: true, ...given });
  }
  for (const objective of objectives) {
    if (typeof objective.id !== 'string' || !Array.isArray(objective.legislations))
      throw new BadRequest('needs id and legislations', 'objectives');
    tenant.objectives.set(objective.id, objective);
  }
  return tenant.settings;
}
