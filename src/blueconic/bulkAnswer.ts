import type { SyncError } from '../errors/syncError';
import type { HttpAnswer } from '../http/httpClient';
import { type BulkState, isBulkState } from './entryStates';
import { askedWaitMs, type BlueConicCallPlace, configurationError, jsonOf } from './errors';

/** At most this many entries are processed in one request (contracts: blueconic 3.3). */
export const maxBulkEntries = 1000;

/** What became of one entry. */
export interface BulkResult {
  /** `UNLISTED` for a state that is not documented. */
  state: BulkState | 'UNLISTED';
  profileId?: string;
  /** Properties with a value that BlueConic did not take. Its texts stay out: they may quote the value. */
  invalidProperties: string[];
}

interface Aligned {
  /** One place per entry, in the order of the request. */
  results: (BulkResult | undefined)[];
  /** Entries without a result: what became of them is not known. */
  missing: number[];
  /** Results that belong to no entry, or to one that already has its own. */
  strays: number;
}

/** The outcome of one `PUT /profiles` (contracts: blueconic 3.3, 3.4). */
export type BulkAnswer =
  | ({ kind: 'done' } & Aligned)
  /** 413: the first 1000 entries were processed and have results; `notDone` were not even looked at. */
  | ({ kind: 'too-many'; notDone: number[] } & Aligned)
  /** 429, too many requests at once; nothing was done. */
  | { kind: 'throttled'; waitMs?: number }
  /** 5xx or 408: the request may have been processed. */
  | { kind: 'unavailable'; status: number; waitMs?: number }
  /** 4xx about the request as a whole; nothing was done. `fields` are the places at fault, where they are named. */
  | { kind: 'refused'; status: number; reason: 'malformed' | 'too-large' | 'other'; fields: string[] }
  /** Wrong host, or a missing scope; nothing was done, and only a changed setting helps. */
  | { kind: 'configuration'; error: SyncError }
  /** An answer that says neither success nor failure: the outcome is unknown. */
  | { kind: 'unreadable'; status: number };

/** Reads the answer to a request whose entries carried `identifiers`, in that order. Never throws. */
export function bulkAnswer(
  answer: HttpAnswer,
  identifiers: readonly string[],
  place: BlueConicCallPlace,
): BulkAnswer {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    const list = jsonOf(answer.body);
    return Array.isArray(list)
      ? { kind: 'done', ...align(list, identifiers) }
      : { kind: 'unreadable', status };
  }
  const error = configurationError(answer, place);
  if (error) return { kind: 'configuration', error };
  if (status === 429) return { kind: 'throttled', ...waitOf(answer) };
  if (status >= 500 || status === 408) return { kind: 'unavailable', status, ...waitOf(answer) };
  if (status === 413) return tooMany(answer, identifiers);
  if (status === 400)
    return { kind: 'refused', status, reason: 'malformed', fields: fieldsAtFault(answer.body) };
  if (status >= 400) return { kind: 'refused', status, reason: 'other', fields: [] };
  return { kind: 'unreadable', status };
}

/**
 * A 413 without results comes from something in front of BlueConic that found the request too large, and nothing was
 * done; but with more than 1000 entries it may be BlueConic's own, with its results lost on the way.
 */
function tooMany(answer: HttpAnswer, identifiers: readonly string[]): BulkAnswer {
  const { status } = answer;
  const list = jsonOf(answer.body);
  if (!Array.isArray(list)) {
    if (identifiers.length > maxBulkEntries) return { kind: 'unreadable', status };
    return { kind: 'refused', status, reason: 'too-large', fields: [] };
  }
  const aligned = align(list, identifiers.slice(0, maxBulkEntries));
  const notDone: number[] = [];
  for (let index = maxBulkEntries; index < identifiers.length; index++) {
    aligned.results.push(undefined);
    notDone.push(index);
  }
  return { kind: 'too-many', ...aligned, notDone };
}

/**
 * Brings results back to their entries by `identifier`. Their order is not documented (contracts: blueconic 3.4), so
 * it is trusted only where no result has an identifier and there are as many results as entries.
 */
function align(list: readonly unknown[], identifiers: readonly string[]): Aligned {
  const results: (BulkResult | undefined)[] = new Array(identifiers.length).fill(undefined);
  let strays = 0;
  if (list.length === identifiers.length && list.every((entry) => identifierOf(entry) === undefined)) {
    for (let index = 0; index < list.length; index++) results[index] = bulkResult(list[index]);
  } else {
    const places = new Map<string, number>();
    for (let index = 0; index < identifiers.length; index++) places.set(identifiers[index]!, index);
    for (const entry of list) {
      const identifier = identifierOf(entry);
      const index = identifier === undefined ? undefined : places.get(identifier);
      const result = bulkResult(entry);
      if (index === undefined || results[index] !== undefined || result === undefined) strays++;
      else results[index] = result;
    }
  }
  const missing: number[] = [];
  for (let index = 0; index < results.length; index++) if (results[index] === undefined) missing.push(index);
  return { results, missing, strays };
}

function identifierOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { identifier } = entry as Record<string, unknown>;
  return typeof identifier === 'string' ? identifier : undefined;
}

function bulkResult(entry: unknown): BulkResult | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { state, profileId, validationErrors } = entry as Record<string, unknown>;
  if (typeof state !== 'string') return undefined;
  return {
    state: isBulkState(state) ? state : 'UNLISTED',
    ...(typeof profileId === 'string' && { profileId }),
    invalidProperties:
      typeof validationErrors === 'object' && validationErrors !== null ? Object.keys(validationErrors) : [],
  };
}

/** Names of places like `[3].properties`; anything that does not look like one could be what was sent. */
function fieldsAtFault(body: Buffer): string[] {
  const json = jsonOf(body) as { errors?: unknown } | undefined | null;
  if (!Array.isArray(json?.errors)) return [];
  const fields: string[] = [];
  for (const error of json.errors as unknown[]) {
    const field =
      typeof error === 'object' && error !== null ? (error as { field?: unknown }).field : undefined;
    if (typeof field === 'string' && /^[\w.[\]-]{1,80}$/.test(field) && fields.length < 5) fields.push(field);
  }
  return fields;
}

function waitOf(answer: HttpAnswer): { waitMs?: number } {
  const waitMs = askedWaitMs(answer.headers);
  return waitMs === undefined ? {} : { waitMs };
}
