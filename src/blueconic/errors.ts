import { SyncError } from '../errors/syncError';
import type { HttpAnswer } from '../http/httpClient';

/** Which call an error is about: enough to help a person, nothing secret and nothing personal. */
export interface BlueConicCallPlace {
  /** Host of the tenant. */
  host: string;
  /** What was called, for example `PUT /profiles`. */
  call: string;
  /** The OAuth scope that the call needs (contracts: blueconic 3.2). */
  scope: string;
}

/** The token endpoint does not know this client id and secret, sent either way. */
export function clientRejected(host: string, status: number): SyncError {
  return new SyncError({
    code: 'BLUECONIC_CLIENT_REJECTED',
    status,
    message: `BlueConic (${host}) does not accept the client id and client secret for the client credentials flow.`,
    advice:
      'Compare both with the application under Settings > Access management > Applications, ' +
      'and check that it uses client credentials and allows the IP address of this machine.',
  });
}

/** 400 of the token endpoint that speaks of scopes, or 403 of a call. Scopes belong to the application. */
export function scopeMissing(host: string, status: number, place?: BlueConicCallPlace): SyncError {
  return new SyncError({
    code: 'BLUECONIC_SCOPE_MISSING',
    status,
    message: place
      ? `BlueConic (${host}) does not let this application make the call ${place.call}, which needs the scope ${place.scope}.`
      : `BlueConic (${host}) gives this application no token, because a scope is not granted.`,
    advice:
      'Add the scope to the application under Settings > Access management > Applications, ' +
      'and check that the user it runs as has the right too.',
  });
}

/** A new token was refused as well: the token is not the reason. */
export function tokenRejected({ host, call }: BlueConicCallPlace): SyncError {
  return new SyncError({
    code: 'BLUECONIC_TOKEN_REJECTED',
    status: 401,
    message: `BlueConic (${host}) rejected ${call} with a token that it had just given out.`,
    advice:
      'Check that the application is switched on, that the user it runs as may log in, ' +
      'and that nothing between here and BlueConic removes the Authorization header.',
  });
}

/** 404 where the API should be, a redirect, or a web page where JSON belongs. */
export function urlWrong(host: string, call: string, status: number): SyncError {
  return new SyncError({
    code: 'BLUECONIC_URL_WRONG',
    status,
    message: `${host} did not answer ${call} as BlueConic's REST API does (status ${status}): it is another kind of host, or something in between answered.`,
    advice:
      "Use the tenant's own address, like https://name.blueconic.net, and check proxies and firewalls on the way.",
  });
}

export function segmentUnknown({ host }: BlueConicCallPlace, segmentId: string): SyncError {
  return new SyncError({
    code: 'BLUECONIC_SEGMENT_UNKNOWN',
    status: 404,
    message: `BlueConic (${host}) has no segment ${segmentId}.`,
    advice: 'Choose the segment again from the list; it may have been deleted.',
  });
}

/** 400 to a page other than the first: what was given as `cursor` is no longer good (contracts: blueconic 3.4). */
export function cursorRejected({ host }: BlueConicCallPlace, segmentId: string): SyncError {
  return new SyncError({
    code: 'BLUECONIC_CURSOR_REJECTED',
    status: 400,
    message: `BlueConic (${host}) refused to go on at the remembered place of segment ${segmentId}.`,
    advice: 'Start the segment from its first page.',
  });
}

export function throttled({ host, call }: BlueConicCallPlace, waitMs: number | undefined): SyncError {
  return new SyncError({
    code: 'BLUECONIC_THROTTLED',
    status: 429,
    retry: 'later',
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    message: `BlueConic (${host}) has too many requests at once for ${call}.`,
    advice: 'Wait and try again; if it happens often, lower the number of requests in flight.',
  });
}

/** 5xx and 408: BlueConic may have done the work all the same, which `maybeApplied` says for writing calls. */
export function unavailable(
  { host, call }: Pick<BlueConicCallPlace, 'host' | 'call'>,
  status: number,
  more: { waitMs?: number | undefined; writes: boolean },
): SyncError {
  return new SyncError({
    code: 'BLUECONIC_UNAVAILABLE',
    status,
    retry: 'later',
    maybeApplied: more.writes,
    ...(more.waitMs !== undefined && { retryAfterMs: more.waitMs }),
    message: `BlueConic (${host}) could not answer ${call} (status ${status}).`,
    advice: 'Try again later.',
  });
}

/** A success status with a body that is no answer of this call: cut short, or of another shape. */
export function answerUnreadable(
  { host, call }: Pick<BlueConicCallPlace, 'host' | 'call'>,
  status: number,
  writes: boolean,
): SyncError {
  return new SyncError({
    code: 'BLUECONIC_ANSWER_UNREADABLE',
    status,
    retry: 'later',
    maybeApplied: writes,
    message: `BlueConic (${host}) answered ${call} with status ${status}, but the answer cannot be read.`,
    advice: 'Try again; if it stays so, something between here and BlueConic changes or cuts the answers.',
  });
}

/** Any other refusal. BlueConic's own text stays out: it may quote what was sent. */
export function requestRefused({ host, call }: BlueConicCallPlace, status: number): SyncError {
  return new SyncError({
    code: 'BLUECONIC_REQUEST_REFUSED',
    status,
    message: `BlueConic (${host}) refused ${call} (status ${status}).`,
    advice: 'Check the settings that this request is made of; sending it again unchanged cannot help.',
  });
}

/**
 * The error behind an answer that only a changed setting can help; undefined for every other answer. A 401 is one
 * here, because tokens have been renewed before anybody asks. Decision: 401 or 403 with a web page comes from a
 * firewall or another host, not from the API.
 */
export function configurationError(answer: HttpAnswer, place: BlueConicCallPlace): SyncError | undefined {
  const { status } = answer;
  const { host, call } = place;
  if (status >= 300 && status < 400) return urlWrong(host, call, status);
  if (status === 404 || status === 405 || status === 407) return urlWrong(host, call, status);
  if (status !== 401 && status !== 403) return undefined;
  if (isWebPage(answer)) return urlWrong(host, call, status);
  return status === 401 ? tokenRejected(place) : scopeMissing(host, status, place);
}

/** Is the body a web page, as proxies, login pages and wrong hosts send it? */
export function isWebPage(answer: HttpAnswer): boolean {
  if (answer.headers['content-type']?.includes('text/html')) return true;
  return answer.body.subarray(0, 64).toString('latin1').trimStart().startsWith('<');
}

/**
 * How long an answer asks to wait, in milliseconds and at most an hour. BlueConic documents no such header
 * (contracts: blueconic 3.1); a proxy in front of it may send one.
 */
export function askedWaitMs(headers: Record<string, string>): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}

/** The body as JSON, or undefined where it is none. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
