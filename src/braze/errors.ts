import { SyncError } from '../errors/syncError';
import type { HttpAnswer } from '../http/httpClient';
import { permissionFor } from './permissions';

/** Which call an error is about: enough to help a person, nothing secret and nothing personal. */
export interface BrazeCallPlace {
  /** Host of the configured REST endpoint. */
  host: string;
  /** Path of the call, for example `/users/track`. */
  path: string;
}

/**
 * 401. Braze gives the same answer to a mistyped key and to a good key on another instance (contracts: braze 1.4, 12.5).
 */
export function keyRejected({ host, path }: BrazeCallPlace): SyncError {
  return new SyncError({
    code: 'BRAZE_KEY_REJECTED',
    status: 401,
    message: `Braze (${host}) rejected the API key on ${path}: either the key is wrong, or it belongs to another Braze instance.`,
    advice:
      'Open Settings > APIs and Identifiers > API Keys in the Braze dashboard: if the REST endpoint shown there is ' +
      'another one than configured here, the instance is wrong; if it is the same one, the key is.',
  });
}

/** 403. Permissions and IP allowlist of a key cannot be changed once it exists (contracts: braze 1.3). */
export function permissionMissing({ host, path }: BrazeCallPlace): SyncError {
  const permission = permissionFor(path);
  return new SyncError({
    code: 'BRAZE_PERMISSION_MISSING',
    status: 403,
    message:
      `Braze (${host}) does not let this API key call ${path}` +
      `${permission ? `, which needs the permission ${permission}` : ''}` +
      '; a key restricted to other IP addresses may be refused like this too.',
    advice: `Make a new API key${permission ? ` that has ${permission}` : ''}, because the permissions of an existing key cannot be changed.`,
  });
}

/** 404, a redirect, or a web page where JSON belongs: this is not Braze's REST API (contracts: braze 1.4). */
export function urlWrong({ host, path }: BrazeCallPlace, status: number): SyncError {
  return new SyncError({
    code: 'BRAZE_URL_WRONG',
    status,
    message: `${host} did not answer ${path} as Braze's REST API does (status ${status}): it is another kind of host, or something in between answered.`,
    advice:
      'Compare the endpoint with the one under Settings > APIs and Identifiers > API Keys in the Braze dashboard, ' +
      'and check proxies and firewalls on the way.',
  });
}

/**
 * What Braze says about an unknown id is not documented (contracts: braze 4.1, 5). Decision: a 400 to a call whose
 * input is that id is read as this.
 */
export function idUnknown(
  { host, path }: BrazeCallPlace,
  kind: 'segment' | 'campaign',
  id: string,
  status: number,
): SyncError {
  return new SyncError({
    code: kind === 'segment' ? 'BRAZE_SEGMENT_UNKNOWN' : 'BRAZE_CAMPAIGN_UNKNOWN',
    status,
    message: `Braze (${host}) refused ${path} for the ${kind}${isId(id) ? ` ${id}` : ''} (status ${status}), most likely because this workspace has no such ${kind}.`,
    advice: `Choose the ${kind} again from the list; archived ones and those of other workspaces are not in it.`,
  });
}

/** An id can come with a message: whatever else somebody put there is not repeated. */
function isId(text: string): boolean {
  return /^[\w-]{1,64}$/.test(text);
}

/** 429 that is no rate limit: this segment is being exported already (contracts: braze 4.5, 12.27). */
export function exportRunning(segmentId: string): SyncError {
  return new SyncError({
    code: 'BRAZE_EXPORT_RUNNING',
    status: 429,
    retry: 'later',
    message: `Braze is already exporting the segment ${segmentId}; it runs one export of a segment at a time.`,
    advice: 'Wait until the running export has finished, or cancel it, before you ask again.',
  });
}

export function throttled({ host, path }: BrazeCallPlace, waitMs: number | undefined): SyncError {
  return new SyncError({
    code: 'BRAZE_THROTTLED',
    status: 429,
    retry: 'later',
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    message: `Braze (${host}) has had too many calls to ${path} for now.`,
    advice:
      'Wait and try again; if it happens often, lower the request policy or spread the runs over the day.',
  });
}

/** 5xx and 408: Braze may have done the work all the same, which `maybeApplied` says for writing calls. */
export function unavailable(
  { host, path }: BrazeCallPlace,
  status: number,
  more: { waitMs?: number | undefined; writes: boolean },
): SyncError {
  return new SyncError({
    code: 'BRAZE_UNAVAILABLE',
    status,
    retry: 'later',
    maybeApplied: more.writes,
    ...(more.waitMs !== undefined && { retryAfterMs: more.waitMs }),
    message: `Braze (${host}) could not answer ${path} (status ${status}).`,
    advice: 'Try again later; the state of Braze is shown on its status page.',
  });
}

/** A success status with a body that is no answer of this call: cut short, or of another shape. */
export function answerUnreadable({ host, path }: BrazeCallPlace, status: number, writes: boolean): SyncError {
  return new SyncError({
    code: 'BRAZE_ANSWER_UNREADABLE',
    status,
    retry: 'later',
    maybeApplied: writes,
    message: `Braze (${host}) answered ${path} with status ${status}, but the answer cannot be read.`,
    advice: 'Try again; if it stays so, something between here and Braze changes or cuts the answers.',
  });
}

/** Any other refusal. Braze's own text stays out: it may quote what was sent. */
export function requestRefused({ host, path }: BrazeCallPlace, status: number): SyncError {
  return new SyncError({
    code: 'BRAZE_REQUEST_REFUSED',
    status,
    message: `Braze (${host}) refused the request to ${path} (status ${status}).`,
    advice: 'Check the settings that this request is made of; sending it again unchanged cannot help.',
  });
}

/** So many users in a row were refused, each even in a request of its own, and without a reason that names it. */
export function everyoneRefused({ host, path }: BrazeCallPlace, users: number, status: number): SyncError {
  return new SyncError({
    code: 'BRAZE_REQUEST_REFUSED',
    status,
    message: `Braze (${host}) refused ${users} users in a row on ${path}, each by itself too, and named no reason (status ${status}).`,
    advice:
      'Check what stands between here and Braze, a proxy or firewall for example, and look at the rejected updates ' +
      'on the second output of the sink.',
  });
}

/**
 * The error behind an answer that only a changed setting can help: wrong key, wrong permission, wrong host.
 * Undefined for every other answer. 403 with a web page comes from a host or a firewall, not from Braze's API.
 */
export function configurationError(answer: HttpAnswer, place: BrazeCallPlace): SyncError | undefined {
  const { status } = answer;
  if (status >= 300 && status < 400) return urlWrong(place, status);
  if (status === 404 || status === 405 || status === 407) return urlWrong(place, status);
  if (status !== 401 && status !== 403) return undefined;
  if (isWebPage(answer)) return urlWrong(place, status);
  return status === 401 ? keyRejected(place) : permissionMissing(place);
}

/** Is the body a web page, as proxies, login pages and wrong hosts send it? */
export function isWebPage(answer: HttpAnswer): boolean {
  if (answer.headers['content-type']?.includes('text/html')) return true;
  return answer.body.subarray(0, 64).toString('latin1').trimStart().startsWith('<');
}
