import type { ZodType } from 'zod';
import type { SyncError } from '../errors/syncError';
import type { HttpAnswer, HttpClient } from '../http/httpClient';
import {
  answerUnreadable,
  type BrazeCallPlace,
  configurationError,
  isWebPage,
  requestRefused,
  throttled,
  unavailable,
  urlWrong,
} from './errors';
import { askedWaitMs, throttleWaitMs } from './rateHeaders';

/** What every call needs. `endpoint` has no trailing slash: with one, Braze answers 403 (contracts: braze 1.4). */
export interface BrazeAccess {
  endpoint: string;
  host: string;
  apiKey: string;
  http: HttpClient;
}

export interface BrazeCall {
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string>;
  /** Sent as JSON. */
  body?: object;
  /** Does Braze do something because of the call? Then an answer that got lost leaves it open whether it did. */
  writes?: boolean;
  /** Turns an answer into the error that only this call can have. */
  explain?: (answer: HttpAnswer, place: BrazeCallPlace) => SyncError | undefined;
}

export function authorization({ apiKey }: BrazeAccess): Record<string, string> {
  return { authorization: `Bearer ${apiKey}` };
}

/**
 * Makes one call and checks its answer.
 * @throws SyncError for every answer that is not 2xx of the right shape, and for no answer at all.
 */
export async function callBraze<T>(
  access: BrazeAccess,
  call: BrazeCall,
  schema: ZodType<T>,
  signal: AbortSignal,
): Promise<{ value: T; headers: Record<string, string> }> {
  const place = { host: access.host, path: call.path };
  const writes = call.writes ?? false;
  const query = call.query ? `?${new URLSearchParams(call.query)}` : '';
  const answer = await access.http.send({
    method: call.method,
    url: `${access.endpoint}${call.path}${query}`,
    headers: { ...authorization(access), ...(call.body && { 'content-type': 'application/json' }) },
    ...(call.body && { body: JSON.stringify(call.body) }),
    signal,
  });
  if (answer.status < 200 || answer.status >= 300) {
    throw call.explain?.(answer, place) ?? failure(answer, place, writes);
  }
  if (isWebPage(answer)) throw urlWrong(place, answer.status);
  const checked = schema.safeParse(jsonOf(answer.body));
  if (!checked.success) throw answerUnreadable(place, answer.status, writes);
  return { value: checked.data, headers: answer.headers };
}

function failure(answer: HttpAnswer, place: BrazeCallPlace, writes: boolean): SyncError {
  const { status, headers } = answer;
  if (status === 429) return throttled(place, throttleWaitMs(headers, Date.now()));
  if (status >= 500 || status === 408) {
    return unavailable(place, status, { waitMs: askedWaitMs(headers, Date.now()), writes });
  }
  return configurationError(answer, place) ?? requestRefused(place, status);
}

/** The body as JSON, or undefined where it is none. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The `message` of Braze's envelope, in lower case; empty where there is none (contracts: braze 1.4). */
export function messageOf(answer: HttpAnswer): string {
  const json = jsonOf(answer.body);
  if (typeof json !== 'object' || json === null) return '';
  const { message } = json as { message?: unknown };
  return typeof message === 'string' ? message.toLowerCase() : '';
}
