import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxReply } from '../server';
import { BadRequest, bare, jsonBody } from './apiReply';
import { type BulkEntry, bulkLimit, readBulk } from './bulkEntry';
import { type BulkResult, bulkResult, shuffled } from './bulkResult';
import { compactBulk } from './compactBulk';
import { consentMatches, type Objective } from './consent';
import { locate, refuseUnmatchable } from './matching';
import { applyRules, type RuleScope, type ValidationErrors } from './profileRules';
import type { Profile, ProfileStore } from './profiles';
import type { Call } from './routes';
import { isMember } from './segments';
import { domainGroupProperty, zoneProperty } from './standardProperties';
import type { Tenant } from './tenant';
import { timelineEventTypes } from './tenantContent';
import { applyTimeline } from './timeline';

const eventTypeIds = new Set(timelineEventTypes.map(({ id }) => id));

/**
 * `PUT /profiles` (contracts: blueconic 3.4): entries one after another, an own state for each. More than 1000
 * entries: the first 1000 are done and their results come with status 413. Too many requests at once: 429.
 */
export function putProfiles(call: Call): Promise<SandboxReply> {
  const { tenant } = call;
  return tenant.gate.through(
    tenant.settings.concurrentBulkRequests,
    () => bulk(call),
    async () => {
      await call.request.body();
      return bare(429);
    },
  );
}

async function bulk(call: Call): Promise<SandboxReply> {
  const { tenant } = call;
  const body = await jsonBody(call.request);
  const entries = readBulk(body, tenant.settings);
  const objectiveIds = (call.request.query.get('objectiveIds') ?? '').split(',').filter((id) => id !== '');
  const objectives = tenant.objectivesOf(objectiveIds);
  if (tenant.settings.bulkMs > 0) await sleep(tenant.settings.bulkMs, undefined, { ref: false });
  const results = applyEntries(entries, tenant, objectives, call.application.pii);
  return {
    status: (body as unknown[]).length > bulkLimit ? 413 : 200,
    body: tenant.settings.resultOrder === 'shuffled' ? shuffled(results) : results,
  };
}

function applyEntries(
  entries: BulkEntry[],
  tenant: Tenant,
  objectives: readonly Objective[],
  pii: boolean,
): BulkResult[] {
  const scope: RuleScope = { catalogue: tenant.catalogue, settings: tenant.settings, now: tenant.now() };
  if (tenant.compact) {
    if (objectives.length > 0 || !pii)
      throw new BadRequest('consent and applications without PII are not offered in compact mode');
    return compactBulk(entries, tenant.compact, scope);
  }
  refuseUnmatchable(entries, tenant.catalogue);
  entries.forEach(({ restriction }, at) => {
    if (restriction && !tenant.segments.get(restriction.isMemberOfSegment))
      throw new BadRequest('is not a segment', `[${at}].restriction.isMemberOfSegment`);
  });
  return entries.map((entry) => {
    if (!pii && touchesPii(entry, tenant)) return bulkResult(entry, 'UNAUTHORIZED');
    return applyEntry(entry, tenant, tenant.full, objectives, scope);
  });
}

function touchesPii(entry: BulkEntry, { catalogue }: Tenant): boolean {
  return (
    (entry.profileId === undefined &&
      (entry.matching ?? []).some((group) => group.some(({ id }) => catalogue.isPii(id)))) ||
    (entry.properties ?? []).some(({ id }) => catalogue.isPii(id))
  );
}

/**
 * One entry. Decisions on what the contract leaves open: `SKIPPED` is the state of an entry that names no profile,
 * of a `DELETE` without `profileId`, and of several matches where the switch says so; a profile yet to be made is
 * in no segment, so a restriction keeps it from being made; consent of a new profile is judged by what the entry
 * itself brings; a change in the timeline alone leaves the state `UNCHANGED`.
 */
function applyEntry(
  entry: BulkEntry,
  tenant: Tenant,
  store: ProfileStore,
  objectives: readonly Objective[],
  scope: RuleScope,
): BulkResult {
  if (entry.strategy === 'DELETE' && entry.profileId === undefined) return bulkResult(entry, 'SKIPPED');
  const located = locate(entry, store, scope.settings.severalMatches);
  if (located === 'several' || located === 'nothing to look for') return bulkResult(entry, 'SKIPPED');
  if (located === 'none') {
    if (entry.strategy !== 'UPSERT') return bulkResult(entry, 'NOTFOUND');
    if (entry.restriction) return bulkResult(entry, 'RESTRICTION_MISMATCH');
    return create(entry, store, objectives, scope);
  }
  if (entry.restriction) {
    const segment = tenant.segments.get(entry.restriction.isMemberOfSegment)!;
    if (!isMember(segment, located, scope.now)) return bulkResult(entry, 'RESTRICTION_MISMATCH', located.id);
  }
  if (!consentMatches(located, objectives)) return bulkResult(entry, 'CONSENT_MISMATCH', located.id);
  if (entry.strategy === 'DELETE') {
    store.delete(located);
    return bulkResult(entry, 'DELETED', located.id);
  }
  const errors: ValidationErrors = {};
  const changed = applyRules(store, located, entry.properties ?? [], false, scope, errors);
  if (changed) located.lastModified = scope.now;
  return withTimeline(
    entry,
    located,
    scope,
    bulkResult(entry, changed ? 'MODIFIED' : 'UNCHANGED', located.id, errors),
  );
}

function create(
  entry: BulkEntry,
  store: ProfileStore,
  objectives: readonly Objective[],
  scope: RuleScope,
): BulkResult {
  const profile = store.draft(entry.permissionLevel ?? 'PERSONAL', scope.now, entry.profileId);
  if (entry.privacyLegislation !== undefined)
    store.setValues(profile, zoneProperty, [entry.privacyLegislation], scope.now);
  if (entry.domainGroup !== undefined)
    store.setValues(profile, domainGroupProperty, [entry.domainGroup], scope.now);
  const errors: ValidationErrors = {};
  applyRules(store, profile, entry.properties ?? [], true, scope, errors);
  if (!consentMatches(profile, objectives)) return bulkResult(entry, 'CONSENT_MISMATCH');
  store.add(profile);
  return withTimeline(entry, profile, scope, bulkResult(entry, 'CREATED', profile.id, errors));
}

function withTimeline(entry: BulkEntry, profile: Profile, scope: RuleScope, result: BulkResult): BulkResult {
  if (entry.timeline) result.timeline = applyTimeline(profile, entry.timeline, eventTypeIds, scope.now);
  return result;
}
