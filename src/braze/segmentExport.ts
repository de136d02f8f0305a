import { z } from 'zod';
import { SyncError } from '../errors/syncError';
import type { HttpAnswer } from '../http/httpClient';
import { type BrazeAccess, callBraze, messageOf } from './brazeCall';
import { type BrazeCallPlace, exportRunning, requestRefused, throttled } from './errors';
import { rateState, throttleWaitMs } from './rateHeaders';
import { unknownIdError } from './unknownId';

/** What to export. `fields` are names of exportFields. */
export interface SegmentExportRequest {
  segmentId: string;
  fields: readonly string[];
  /** At most 500 single custom attributes; without effect if `fields` has `custom_attributes`, which are all. */
  customAttributes?: readonly string[];
  format: 'gzip' | 'zip';
  /** Braze posts here, at most once and unauthenticated, when the files are ready (contracts: braze 8). */
  callbackUrl?: string;
}

/** A started export. */
export interface StartedExport {
  /** Name of the folder that the files will be in. */
  objectPrefix: string;
  /** Only where Braze has no bucket of its customer: where the one file will be. */
  url?: string;
}

const maxCustomAttributes = 500;

// The prefix becomes part of S3 keys to look for, so it must be one folder name.
const started = z.object({
  object_prefix: z.string().regex(/^(?!\.{1,2}$)[^/\\\s]{1,200}$/),
  url: z.string().nullish(),
});

/** Starts an export of a segment (contracts: braze 4.1, 4.2). */
export async function startSegmentExport(
  access: BrazeAccess,
  request: SegmentExportRequest,
  signal: AbortSignal,
): Promise<StartedExport> {
  const { segmentId, fields, customAttributes = [] } = request;
  const allAttributes = fields.includes('custom_attributes');
  if (fields.length === 0 && customAttributes.length === 0) {
    throw fieldsInvalid('A segment export needs at least one field.', 'Choose the fields to export.');
  }
  if (!allAttributes && customAttributes.length > maxCustomAttributes) {
    throw fieldsInvalid(
      `A segment export can name ${maxCustomAttributes} custom attributes, not ${customAttributes.length}.`,
      'Name fewer, or export all custom attributes.',
    );
  }
  const { value } = await callBraze(
    access,
    {
      method: 'POST',
      path: '/users/export/segment',
      writes: true,
      body: {
        segment_id: segmentId,
        fields_to_export: fields,
        ...(!allAttributes &&
          customAttributes.length > 0 && { custom_attributes_to_export: customAttributes }),
        output_format: request.format,
        ...(request.callbackUrl !== undefined && { callback_endpoint: request.callbackUrl }),
      },
      explain: (answer, place) => startError(answer, place, segmentId),
    },
    started,
    signal,
  );
  return { objectPrefix: value.object_prefix, ...(value.url && { url: value.url }) };
}

/** Cancels every running export of the segment. Its answer's body is not documented, so only the status counts. */
export async function cancelSegmentExport(
  access: BrazeAccess,
  segmentId: string,
  signal: AbortSignal,
): Promise<void> {
  await callBraze(
    access,
    {
      method: 'POST',
      path: '/export/segment/cancel',
      writes: true,
      body: { segment_id: segmentId },
      explain: (answer, place) => unknownIdError(answer, place, 'segment', segmentId),
    },
    z.unknown(),
    signal,
  );
}

function startError(answer: HttpAnswer, place: BrazeCallPlace, segmentId: string): SyncError | undefined {
  if (answer.status === 429) return limitOrRunning(answer, place, segmentId);
  // No text is documented; a word about fields only decides which advice a person gets.
  if (answer.status === 400 && messageOf(answer).includes('field')) return requestRefused(place, 400);
  return unknownIdError(answer, place, 'segment', segmentId);
}

/**
 * Two things answer 429 here (contracts: braze 4.5, 12.27). A rate limit says so: it names a wait, or nothing
 * remains of the limit, or its text speaks of a rate. Anything else means that the segment is being exported.
 */
function limitOrRunning(answer: HttpAnswer, place: BrazeCallPlace, segmentId: string): SyncError {
  const { headers } = answer;
  const now = Date.now();
  const isLimit =
    headers['x-ratelimit-retry-after'] !== undefined ||
    headers['retry-after'] !== undefined ||
    rateState(headers, now).remaining === 0 ||
    messageOf(answer).includes('rate limit');
  return isLimit ? throttled(place, throttleWaitMs(headers, now)) : exportRunning(segmentId);
}

function fieldsInvalid(message: string, advice: string): SyncError {
  return new SyncError({ code: 'BRAZE_EXPORT_FIELDS_INVALID', message, advice });
}
