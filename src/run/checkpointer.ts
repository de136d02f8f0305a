import { SyncError } from '../errors/syncError';
import type { StateStore, StoreWrite } from '../store/store';
import { chunkWrite, doneWrites, headWrite, idsWrite } from './checkpoint';
import type { GoalRun } from './goalRun';
import type { GoalToken } from './runSummary';
import type { Source } from './source';

/** A group is written after this many decided rows, or after this long (R7). */
const groupRows = 3_000;
const groupMs = 500;

export interface CheckpointerOptions {
  /** Of everything that decides what the run does: it goes on after a restart only under the same. */
  configHash: string;
  /** What the source's state was in an earlier life; it holds until the source has one of its own again. */
  earlierSource?: unknown;
}

/**
 * Writes what a run has decided to the store, in groups: outcomes, ledger and the source's state in one transaction, so
 * that a process that dies at any moment leaves an account that adds up. Groups follow each other; none overlaps.
 */
export class Checkpointer {
  readonly #run: GoalRun;
  readonly #source: Source;
  readonly #store: StateStore;
  readonly #options: CheckpointerOptions;
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(run: GoalRun, source: Source, store: StateStore, options: CheckpointerOptions) {
    this.#run = run;
    this.#source = source;
    this.#store = store;
    this.#options = options;
    this.#timer = setInterval(() => this.#writeInBackground(), groupMs);
    this.#timer.unref();
    run.onGroup(groupRows, () => this.#writeInBackground());
    // Before the rows in flight are given up: a resumed run must be free to find out what became of them.
    run.listen({ givingUp: () => void this.close() });
  }

  /** Durable when it resolves; includes everything decided before the call. */
  async write(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (!this.#closed) await this.#commit();
  }

  /** Takes the last group now and writes it; nothing is written after it. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed ??= this.#commit();
    return this.#closed;
  }

  #writeInBackground(): void {
    if (!this.#writing && !this.#closed) void this.#commit();
  }

  /** The group is taken at once, in one piece: a transaction is one moment of the run. It is written in its turn. */
  #commit(): Promise<void> {
    const before = this.#writing;
    const { writes, decided, durable } = this.#group();
    const writing = (async () => {
      await before;
      try {
        await this.#store.commit(writes);
        durable();
        this.#run.settled(decided);
      } catch {
        this.#run.fail(
          new SyncError({
            code: 'STORE_WRITE_FAILED',
            message: 'The progress of the run could not be stored.',
            advice:
              'Check the disk of the Node-RED user directory; the next run reads everything of this one again.',
          }),
        );
      }
    })();
    this.#writing = writing;
    void writing.then(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    return writing;
  }

  #group(): { writes: StoreWrite[]; decided: number; durable: () => void } {
    const run = this.#run;
    const kept = run.takeKept();
    const moment = run.capture();
    const goalId = run.goal.id;
    const head = headWrite({
      run: run.id,
      goal: run.goal,
      ...(run.connection && { connection: run.connection satisfies GoalToken }),
      configHash: this.#options.configHash,
      startedAt: run.startedAt.toISOString(),
      savedAt: new Date().toISOString(),
      ledger: moment.ledger,
      addedRows: moment.addedRows,
      unitCount: moment.unitCount,
      source: this.#source.state?.() ?? this.#options.earlierSource,
      openUnits: moment.open,
    });
    const writes = [
      head,
      ...moment.newIds.map(({ number, ids }) => idsWrite(goalId, number, ids)),
      ...moment.chunks.map(({ unit, chunk, states }) => chunkWrite(goalId, unit, chunk, states)),
      ...moment.newlyDone.flatMap(({ chunks, ...unit }) => doneWrites(goalId, unit, chunks)),
      ...kept.writes,
    ];
    return { writes, decided: moment.decided, durable: kept.durable };
  }
}
