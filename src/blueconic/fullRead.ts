import { createHash } from 'node:crypto';
import type { StateStore, StoreWrite } from '../store/store';

/**
 * What a goal's first run reads: the whole segment, or only what is modified after it began. Until a run has succeeded,
 * each is a first run.
 */
export type FirstRun = 'whole' | 'now';

export interface FullReadTerms {
  firstRun: FirstRun;
  /** Days from one full read to the next; 0: never by age. */
  everyDays: number;
  /** See `readingScope`. */
  scope: string;
}

/** The last read of a whole segment that was complete, as it is stored beside the watermark. */
export interface FullReadMemory {
  /** When it began by BlueConic's clock, ISO, for people who look into the store. */
  at: string;
  scope: string;
}

const dayMs = 24 * 3_600_000;
/** A daily schedule never strikes to the second: a read that would be due within this time is due. */
const graceMs = 3_600_000;

/**
 * Whether a segment with a watermark is to be read as a whole all the same: the last full read is too long ago, was for
 * another scope, or there was none. It finds those who entered the segment without being modified, and brings fields
 * that were mapped since to those who were not; where nothing changed, it costs reading only.
 *
 * Decision: who begins "from now on" wants the older profiles left alone, so then only a request reads them.
 */
export function fullReadDue(terms: FullReadTerms, last: FullReadMemory | undefined, now: number): boolean {
  if (terms.firstRun === 'now') return false;
  if (!last || last.scope !== terms.scope) return true;
  const age = now - Date.parse(last.at);
  return terms.everyDays > 0 && age >= terms.everyDays * dayMs - graceMs;
}

/**
 * A hash of what decides which values of a profile are brought over: the properties asked for, and the mapping documents
 * on the way to the sink (identifiers, fields, filter); and whether it is told who left. The segment is part of the key
 * it is stored under.
 */
export function readingScope(
  properties: readonly string[],
  mappings: readonly unknown[],
  leavers = false,
): string {
  const text = JSON.stringify([[...properties].sort(), mappings, ...(leavers ? ['leavers'] : [])]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

export async function lastFullRead(store: StateStore, key: string): Promise<FullReadMemory | undefined> {
  const [stored] = await store.getMany('watermark', [key]);
  if (!stored) return undefined;
  try {
    const { at, scope } = JSON.parse(stored.toString()) as Partial<FullReadMemory>;
    if (typeof at === 'string' && typeof scope === 'string' && !Number.isNaN(Date.parse(at)))
      return { at, scope };
  } catch {
    // As good as none: one read too many costs nothing but time.
  }
  return undefined;
}

export function fullReadWrite(key: string, memory: FullReadMemory): StoreWrite {
  return { space: 'watermark', key, value: JSON.stringify(memory) };
}

/** The entry of a goal and segment; it begins as the watermark's, so that both are reset together. */
export function fullReadKey(goalId: string, segmentId: string): string {
  return JSON.stringify([goalId, segmentId, 'read in full']);
}

/** The entry that heads what is known of a segment's members; it is reset with the others. */
export function membersKey(goalId: string, segmentId: string): string {
  return JSON.stringify([goalId, segmentId, 'members']);
}
