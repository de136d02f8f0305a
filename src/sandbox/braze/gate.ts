import { BodyTooLarge, type SandboxReply, type SandboxRequest } from '../server';
import { access } from './auth';
import { isObject, type Json, type JsonObject } from './json';
import type { RateLimits } from './rateLimit';
import { refusal } from './replies';
import type { ApiKey, RatePool, SettingsInForce } from './settings';

const bodyLimit = 4 * 1024 * 1024;

/** One endpoint behind the gate. `body` is empty for a GET. */
export interface Endpoint {
  permission: string;
  pool: RatePool;
  handle(body: JsonObject, query: URLSearchParams): SandboxReply;
}

export interface GateParts {
  /** Keyed `POST /users/track`. */
  endpoints: ReadonlyMap<string, Endpoint>;
  settings: SettingsInForce;
  limits: RateLimits;
  /** The sandbox's own key, which may do everything. */
  apiKey: string;
}

/**
 * What every call passes before its endpoint sees it (contracts: braze 1.4 and 13), in this order: trailing slash
 * 403, unknown path 404, key 401, rate 429, permission 403, content type 415, size 413, JSON 400. From the key on
 * every answer carries the rate headers; a call without a known key belongs to no workspace and gets none.
 */
export async function passGate(request: SandboxRequest, parts: GateParts): Promise<SandboxReply> {
  const { method, path, headers } = request;
  if (path.endsWith('/')) return refusal(403, 'Access Denied');
  const endpoint = parts.endpoints.get(`${method} ${path}`);
  if (!endpoint) return refusal(404, 'Invalid URL');
  const { value: settings } = parts.settings;
  const keys: ApiKey[] = [{ key: parts.apiKey, permissions: 'all' }, ...settings.keys];
  const allowed = access(headers.authorization, keys, endpoint.permission);
  if (allowed === 'unknownKey') return refusal(401, 'Invalid API Key');
  const rate = parts.limits.take(endpoint.pool, settings);
  const answer = rate.exceeded
    ? refusal(429, 'Rate limit exceeded')
    : allowed === 'missingPermission'
      ? await deniedReply(request, settings.emptyBodyFirst)
      : await handled(request, endpoint);
  return { ...answer, headers: { ...answer.headers, ...rate.headers } };
}

async function deniedReply(request: SandboxRequest, emptyBodyFirst: boolean): Promise<SandboxReply> {
  const isEmpty = emptyBodyFirst && request.method === 'POST';
  if (isEmpty && (await request.body(bodyLimit)).toString().trim() === '{}')
    return refusal(400, 'The request body is empty');
  return refusal(403, 'Access Denied');
}

async function handled(request: SandboxRequest, endpoint: Endpoint): Promise<SandboxReply> {
  if (request.method === 'GET') return endpoint.handle({}, request.query);
  if (!/^application\/json(?:\s*;|$)/i.test(request.headers['content-type'] ?? '')) {
    return refusal(415, 'Unsupported Media Type');
  }
  let bytes: Buffer;
  try {
    bytes = await request.body(bodyLimit);
  } catch (thrown) {
    if (thrown instanceof BodyTooLarge) return refusal(413, 'Request Entity Too Large');
    throw thrown;
  }
  let body: Json;
  try {
    body = JSON.parse(bytes.toString());
  } catch {
    return refusal(400, 'The request body is not valid JSON');
  }
  if (!isObject(body)) return refusal(400, 'The request body must be a JSON object');
  return endpoint.handle(body, request.query);
}
