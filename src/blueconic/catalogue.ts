import { z } from 'zod';
import { SyncError } from '../errors/syncError';
import { type BlueConicAccess, callBlueConic } from './blueconicCall';
import { pathPart } from './pathPart';

const pageSize = 100;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const segment = z.object({
  id: z.string(),
  name: text,
  description: text,
  tags: texts,
  profileCount: z.number().nullish(),
});
const property = z.object({
  id: z.string(),
  name: text,
  description: text,
  tags: texts,
  /** `SELECT` (text), `EMAIL`, `RANGE` (number), `DECIMAL`, `CURRENCY`, `DATETIME`. */
  filterType: text,
  /** A unique identifier. */
  indexed: flag,
  dataSensitivity: text,
});
/** A dialogue: what a visitor is shown, and what the property `interactions_viewed` holds the ids of. */
const interaction = z.object({ id: z.string(), name: text });
const objective = z.object({ id: z.string(), name: text, title: text, needsConsent: flag });

export type BlueConicSegment = z.output<typeof segment>;
export type BlueConicProperty = z.output<typeof property>;
export type BlueConicInteraction = z.output<typeof interaction>;
export type BlueConicObjective = z.output<typeof objective>;

/** What is needed to create a property. */
export interface NewProperty {
  /** Letters, digits, `-` and `_`; cannot be changed later. */
  id: string;
  name: string;
  filterType: 'SELECT' | 'EMAIL' | 'RANGE' | 'DECIMAL' | 'CURRENCY' | 'DATETIME';
  description?: string;
  tags?: string[];
  /** A unique identifier. */
  indexed?: boolean;
}

const total = z.number().nullish();
const segmentPage = z.object({ totalResults: total, segments: z.array(segment) });
const propertyPage = z.object({ totalResults: total, profileProperties: z.array(property) });
const interactionPage = z.object({ totalResults: total, dialogues: z.array(interaction) });
const objectivePage = z.object({ totalResults: total, objectives: z.array(objective) });

/** All segments of the tenant (contracts: blueconic 3.4). */
export function listSegments(access: BlueConicAccess, signal: AbortSignal): AsyncGenerator<BlueConicSegment> {
  return allPages(async (query) => {
    const call = { method: 'GET', path: '/segments', query, scope: 'read:segments' } as const;
    const { value } = await callBlueConic(access, call, segmentPage, signal);
    return { items: value.segments, total: value.totalResults };
  });
}

/** All profile properties of the tenant. */
export function listProfileProperties(
  access: BlueConicAccess,
  signal: AbortSignal,
): AsyncGenerator<BlueConicProperty> {
  return allPages(async (query) => {
    const call = {
      method: 'GET',
      path: '/profileProperties',
      query,
      scope: 'read:profile-properties',
    } as const;
    const { value } = await callBlueConic(access, call, propertyPage, signal);
    return { items: value.profileProperties, total: value.totalResults };
  });
}

/** All consent objectives of the tenant. */
export function listObjectives(
  access: BlueConicAccess,
  signal: AbortSignal,
): AsyncGenerator<BlueConicObjective> {
  return allPages(async (query) => {
    const call = { method: 'GET', path: '/objectives', query, scope: 'read:objectives' } as const;
    const { value } = await callBlueConic(access, call, objectivePage, signal);
    return { items: value.objectives, total: value.totalResults };
  });
}

/** All interactions of the tenant, which its API calls dialogues. */
export function listInteractions(
  access: BlueConicAccess,
  signal: AbortSignal,
): AsyncGenerator<BlueConicInteraction> {
  return allPages(async (query) => {
    const call = { method: 'GET', path: '/dialogues', query, scope: 'read:dialogues' } as const;
    const { value } = await callBlueConic(access, call, interactionPage, signal);
    return { items: value.dialogues, total: value.totalResults };
  });
}

/** Creations under way in this process, by tenant and id. */
const creating = new Map<string, Promise<unknown>>();

/**
 * Creates a profile property unless there is one of that id. An existing one is never written: changing its type may
 * lose data (contracts: blueconic 3.4). The API knows no "only if absent", so whoever creates the same one in this
 * process waits for the other; from another machine it can still come between.
 * @throws SyncError BLUECONIC_PROPERTY_ID_INVALID before any call.
 */
export async function createProperty(
  access: BlueConicAccess,
  wanted: NewProperty,
  signal: AbortSignal,
): Promise<{ created: boolean; property: BlueConicProperty }> {
  if (!/^[\w-]+$/.test(wanted.id)) {
    throw new SyncError({
      code: 'BLUECONIC_PROPERTY_ID_INVALID',
      message: 'A BlueConic property id may hold letters, digits, hyphens and underscores only.',
      advice: 'Choose another id or prefix.',
    });
  }
  const key = `${access.url} ${wanted.id}`;
  const create = () => createIfAbsent(access, wanted, signal);
  const mine = (creating.get(key) ?? Promise.resolve()).then(create, create);
  creating.set(key, mine);
  try {
    return await mine;
  } finally {
    if (creating.get(key) === mine) creating.delete(key);
  }
}

async function createIfAbsent(
  access: BlueConicAccess,
  wanted: NewProperty,
  signal: AbortSignal,
): Promise<{ created: boolean; property: BlueConicProperty }> {
  const existing = await findProperty(access, wanted.id, signal);
  if (existing) return { created: false, property: existing };
  const call = {
    method: 'PUT',
    path: propertyPath(wanted.id),
    body: JSON.stringify(wanted),
    scope: 'write:profile-properties',
  } as const;
  return { created: true, property: (await callBlueConic(access, call, property, signal)).value };
}

/** The property of that id; undefined where the tenant has none. */
export async function findProperty(
  access: BlueConicAccess,
  id: string,
  signal: AbortSignal,
): Promise<BlueConicProperty | undefined> {
  const call = { method: 'GET', path: propertyPath(id), scope: 'read:profile-properties' } as const;
  try {
    return (await callBlueConic(access, call, property, signal)).value;
  } catch (thrown) {
    if (thrown instanceof SyncError && thrown.status === 404) return undefined;
    throw thrown;
  }
}

function propertyPath(id: string): string {
  return `/profileProperties/${pathPart(id)}`;
}

/** Goes by what each page really held, so that a tenant which caps the page size loses nothing. */
async function* allPages<T>(
  read: (query: [string, string][]) => Promise<{ items: T[]; total: number | null | undefined }>,
): AsyncGenerator<T> {
  for (let start = 0; ; ) {
    const { items, total: known } = await read([
      ['startIndex', String(start)],
      ['count', String(pageSize)],
    ]);
    yield* items;
    start += items.length;
    if (items.length === 0 || (typeof known === 'number' && start >= known)) return;
  }
}
