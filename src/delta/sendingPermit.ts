import type { StateStore, StoreWrite } from '../store/store';

/** What decides how much a run may send. */
export interface PermitOptions {
  store: StateStore;
  /** Name of the workspace under which its users are remembered. */
  target: string;
  goalId: string;
  runId: string;
  /** Nothing is remembered of any user of the target. */
  storeIsEmpty: boolean;
  /** Data points that may be spent before anything was; undefined: any number. */
  emptyStoreLimit: number | undefined;
  /** Names the tick of "send everything"; undefined: not ticked. */
  tick: string | undefined;
  /** Nothing is sent, so nothing is written either. */
  dryRun: boolean;
}

/** What a run may send. */
export interface SendingPermit {
  /** The tick of "send everything" is good for this run. */
  everything: boolean;
  /** The ceiling of an empty store, where it holds; `spentBefore`: data points of earlier runs that count towards it. */
  emptyStore: { limit: number; spentBefore: number } | undefined;
  /** To be made durable along with what was spent: this run's data points until now. */
  spent(points: number): StoreWrite[];
  /** To be written at the end of the run, if it is complete. */
  ifComplete: StoreWrite[];
}

/** That a target has been found empty. It stays so until a run was allowed, though entries come meanwhile. */
interface Unseeded {
  /** Data points of the runs before the one named here. */
  before: number;
  run: string;
  /** Data points of that run. */
  spent: number;
}

/**
 * Opens a run's permit, before anything of it is sent. While the store knows no user of a target, everything looks new
 * and would be paid for: a run may then spend no more than the limit, and the same holds for the runs after it, until one
 * was complete within the limit, the store was seeded, or a person said to send everything.
 */
export async function openPermit(options: PermitOptions): Promise<SendingPermit> {
  const { store, target, goalId, runId, tick, dryRun } = options;
  const [stored, used] = await store.getMany('setting', [unseededKey(target), tickKey(goalId)]);
  const everything = tick !== undefined && used?.toString() !== tick;
  const ifComplete = [
    ...(stored || options.storeIsEmpty ? [seededWrite(target)] : []),
    ...(everything ? [{ space: 'setting' as const, key: tickKey(goalId), value: tick }] : []),
  ];
  const limit = options.emptyStoreLimit;
  if (everything || limit === undefined || !(stored || options.storeIsEmpty)) {
    return { everything, emptyStore: undefined, spent: () => [], ifComplete };
  }
  const before = stored ? spentBefore(JSON.parse(stored.toString()) as Unseeded, runId) : 0;
  const spent = (points: number) => [unseededWrite(target, { before, run: runId, spent: points })];
  // Durable before the first entry is, which would make the store look seeded.
  if (!stored && !dryRun) await store.commit(spent(0));
  return { everything, emptyStore: { limit, spentBefore: before }, spent, ifComplete };
}

/** To be written along with entries that were read from the target itself: from then on the store is seeded. */
export function seededWrite(target: string): StoreWrite {
  return { space: 'setting', key: unseededKey(target), value: undefined };
}

/** A run that goes on after an interruption counts what it spent itself. */
function spentBefore({ before, run, spent }: Unseeded, runId: string): number {
  return run === runId ? before : before + spent;
}

function unseededWrite(target: string, unseeded: Unseeded): StoreWrite {
  return { space: 'setting', key: unseededKey(target), value: JSON.stringify(unseeded) };
}

const unseededKey = (target: string) => `unseeded/${target}`;
const tickKey = (goalId: string) => `everything/${goalId}`;
