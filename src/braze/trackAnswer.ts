import type { SyncError } from '../errors/syncError';
import type { HttpAnswer } from '../http/httpClient';
import type { RateReport } from '../pace/rateReport';
import { configurationError, requestRefused } from './errors';
import { objectErrorText } from './objectErrors';
import { askedWaitMs, rateState, throttleWaitMs } from './rateHeaders';

export type TrackArray = 'attributes' | 'events' | 'purchases';

/** How many objects of each kind a request carried. */
export interface SentCounts {
  attributes: number;
  events: number;
  purchases: number;
}

/** One refused object: `index` counts from 0 within its array, as sent. An object may have several errors. */
export interface TrackObjectError {
  array: TrackArray;
  index: number;
  /** Stable code, see objectErrors. */
  code: string;
  /** Free of what was sent. */
  text: string;
}

export interface ObjectErrors {
  errors: TrackObjectError[];
  /** Errors that name no object of the request: which objects they mean cannot be known. */
  unreadableErrors: number;
}

export type TrackRefusal = 'nothing-valid' | 'malformed' | 'too-many-objects' | 'too-large' | 'other';

/** The outcome of one `/users/track` request (contracts: braze 1.4, 2.6, 2.8). */
export type TrackAnswer = { rate: RateReport } & (
  | /** 2xx: queued, except the objects in `errors`. */
  ({ kind: 'queued' } & ObjectErrors)
  /** 4xx: nothing was done. `errors` may name the objects that are to blame. */
  | ({ kind: 'refused'; reason: TrackRefusal; status: number; text: string } & ObjectErrors)
  /** Wrong key, permission or host; nothing was done, and only a changed setting helps. */
  | { kind: 'configuration'; error: SyncError }
  /** 429; nothing was done. `waitMs` where Braze says how long to wait. */
  | { kind: 'throttled'; waitMs?: number }
  /** 5xx or 408: the request may have been processed. */
  | { kind: 'unavailable'; status: number; waitMs?: number }
  /** An answer that says neither success nor failure: the outcome is unknown. */
  | { kind: 'unreadable'; status: number }
);

const validDataMessage = /^valid data must be provided in the/i;
const refusalTexts: Record<TrackRefusal, string> = {
  'nothing-valid': 'Braze found no valid object in the request.',
  malformed: 'Braze could not read the request as JSON of the right form.',
  'too-many-objects': 'The request carried more objects than Braze takes at once.',
  'too-large': 'The request was larger than Braze takes.',
  other: 'Braze refused the request.',
};

/**
 * Reads the answer to one request. Never throws. With `sent`, an error whose index lies outside the request
 * counts as unreadable, so that every index given back can be used as it is.
 */
export function trackAnswer(
  answer: HttpAnswer,
  context: { host: string; sent?: SentCounts; now?: number },
): TrackAnswer {
  const { status, headers } = answer;
  const now = context.now ?? Date.now();
  const rate = rateState(headers, now);
  if (status >= 200 && status < 300) {
    const body = jsonObject(answer.body);
    if (body === undefined || !isSuccess(body.message)) return { rate, kind: 'unreadable', status };
    return { rate, kind: 'queued', ...objectErrors(body.errors, context.sent) };
  }
  const place = { host: context.host, path: '/users/track' };
  // The content type is always ours: with 415 something on the way changes it, and no request can get through.
  const error = status === 415 ? requestRefused(place, status) : configurationError(answer, place);
  if (error) return { rate, kind: 'configuration', error };
  if (status === 429) {
    const waitMs = throttleWaitMs(headers, now);
    return { rate, kind: 'throttled', ...(waitMs !== undefined && { waitMs }) };
  }
  if (status >= 500 || status === 408) {
    const waitMs = askedWaitMs(headers, now);
    return { rate, kind: 'unavailable', status, ...(waitMs !== undefined && { waitMs }) };
  }
  if (status >= 400) {
    const body = jsonObject(answer.body);
    const reason = refusalOf(status, typeof body?.message === 'string' ? body.message : '');
    const text = refusalTexts[reason];
    return { rate, kind: 'refused', reason, status, text, ...objectErrors(body?.errors, context.sent) };
  }
  return { rate, kind: 'unreadable', status };
}

/**
 * Tells the 400s apart by their text. Only the name "Max Input Length Exceeded" is documented; that a body over
 * 4 MB may get a 400 is, with which text is not (contracts: braze 1.4, 2.2), so "too large" is a guess.
 */
function refusalOf(status: number, message: string): TrackRefusal {
  if (status === 413) return 'too-large';
  if (status !== 400) return 'other';
  if (validDataMessage.test(message)) return 'nothing-valid';
  if (/max input length/i.test(message)) return 'too-many-objects';
  return /too large/i.test(message) ? 'too-large' : 'malformed';
}

function isSuccess(message: unknown): boolean {
  return typeof message === 'string' && message.toLowerCase() === 'success';
}

function objectErrors(listed: unknown, sent: SentCounts | undefined): ObjectErrors {
  const errors: TrackObjectError[] = [];
  let unreadableErrors = 0;
  if (listed === undefined || listed === null) return { errors, unreadableErrors };
  if (!Array.isArray(listed)) return { errors, unreadableErrors: 1 };
  for (const entry of listed as unknown[]) {
    const error = objectError(entry, sent);
    if (error) errors.push(error);
    else unreadableErrors++;
  }
  return { errors, unreadableErrors };
}

function objectError(entry: unknown, sent: SentCounts | undefined): TrackObjectError | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { index, input_array: array, type } = entry as Record<string, unknown>;
  if (array !== 'attributes' && array !== 'events' && array !== 'purchases') return undefined;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) return undefined;
  if (sent && index >= sent[array]) return undefined;
  return { array, index, ...objectErrorText(type) };
}

function jsonObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
