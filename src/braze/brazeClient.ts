import { SyncError } from '../errors/syncError';
import type { HttpClient } from '../http/httpClient';
import { authorization, type BrazeAccess } from './brazeCall';
import {
  type BrazeCampaign,
  type BrazeCampaignDetails,
  type BrazeCustomAttribute,
  type BrazeSegment,
  type BrazeSegmentDetails,
  listCampaigns,
  listCustomAttributes,
  listSegments,
  readCampaignDetails,
  readSegmentDetails,
  readSegmentSizes,
  type SegmentSize,
} from './catalogue';
import { brazeEndpoint } from './instances';
import {
  cancelSegmentExport,
  type SegmentExportRequest,
  type StartedExport,
  startSegmentExport,
} from './segmentExport';
import { type SentCounts, type TrackAnswer, trackAnswer } from './trackAnswer';
import { tryEmpty } from './tryEmpty';
import { type ExportedUsers, exportUsers } from './userExport';

/**
 * One Braze workspace. Every call is made once: pacing and repeating are the caller's. All but `track` throw a
 * `SyncError` for whatever is not a good answer; `track` throws only where there is no answer.
 */
export interface BrazeClient {
  readonly endpoint: string;
  /** Sends one `/users/track` request body. With `sent`, no error index lies outside the request. */
  track(body: string | Buffer, signal: AbortSignal, sent?: SentCounts): Promise<TrackAnswer>;
  /**
   * Posts an empty request, which can do nothing, and is content where Braze refuses it for what it lacks (400).
   * @throws SyncError for a key, a permission or a host that Braze refuses, and for an answer that says nothing.
   */
  tryEmpty(path: '/users/track' | '/users/export/segment', signal: AbortSignal): Promise<void>;
  startSegmentExport(request: SegmentExportRequest, signal: AbortSignal): Promise<StartedExport>;
  cancelSegmentExport(segmentId: string, signal: AbortSignal): Promise<void>;
  segments(signal: AbortSignal): AsyncGenerator<BrazeSegment>;
  segmentDetails(segmentId: string, signal: AbortSignal): Promise<BrazeSegmentDetails>;
  /** Estimated sizes of the last `days` (1 to 100) days. */
  segmentSizes(request: { segmentId: string; days: number }, signal: AbortSignal): Promise<SegmentSize[]>;
  campaigns(signal: AbortSignal): AsyncGenerator<BrazeCampaign>;
  campaignDetails(campaignId: string, signal: AbortSignal): Promise<BrazeCampaignDetails>;
  customAttributes(signal: AbortSignal): AsyncGenerator<BrazeCustomAttribute>;
  /** Reads up to 50 users back. */
  exportUsers(
    request: { externalIds: readonly string[]; fields: readonly string[] },
    signal: AbortSignal,
  ): Promise<ExportedUsers>;
}

/**
 * @throws SyncError BRAZE_URL_WRONG or BRAZE_KEY_MALFORMED for settings that no call could work with.
 */
export function createBrazeClient(options: {
  endpoint: string;
  apiKey: string;
  http: HttpClient;
}): BrazeClient {
  const endpoint = brazeEndpoint(options.endpoint);
  const access: BrazeAccess = {
    endpoint,
    host: new URL(endpoint).host,
    apiKey: usableKey(options.apiKey),
    http: options.http,
  };
  const trackUrl = `${endpoint}/users/track`;
  const trackHeaders = { ...authorization(access), 'content-type': 'application/json' };
  return {
    endpoint,
    async track(body, signal, sent) {
      const call = { method: 'POST', url: trackUrl, headers: trackHeaders, body, signal } as const;
      return trackAnswer(await access.http.send(call), { host: access.host, ...(sent && { sent }) });
    },
    tryEmpty: (path, signal) => tryEmpty(access, path, signal),
    startSegmentExport: (request, signal) => startSegmentExport(access, request, signal),
    cancelSegmentExport: (segmentId, signal) => cancelSegmentExport(access, segmentId, signal),
    segments: (signal) => listSegments(access, signal),
    segmentDetails: (segmentId, signal) => readSegmentDetails(access, segmentId, signal),
    segmentSizes: (request, signal) => readSegmentSizes(access, request, signal),
    campaigns: (signal) => listCampaigns(access, signal),
    campaignDetails: (campaignId, signal) => readCampaignDetails(access, campaignId, signal),
    customAttributes: (signal) => listCustomAttributes(access, signal),
    exportUsers: (request, signal) => exportUsers(access, request, signal),
  };
}

/** A key with a line break or a special character in it cannot even be put into a header. */
function usableKey(apiKey: string): string {
  const key = apiKey.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new SyncError({
    code: 'BRAZE_KEY_MALFORMED',
    message:
      key === '' ? 'The Braze API key is empty.' : 'The Braze API key holds characters that no key has.',
    advice: 'Copy the key again from Settings > APIs and Identifiers > API Keys in the Braze dashboard.',
  });
}
