import { openIntents } from '../../src/delta/sums';
import { type Checkpoint, checkpointDeletes, loadCheckpoint } from '../../src/run/checkpoint';
import { historyWrite } from '../../src/run/history';
import { Ledger } from '../../src/run/ledger';
import { sentBeforeReason } from '../../src/run/rowReasons';
import type { RunSummary } from '../../src/run/runSummary';
import type { StateStore, StoreWrite } from '../../src/store/store';

/** What decides whether a run that was cut off can go on. */
export interface ResumeTerms {
  configHash: string;
  /** Older ones have been overtaken by events: segments and files have changed. */
  maxAgeMs: number;
  /** Everything is to be read anew. */
  fullRead: boolean;
}

/**
 * The run of a goal that was cut off, if it can go on. One that cannot is closed with its own balanced ledger, and a new
 * run will begin where the last complete one left off (R8).
 */
export async function earlierRun(
  store: StateStore,
  goalId: string,
  terms: ResumeTerms,
): Promise<Checkpoint | undefined> {
  const checkpoint = await loadCheckpoint(store, goalId);
  if (!checkpoint) {
    // What cannot be read must not mix with what the next run writes.
    const left = await checkpointDeletes(store, goalId);
    if (left.length > 0) await store.commit(left);
    return undefined;
  }
  const why = whyNot(checkpoint, terms);
  if (why === undefined) return checkpoint;
  const ledger = Ledger.restored(checkpoint.ledger);
  const told = await countOpenIntents(store, checkpoint, ledger);
  await store.commit([
    historyWrite(interrupted(checkpoint, ledger, why)),
    ...told,
    ...(await checkpointDeletes(store, goalId)),
  ]);
  return undefined;
}

/** What must not be sent twice, and was under way: nobody will find out any more, so a person must know of it. */
async function countOpenIntents(
  store: StateStore,
  checkpoint: Checkpoint,
  ledger: Ledger,
): Promise<StoreWrite[]> {
  const told: StoreWrite[] = [];
  const { run, goal, open } = checkpoint;
  for await (const intent of openIntents(store, goal.id)) {
    const own = intent.unit.startsWith(`${run}/`) ? Number(intent.unit.slice(run.length + 1)) : undefined;
    const unit = own ?? open.find(({ name }) => intent.unit.startsWith(`${name} `))?.number ?? 0;
    if (own === 0) ledger.rowAdded();
    else ledger.rowRead();
    ledger.countWithReason('unknown', sentBeforeReason, run, unit, intent.row);
    told.push(intent.told);
  }
  return told;
}

function whyNot({ configHash, savedAt }: Checkpoint, terms: ResumeTerms): string | undefined {
  if (configHash !== terms.configHash) return 'its flow or a configuration of it was changed since';
  if (Date.now() - Date.parse(savedAt) > terms.maxAgeMs) return 'it was cut off too long ago';
  if (terms.fullRead) return 'a full read was begun in its place';
  return undefined;
}

function interrupted(checkpoint: Checkpoint, ledger: Ledger, why: string): RunSummary {
  const { run, goal, startedAt, savedAt, connection } = checkpoint;
  return {
    run,
    goal,
    ...(connection && { connection }),
    startedAt,
    endedAt: savedAt,
    result: 'failed',
    complete: false,
    error: {
      code: 'RUN_INTERRUPTED',
      message: `The run was cut off and cannot go on: ${why}. Rows that were in flight then may have been sent.`,
      advice: 'Nothing to do: the next run begins where the last complete one left off.',
    },
    ledger: ledger.snapshot(0),
  };
}
