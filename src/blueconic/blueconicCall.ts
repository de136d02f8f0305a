import type { ZodType } from 'zod';
import type { SyncError } from '../errors/syncError';
import type { HttpAnswer, HttpClient } from '../http/httpClient';
import {
  answerUnreadable,
  askedWaitMs,
  type BlueConicCallPlace,
  configurationError,
  isWebPage,
  jsonOf,
  requestRefused,
  throttled,
  unavailable,
  urlWrong,
} from './errors';
import type { TokenSource } from './tokenSource';

/** What every call needs. */
export interface BlueConicAccess {
  /** `https://host`, see tenantUrl. */
  url: string;
  host: string;
  http: HttpClient;
  tokens: TokenSource;
}

export interface BlueConicCall {
  method: 'GET' | 'PUT';
  /** Below `/rest/v2`, with every id in it percent-encoded. */
  path: string;
  /** Pairs, because parameters repeat. */
  query?: readonly (readonly [name: string, value: string])[];
  /** JSON. */
  body?: string | Buffer;
  /** The OAuth scope, for the message of a 403. */
  scope: string;
  /** Turns an answer into the error that only this call can have. */
  explain?: (answer: HttpAnswer, place: BlueConicCallPlace) => SyncError | undefined;
}

export function placeOf(access: BlueConicAccess, call: BlueConicCall): BlueConicCallPlace {
  return { host: access.host, call: `${call.method} ${call.path}`, scope: call.scope };
}

/**
 * Makes one call with a token. After a 401, which proves that nothing was done, it takes a new token and makes the
 * call once more; whatever comes then is the answer.
 */
export async function sendAuthorised(
  access: BlueConicAccess,
  call: BlueConicCall,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const token = await access.tokens.token(signal);
  const answer = await send(access, call, token, signal);
  if (answer.status !== 401) return answer;
  access.tokens.invalidate(token);
  return send(access, call, await access.tokens.token(signal), signal);
}

/**
 * As `sendAuthorised`, with the answer checked.
 * @throws SyncError for every answer that is not 2xx of the right shape, and for no answer at all.
 */
export async function callBlueConic<T>(
  access: BlueConicAccess,
  call: BlueConicCall,
  schema: ZodType<T>,
  signal: AbortSignal,
): Promise<{ value: T; headers: Record<string, string>; bytes: number }> {
  const answer = await sendAuthorised(access, call, signal);
  const place = placeOf(access, call);
  const { status } = answer;
  const writes = call.method === 'PUT';
  if (status < 200 || status >= 300) throw call.explain?.(answer, place) ?? failure(answer, place, writes);
  if (isWebPage(answer)) throw urlWrong(place.host, place.call, status);
  const checked = schema.safeParse(jsonOf(answer.body));
  if (!checked.success) throw answerUnreadable(place, status, writes);
  return { value: checked.data, headers: answer.headers, bytes: answer.body.length };
}

function send(
  access: BlueConicAccess,
  call: BlueConicCall,
  token: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const query = new URLSearchParams();
  for (const [name, value] of call.query ?? []) query.append(name, value);
  return access.http.send({
    method: call.method,
    url: `${access.url}/rest/v2${call.path}${query.size > 0 ? `?${query}` : ''}`,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(call.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(call.body !== undefined && { body: call.body }),
    signal,
  });
}

function failure(answer: HttpAnswer, place: BlueConicCallPlace, writes: boolean): SyncError {
  const { status, headers } = answer;
  if (status === 429) return throttled(place, askedWaitMs(headers));
  if (status >= 500 || status === 408) {
    return unavailable(place, status, { waitMs: askedWaitMs(headers), writes });
  }
  return configurationError(answer, place) ?? requestRefused(place, status);
}
