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
