import type { HttpClient } from '../http/httpClient';
import { type BlueConicAccess, type BlueConicCall, placeOf, sendAuthorised } from './blueconicCall';
import { type BulkAnswer, bulkAnswer } from './bulkAnswer';
import {
  type BlueConicInteraction,
  type BlueConicObjective,
  type BlueConicProperty,
  type BlueConicSegment,
  createProperty,
  findProperty,
  listInteractions,
  listObjectives,
  listProfileProperties,
  listSegments,
  type NewProperty,
} from './catalogue';
import { type HeldValues, readProfile, readProfileValues } from './profileValues';
import {
  readSegmentPage,
  readServerTime,
  type SegmentPage,
  type SegmentPageRequest,
} from './segmentProfiles';
import { blueconicTenantUrl } from './tenantUrl';
import { createTokenSource } from './tokenSource';

/**
 * One BlueConic tenant. Pacing and repeating are the caller's, except that a call refused with 401 is made once more
 * with a new token. All but `putProfiles` throw a `SyncError` for whatever is not a good answer; `putProfiles` throws
 * only where no answer to it came: without a token (then `maybeApplied` is false) or without a connection.
 */
export interface BlueConicClient {
  readonly url: string;
  /** Sends up to 1000 bulk entries as a JSON array. `identifiers` are those of the entries, in the same order. */
  putProfiles(
    entries: string | Buffer,
    options: { identifiers: readonly string[]; objectiveIds?: readonly string[] },
    signal: AbortSignal,
  ): Promise<BulkAnswer>;
  /** What a profile holds of these properties; undefined where there is no such profile. */
  profileValues(
    profileId: string,
    properties: readonly string[],
    signal: AbortSignal,
  ): Promise<HeldValues | undefined>;
  /** One profile as BlueConic sends it, to be read with `profileRecord`; undefined where there is no such profile. */
  profile(id: string, part: { properties?: readonly string[] }, signal: AbortSignal): Promise<unknown>;
  segments(signal: AbortSignal): AsyncGenerator<BlueConicSegment>;
  profileProperties(signal: AbortSignal): AsyncGenerator<BlueConicProperty>;
  /** Undefined where the tenant has no such property. */
  findProperty(id: string, signal: AbortSignal): Promise<BlueConicProperty | undefined>;
  objectives(signal: AbortSignal): AsyncGenerator<BlueConicObjective>;
  interactions(signal: AbortSignal): AsyncGenerator<BlueConicInteraction>;
  segmentPage(request: SegmentPageRequest, signal: AbortSignal): Promise<SegmentPage>;
  /** BlueConic's clock, epoch milliseconds, to the second. */
  serverTime(signal: AbortSignal): Promise<number>;
  /** Creates the property unless there is one of that id, which is then left as it is. */
  createProperty(
    property: NewProperty,
    signal: AbortSignal,
  ): Promise<{ created: boolean; property: BlueConicProperty }>;
}

/** @throws SyncError BLUECONIC_URL_WRONG for a URL that no call could work with. */
export function createBlueConicClient(options: {
  url: string;
  clientId: string;
  clientSecret: string;
  http: HttpClient;
}): BlueConicClient {
  const url = blueconicTenantUrl(options.url);
  const { http } = options;
  const clientId = options.clientId.trim();
  const clientSecret = options.clientSecret.trim();
  const access: BlueConicAccess = {
    url,
    host: new URL(url).host,
    http,
    tokens: createTokenSource({ url, clientId, clientSecret, http }),
  };
  return {
    url,
    async putProfiles(entries, { identifiers, objectiveIds = [] }, signal) {
      const call: BlueConicCall = {
        method: 'PUT',
        path: '/profiles',
        ...(objectiveIds.length > 0 && { query: [['objectiveIds', objectiveIds.join(',')]] }),
        body: entries,
        scope: 'write:profiles',
      };
      return bulkAnswer(await sendAuthorised(access, call, signal), identifiers, placeOf(access, call));
    },
    profileValues: (profileId, properties, signal) =>
      readProfileValues(access, profileId, properties, signal),
    profile: (id, part, signal) => readProfile(access, id, part, signal),
    segments: (signal) => listSegments(access, signal),
    profileProperties: (signal) => listProfileProperties(access, signal),
    findProperty: (id, signal) => findProperty(access, id, signal),
    objectives: (signal) => listObjectives(access, signal),
    interactions: (signal) => listInteractions(access, signal),
    segmentPage: (request, signal) => readSegmentPage(access, request, signal),
    serverTime: (signal) => readServerTime(access, signal),
    createProperty: (property, signal) => createProperty(access, property, signal),
  };
}
