import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { asSyncError } from '../errors/syncError';
import type { ProfileRecord } from '../mapping/profileUpdate';
import type { StoreWrite } from '../store/store';
import type { Checkpoint } from './checkpoint';
import type { GoalRun } from './goalRun';
import type { RunNotice } from './notices';
import type { EarlierLife, Source, SourceUnit, UnitPlace } from './source';

/** One message's worth of records. */
export interface EmittedBatch {
  records: ProfileRecord[];
  unit: string;
  /** Number of the batch within its unit, from 0. */
  batch: number;
  /** The last batch of the run. Information only. */
  complete: boolean;
}

export interface PumpOptions {
  /** Rows per message. */
  batchRows: number;
  /** Stop after this many records; undefined: all. */
  firstRows?: number;
  /** Without a sink of ours nobody tells us when rows are done, so batches are spaced by this. */
  pauseMs?: number;
  emit: (batch: EmittedBatch) => void;
  /** Looks at records before they are on their way; they wait for it. */
  look?: (records: readonly ProfileRecord[]) => Promise<void>;
  /** The source is in another phase, or further within it. */
  phaseChanged?: () => void;
  /** Makes the run's progress durable. */
  checkpoint?: () => Promise<void>;
  /** The checkpoint that the run goes on from. */
  resume?: Checkpoint;
}

/** Work longer than this lets others have their turn; with the slice that passes it that makes at most some 10 ms. */
const sliceMs = 6;

/**
 * Reads a source to its end and emits its rows in batches, never more than the run's window allows. Rows that could not
 * be read are rejected where they stand, and the rest goes on. Ends the run's source side in every case.
 */
export async function pump(run: GoalRun, source: Source, options: PumpOptions): Promise<void> {
  const emitter = new BatchEmitter(run, options);
  try {
    run.signal.throwIfAborted();
    const context = {
      signal: run.signal,
      phase: (phase: string, detail?: string, place?: UnitPlace) => {
        run.setPhase(phase, detail, place);
        options.phaseChanged?.();
      },
      checkpoint: options.checkpoint ?? (async () => undefined),
      rowsRead: () => run.snapshot().ledger.read,
      readsAsOf: (time: number) => run.readsAsOf(time),
      notice: (notice: RunNotice) => void run.notice(notice),
      isSettled: (unitName: string) => run.isSettled(unitName),
      ...(options.checkpoint && { keep: (writes: readonly StoreWrite[]) => run.keep(writes) }),
      ...(options.resume && { earlier: earlierLife(run, options.resume) }),
    };
    for await (const unit of source.units(context)) {
      await emitter.unit(unit);
      if (emitter.full) break;
    }
    await emitter.end();
    run.setPhase('finishing');
    run.endSource();
  } catch (thrown) {
    if (run.signal.aborted) run.endSource();
    else run.fail(asSyncError(thrown, 'reading the source'));
  }
}

function earlierLife(run: GoalRun, checkpoint: Checkpoint): EarlierLife {
  return {
    state: checkpoint.source,
    isDone: (unitName) => run.isDone(unitName),
    ids: (unitName) => run.earlierIds(unitName),
  };
}

class BatchEmitter {
  readonly #run: GoalRun;
  readonly #options: PumpOptions;
  #emitted = 0;
  #records: ProfileRecord[] = [];
  #rows: number[] = [];
  /** One batch is held back, so that the last one can say that it is the last. */
  #ready: { records: ProfileRecord[]; unit: string; batch: number } | undefined;
  #sliceStart = performance.now();

  constructor(run: GoalRun, options: PumpOptions) {
    this.#run = run;
    this.#options = options;
  }

  get full(): boolean {
    const { firstRows } = this.#options;
    return firstRows !== undefined && this.#emitted + this.#records.length >= firstRows;
  }

  async unit(unit: SourceUnit): Promise<void> {
    const run = this.#run;
    const number = run.openUnit(unit.name, unit.ids, unit.lastingName);
    if (unit.readBefore) run.markReadBefore(number);
    try {
      await this.#rowsOf(unit, number);
      run.endUnit(number);
    } catch (thrown) {
      const damage = unit.damage?.(thrown);
      if (!damage) throw thrown;
      run.failAtEnd(() => damage);
      await this.#finishBatch(number, unit.name);
    }
  }

  async end(): Promise<void> {
    await this.#emitReady(true);
  }

  async #rowsOf(unit: SourceUnit, number: number): Promise<void> {
    const run = this.#run;
    const prefix = `${run.id}/${number}/`;
    for await (const slice of unit.rows(run.signal)) {
      run.signal.throwIfAborted();
      for (const row of slice) {
        if (this.full) break;
        if (run.isDecided(number, row.line)) continue;
        if ('fault' in row) {
          run.read(number, row.line);
          run.decide(number, row.line, 'rejected', row.fault);
          continue;
        }
        row.record._ref = prefix + row.line;
        this.#records.push(row.record);
        this.#rows.push(row.line);
        if (this.#records.length >= this.#options.batchRows) await this.#finishBatch(number, unit.name);
      }
      if (this.full) break;
      if (performance.now() - this.#sliceStart > sliceMs) {
        await nextTurn();
        this.#sliceStart = performance.now();
      }
    }
    await this.#finishBatch(number, unit.name);
  }

  async #finishBatch(unit: number, unitName: string): Promise<void> {
    if (this.#records.length === 0) return;
    const [records, rows] = [this.#records, this.#rows];
    this.#records = [];
    this.#rows = [];
    await this.#emitReady(false);
    await this.#options.look?.(records);
    await this.#run.room(records.length);
    const batch = this.#run.startBatch(unit, rows[0]!);
    for (const row of rows) this.#run.read(unit, row);
    this.#emitted += records.length;
    this.#ready = { records, unit: unitName, batch };
  }

  async #emitReady(complete: boolean): Promise<void> {
    if (!this.#ready) return;
    // Rows of a stopped run are `unsent`: they must not turn up in the flow after that.
    this.#run.signal.throwIfAborted();
    const batch = this.#ready;
    this.#ready = undefined;
    this.#options.emit({ ...batch, complete });
    // Deliveries are queued for the next turn; without this pause a fast source would starve everybody else.
    if (this.#options.pauseMs) await sleep(this.#options.pauseMs, undefined, { signal: this.#run.signal });
    else await nextTurn();
    this.#sliceStart = performance.now();
  }
}
