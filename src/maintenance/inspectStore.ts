import { readHistory } from '../run/history';
import { beganAt } from '../store/beginning';
import type { StateStore, StoreSpace } from '../store/store';
import { storeSpaces } from '../store/storeKey';
import { checkpointOwner, listKeyParts } from './goalKeys';

export interface SpaceSize {
  space: StoreSpace;
  entries: number;
  /** The number is an estimate, from the bytes of the space and the size of its first entries. */
  about: boolean;
}

/** A goal or connection that has state in the store, or has run lately. */
export interface StateOwner {
  kind: 'goal' | 'connection';
  /** Node id: of the source, or of the connection. */
  id: string;
  /** As the history knows it. */
  name?: string;
}

/** What a store holds, told without any value of a profile. */
export interface StoreContent {
  bytes: number;
  /** ISO time at which the store was begun; absent where an early version began it. */
  since?: string;
  /** ISO time of the newest run's start. */
  lastRun?: string;
  spaces: SpaceSize[];
  /** `value` is an ISO time where the watermark is one. */
  watermarks: { goal: string; scope: string; value: string }[];
  /** How many files each goal remembers as read. */
  files: { goal: string; count: number }[];
  checkpoints: { kind: 'goal' | 'connection'; id: string; run: string; savedAt: string }[];
  owners: StateOwner[];
}

/** Entries of a space that are counted one by one; beyond that their number is estimated. */
const countedEntries = 10_000;
/** Runs of the history that are looked at for names. */
const namingRuns = 1_000;

export async function inspectStore(store: StateStore): Promise<StoreContent> {
  const content = {
    watermarks: await watermarks(store),
    files: await rememberedFiles(store),
    checkpoints: await checkpoints(store),
  };
  const since = await beganAt(store);
  const [newest] = await readHistory(store, 1);
  return {
    bytes: await store.approximateSize(),
    ...(since !== undefined && { since }),
    ...(newest && { lastRun: newest.startedAt }),
    spaces: await Promise.all(storeSpaces.map((space) => sizeOf(store, space))),
    ...content,
    owners: await owners(store, content),
  };
}

async function sizeOf(store: StateStore, space: StoreSpace): Promise<SpaceSize> {
  let entries = 0;
  let bytes = 0;
  for await (const { key, value } of store.list(space, '', { limit: countedEntries })) {
    entries++;
    bytes += key.length + value.length;
  }
  if (entries < countedEntries) return { space, entries, about: false };
  const estimate = Math.round((await store.approximateSize(space)) / (bytes / entries));
  return { space, entries: Math.max(entries, estimate), about: true };
}

async function watermarks(store: StateStore): Promise<StoreContent['watermarks']> {
  const found: StoreContent['watermarks'] = [];
  for await (const { key, value } of store.list('watermark', '')) {
    const [goal = key, ...scope] = listKeyParts(key);
    found.push({ goal, scope: scope.join(' '), value: asTime(value.toString()) });
  }
  return found;
}

/** Watermarks are stored as epoch milliseconds. */
function asTime(text: string): string {
  return /^\d{12,14}$/.test(text) ? new Date(Number(text)).toISOString() : text;
}

async function rememberedFiles(store: StateStore): Promise<StoreContent['files']> {
  const counts = new Map<string, number>();
  for await (const key of store.keys('file', '')) {
    const [goal = ''] = listKeyParts(key.toString());
    counts.set(goal, (counts.get(goal) ?? 0) + 1);
  }
  return [...counts].map(([goal, count]) => ({ goal, count }));
}

async function checkpoints(store: StateStore): Promise<StoreContent['checkpoints']> {
  const found: StoreContent['checkpoints'] = [];
  for await (const key of store.keys('checkpoint', '')) {
    const owner = checkpointOwner(key.toString());
    if (!owner) continue;
    const [value] = await store.getMany('checkpoint', [key]);
    const { run = '', savedAt, startedAt = '' } = headOf(value);
    found.push({ ...owner, run, savedAt: savedAt ?? startedAt });
  }
  return found;
}

function headOf(value: Buffer | undefined): { run?: string; savedAt?: string; startedAt?: string } {
  try {
    return (JSON.parse(value?.toString() ?? '') ?? {}) as object;
  } catch {
    return {};
  }
}

async function owners(
  store: StateStore,
  content: Pick<StoreContent, 'watermarks' | 'files' | 'checkpoints'>,
): Promise<StateOwner[]> {
  const found = new Map<string, StateOwner>();
  const add = (owner: StateOwner) => {
    const key = `${owner.kind} ${owner.id}`;
    const before = found.get(key);
    if (!before || (before.name === undefined && owner.name !== undefined)) found.set(key, owner);
  };
  for (const { goal, connection } of await readHistory(store, namingRuns)) {
    // A sink's own runs leave nothing behind that could be reset.
    if (goal.direction !== 'other') add({ kind: 'goal', id: goal.id, name: goal.name });
    if (connection) add({ kind: 'connection', id: connection.connection });
  }
  for (const { goal } of [...content.watermarks, ...content.files]) add({ kind: 'goal', id: goal });
  for (const { kind, id } of content.checkpoints) add({ kind, id });
  return [...found.values()];
}
