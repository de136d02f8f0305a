import type { StateStore, StoreWrite } from '../store/store';
import type { RunSummary } from './runSummary';

const dayMs = 24 * 3_600_000;

/** Run ids begin with their time of start, so a history in key order is a history in time order. */
export function historyWrite(summary: RunSummary): StoreWrite {
  return { space: 'history', key: summary.run, value: JSON.stringify(summary) };
}

/** The newest runs first. */
export async function readHistory(store: StateStore, limit: number): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for await (const { value } of store.list('history', '', { newestFirst: true, limit })) {
    runs.push(JSON.parse(value.toString()) as RunSummary);
  }
  return runs;
}

/** Which runs are wanted: those of one connection or of one goal; neither: all. */
export interface HistoryFilter {
  connection?: string | undefined;
  goal?: string | undefined;
}

export interface HistoryPage {
  /** The newest first. */
  runs: RunSummary[];
  /** Where the next page begins, for `before`; absent: there is none. */
  next?: string;
}

/** Runs that one page looks at for those it wants, at most: a page may come short, and the next one goes on there. */
const lookedAt = 500;

/** A page of runs that began before the run `before`; only these are read. */
export async function historyPage(
  store: StateStore,
  { before, limit, ...filter }: HistoryFilter & { before?: string | undefined; limit: number },
): Promise<HistoryPage> {
  const runs: RunSummary[] = [];
  const found = store.list('history', '', { newestFirst: true, limit: lookedAt, before });
  let seen = 0;
  for await (const { key, value } of found) {
    const run = JSON.parse(value.toString()) as RunSummary;
    if (isWanted(run, filter)) runs.push(run);
    if (++seen === lookedAt || runs.length === limit) return { runs, next: key };
  }
  return { runs };
}

export async function runOf(store: StateStore, run: string): Promise<RunSummary | undefined> {
  const [stored] = await store.getMany('history', [run]);
  return stored && (JSON.parse(stored.toString()) as RunSummary);
}

/** Runs that began in this span of time (epoch milliseconds, the end excluded), the newest first. */
export async function* historyBetween(
  store: StateStore,
  span: { from: number; before: number },
  filter: HistoryFilter = {},
): AsyncGenerator<RunSummary> {
  const keys = { from: firstRunAt(span.from), before: firstRunAt(span.before) };
  for await (const { value } of store.list('history', '', { newestFirst: true, ...keys })) {
    const run = JSON.parse(value.toString()) as RunSummary;
    if (isWanted(run, filter)) yield run;
  }
}

/** No run that began at this time or later has an id before this. */
export function firstRunAt(time: number): string {
  return Math.max(0, Math.ceil(time)).toString(36);
}

function isWanted({ goal, connection }: RunSummary, filter: HistoryFilter): boolean {
  if (filter.connection !== undefined && connection?.connection !== filter.connection) return false;
  return filter.goal === undefined || goal.id === filter.goal;
}

/**
 * Deletes of everything beyond the newest `keep` runs, and of what is older than `days` (0: however old). `adding` is a
 * run that is written along with them: it counts, and stays.
 */
export async function historyTrim(
  store: StateStore,
  keep: number,
  options: { days?: number; adding?: string; now?: number } = {},
): Promise<StoreWrite[]> {
  const { days = 0, adding, now = Date.now() } = options;
  // Run ids begin with their time of start, in base 36.
  const oldest = days > 0 ? (now - days * dayMs).toString(36) : '';
  const deletes: StoreWrite[] = [];
  let kept = adding === undefined ? 0 : 1;
  for await (const { key } of store.list('history', '', { newestFirst: true })) {
    if (key === adding) continue;
    if (++kept > keep || key < oldest) deletes.push({ space: 'history', key, value: undefined });
  }
  return deletes;
}
