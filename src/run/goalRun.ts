import { setMaxListeners } from 'node:events';
import type { DetectionOptions } from '../delta/changeDetection';
import type { Sums, SumsOptions } from '../delta/sums';
import { SyncError } from '../errors/syncError';
import type { AskedFields } from '../mapping/compileMapping';
import type { StoreWrite } from '../store/store';
import type { Checkpoint, DoneUnit } from './checkpoint';
import { type Acceptance, Ledger, type LedgerState, type Outcome, outcomes } from './ledger';
import type { RunNotice } from './notices';
import type { Price } from './price';
import { rowsLost, whyFailed } from './runErrors';
import type { GoalIdentity, GoalToken, RunListener, RunResult, RunSnapshot, RunSummary } from './runSummary';
import { sampledUnits } from './sampledUnits';
import type { UnitPlace } from './source';
import { rowState, UnitRows } from './unitRows';

/** How rows get from the source to the sink, as the wires say. */
export interface FlowPath {
  /** Node id of the sink of ours; undefined where the flow has none (rows are then handed over). */
  sink: string | undefined;
  /** One way only, and nothing on it that takes arrays apart: a row missing from an array was left out on purpose. */
  single: boolean;
  /** Names of the nodes between that are not ours, for error messages. */
  between: string[];
}

export interface GoalRunOptions {
  id: string;
  goal: GoalIdentity;
  /** Set where a connection asked for the run. */
  connection?: GoalToken;
  path: FlowPath;
  /** Undecided rows at most; a sink may raise it. Rule R3. */
  window?: number;
  /** How long rows may be away without any of them arriving. */
  idleMs?: number;
  /** What silence means: an error, or that the rows were left out on purpose. Rule R6. */
  onSilence?: 'fail' | 'filter';
  asked?: AskedFields;
  /** The source was told to read less than everything: such a run never moves a watermark. */
  partial?: boolean;
  /** Everything is prepared and priced, nothing is sent: rows that would have been sent end `unsent`. */
  dryRun?: boolean;
  /** How long rows in flight may still be answered once the run is stopped. */
  stopGraceMs?: number;
  /** How sums of this run's rows are kept from being added twice; absent for runs without a source. */
  sums?: (target: string, firstTotal: SumsOptions['firstTotal']) => Sums;
  /** What sinks need to send only what has changed. */
  detection?: DetectionMeans;
  /** A checkpoint of this run from an earlier life: the run goes on where that one was. */
  resume?: Checkpoint;
  /** Called once, with every row decided, before the listeners learn of the end. */
  settle?: (run: GoalRun) => Promise<void>;
}

/** Where fingerprints of a run's rows are kept, and who else is busy with the same profiles. */
export type DetectionMeans = Pick<DetectionOptions, 'place' | 'gate'>;

/** One moment of a run, as a checkpoint keeps it. Only what changed since the last moment, but for the ledger. */
export interface RunMoment {
  ledger: LedgerState;
  addedRows: number;
  unitCount: number;
  open: DoneUnit[];
  newlyDone: (DoneUnit & { chunks: number })[];
  newIds: { number: number; ids: string[] }[];
  chunks: { unit: number; chunk: number; states: Uint8Array }[];
  /** Rows that got an outcome since the last moment. */
  decided: number;
}

const defaultIdleMs = 60_000;
/** Decided rows that are not durable yet, at most (R3). */
const unsettledLimit = 20_000;
/** Units to be read again that a summary names. */
const namedUnits = 20;
/** Shorter than the time that Node-RED gives a node to close. */
const defaultStopGraceMs = 8_000;
const absent = rowState.firstOutcome + outcomes.length;
const absentReason = 'left out by a node between source and sink';
/** Why rows in flight have no known outcome when a stopped run ends. */
export const noAnswerReason = 'no answer before the run had to stop';

/**
 * One execution of a goal: who is where, what became of it, and when it is over. Knows no outside system and no
 * Node-RED; source, mapper and sink meet here, and nowhere else.
 */
export class GoalRun {
  readonly id: string;
  readonly goal: GoalIdentity;
  readonly path: FlowPath;
  readonly connection: GoalToken | undefined;
  readonly dryRun: boolean;
  readonly asked: AskedFields | undefined;
  /** Told by whoever settles the run, for the summary. */
  watermark: RunSummary['watermark'];
  /** What rows would cost that are not sent, where somebody adds that up. */
  price: (() => Price) | undefined;
  readonly startedAt: Date;
  readonly ledger: Ledger;
  readonly #units: UnitRows[] = [new UnitRows('added rows')];
  /** Units of an earlier life by name: number of an open one, or undefined for one that is done. */
  readonly #earlier = new Map<string, number | undefined>();
  /** Units by name whose end no checkpoint has yet. */
  readonly #openUnits = new Map<string, number>();
  /** Units whose ids a checkpoint already has. */
  readonly #capturedIds = new Set<number>();
  #kept: StoreWrite[] = [];
  #whenKept: (() => void)[] = [];
  #group: { rows: number; due: () => void } | undefined;
  #sinceCapture = 0;
  #unsettled = 0;
  readonly #listeners = new Set<RunListener>();
  readonly #abort = new AbortController();
  readonly #options: GoalRunOptions;
  readonly #idleTimer: NodeJS.Timeout;
  #window: number;
  #undecided = 0;
  #away = 0;
  #arrived = 0;
  #addedRows = 0;
  #roomWaiters: (() => void)[] = [];
  #lastMove = Date.now();
  #sourceEnded = false;
  #stopping = false;
  #paused = false;
  #finishing = false;
  #error: SyncError | undefined;
  #endsWith: (() => SyncError) | undefined;
  #keptIfComplete: StoreWrite[] = [];
  #reportedBy: string | undefined;
  #readAsOf: number;
  #phase = 'starting';
  #detail = '';
  #place: UnitPlace | undefined;
  readonly #notices = new Map<RunNotice['code'], RunNotice>();

  constructor(options: GoalRunOptions) {
    this.id = options.id;
    this.goal = options.goal;
    this.path = options.path;
    this.connection = options.connection;
    this.dryRun = options.dryRun ?? false;
    this.asked = options.asked;
    this.#options = options;
    const { resume } = options;
    this.startedAt = resume ? new Date(resume.startedAt) : new Date();
    this.#readAsOf = this.startedAt.getTime();
    this.ledger = resume ? Ledger.restored(resume.ledger) : new Ledger();
    if (resume) this.#restore(resume);
    this.#window = options.window ?? 10_000;
    // Every request that waits listens; Node would take more than ten for a leak.
    setMaxListeners(0, this.#abort.signal);
    this.#idleTimer = setInterval(
      () => this.#checkIdle(),
      Math.min(1000, (options.idleMs ?? defaultIdleMs) / 4),
    );
    this.#idleTimer.unref();
  }

  /** As of when what is read is true, in epoch milliseconds: whatever was written to its system later is newer. */
  get readAsOf(): number {
    return this.#readAsOf;
  }

  /** The source reads what is older than the run. */
  readsAsOf(time: number): void {
    this.#readAsOf = Math.min(this.#readAsOf, time);
  }

  /** Aborted when the run is to end early: stop reading, stop waiting. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  get undecided(): number {
    return this.#undecided;
  }

  /** Rows that are in the flow and have not reached a sink of ours. */
  get away(): number {
    return this.#away;
  }

  get ended(): boolean {
    return this.#sourceEnded;
  }

  /** The account is closed: nothing can join any more, though the listeners may not know yet. */
  get closed(): boolean {
    return this.#finishing;
  }

  get windowIsFull(): boolean {
    return this.#undecided >= this.#window || this.#roomWaiters.length > 0;
  }

  /** The error that ended the run, where one did. */
  get error(): SyncError | undefined {
    return this.#error;
  }

  /** The node that has already told of the run's error, where one has: an error is reported once. */
  get errorReportedBy(): string | undefined {
    return this.#reportedBy;
  }

  reportedBy(nodeId: string): void {
    this.#reportedBy = nodeId;
  }

  /** Keeps it for the summary, in place of an earlier one of its kind. True: it is the first of its kind. */
  notice(notice: RunNotice): boolean {
    const isFirst = !this.#notices.has(notice.code);
    this.#notices.set(notice.code, notice);
    return isFirst;
  }

  listen(listener: RunListener): void {
    this.#listeners.add(listener);
  }

  /** A sink that works wide needs more rows on the way; the window never shrinks. */
  raiseWindow(rows: number): void {
    if (rows <= this.#window) return;
    this.#window = rows;
    this.#openRoom();
  }

  setPhase(phase: string, detail = '', place?: UnitPlace): void {
    this.#phase = phase;
    this.#detail = detail;
    this.#place = place;
  }

  // --- the source's side ---------------------------------------------------------------------------------------

  /** A unit that was open in an earlier life goes on under its number; `ids` are then those known so far and more. */
  openUnit(name: string, ids?: string[], lastingName?: string): number {
    const earlier = this.#earlier.get(name);
    const number = earlier ?? this.#units.length;
    if (earlier === undefined) this.#units.push(new UnitRows(name));
    const unit = this.#units[number]!;
    // Only a checkpoint needs the ids; they weigh more than anything else that is kept of a row.
    unit.ids = this.#group && ids;
    unit.lastingName = lastingName;
    this.#openUnits.set(name, number);
    return number;
  }

  markReadBefore(unit: number): void {
    this.#units[unit]!.readBefore = true;
  }

  wasReadBefore(unit: number): boolean {
    return this.#units[unit]?.readBefore ?? false;
  }

  /** The unit was read to its end, and every row of it has an outcome that a checkpoint holds. */
  isSettled(unitName: string): boolean {
    return !this.#openUnits.has(unitName);
  }

  /** The unit was read to its end in an earlier life, and every row of it is decided for good. */
  isDone(unitName: string): boolean {
    return this.#earlier.has(unitName) && this.#earlier.get(unitName) === undefined;
  }

  /** Ids of the rows that an earlier life knew of an open unit. */
  earlierIds(unitName: string): readonly string[] | undefined {
    const number = this.#earlier.get(unitName);
    return number === undefined ? undefined : this.#units[number]?.ids;
  }

  /** The row has its outcome from an earlier life and must not be sent again. */
  isDecided(unit: number, row: number): boolean {
    return this.#units[unit]!.get(row) !== rowState.unread;
  }

  /** Waits until `rows` more may be on the way. Rejects with the signal's reason when the run is stopped. */
  async room(rows: number): Promise<void> {
    while (
      (this.#undecided > 0 && this.#undecided + rows > this.#window) ||
      (this.#group && this.#unsettled > unsettledLimit)
    ) {
      this.signal.throwIfAborted();
      const opened = new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
      this.#tell('windowFull');
      await opened;
    }
    this.signal.throwIfAborted();
  }

  startBatch(unit: number, firstRow: number): number {
    this.#lastMove = Date.now();
    return this.#units[unit]!.startBatch(firstRow);
  }

  /** Counts a row as read and on its way. */
  read(unit: number, row: number): void {
    this.ledger.rowRead();
    this.#units[unit]!.set(row, rowState.away);
    this.#undecided++;
    this.#away++;
  }

  endUnit(unit: number): void {
    this.#units[unit]!.finished = true;
  }

  endSource(): void {
    if (this.#sourceEnded) return;
    this.#sourceEnded = true;
    this.#lastMove = Date.now();
    this.#tell('sourceEnded');
    this.#finishIfDone();
  }

  // --- the sink's side -----------------------------------------------------------------------------------------

  /**
   * A row has reached a sink of ours. `taken`: it is this row, and the sink now holds it. `again`: this row was
   * already held or decided, so it must be added as a row of its own.
   */
  arrive(unit: number, row: number): 'taken' | 'again' {
    const rows = this.#units[unit];
    if (!rows || this.#finishing) return 'again';
    const state = rows.get(row);
    if (state === rowState.away) {
      rows.set(row, rowState.held);
      this.#away--;
      this.#arrived++;
      return 'taken';
    }
    if (state === absent) {
      rows.set(row, rowState.held);
      // Its unit may have counted as settled already.
      this.#openUnits.set(rows.name, unit);
      this.ledger.takeBack('filtered', absentReason, this.id, unit, row);
      this.#undecided++;
      return 'taken';
    }
    return 'again';
  }

  /** Something of this run reached a node of ours: the idle clock starts anew. */
  moved(): void {
    this.#lastMove = Date.now();
  }

  /** Takes in a row that no source read: hand-written, repaired, copied. Returns its row number in unit 0. */
  add(): number {
    const row = ++this.#addedRows;
    this.ledger.rowAdded();
    this.#units[0]!.set(row, rowState.held);
    this.#undecided++;
    return row;
  }

  batchOf(unit: number, row: number): number {
    return this.#units[unit]!.batchOf(row);
  }

  /** Rows of a batch that did not come with their array over the only path: left out on purpose (R6). */
  missingFrom(unit: number, batch: number): void {
    if (!this.path.single) return;
    const rows = this.#units[unit]!;
    const [first, last] = rows.batchRange(batch);
    rows.forEachIn(rowState.away, (row) => this.#decideAbsent(unit, row), first, last);
    this.#afterDecision();
  }

  // --- everybody's side ----------------------------------------------------------------------------------------

  /** True while nothing is known of the row's outcome and no sink of ours has it. */
  isAway(unit: number, row: number): boolean {
    return this.#units[unit]?.get(row) === rowState.away;
  }

  /**
   * Gives a row its outcome; a row that already has one keeps it. `repeatable` marks a failure whose cause may pass
   * (or an unknown outcome that may be sent again): its unit is read again by the next run.
   */
  decide(
    unit: number,
    row: number,
    outcome: Outcome,
    reason?: string,
    options?: { how?: Acceptance; repeatable?: boolean; unconfirmed?: boolean },
  ): boolean {
    const rows = this.#units[unit];
    const state = rows?.get(row);
    if (!rows || state === undefined || (state !== rowState.away && state !== rowState.held)) return false;
    if (state === rowState.away) this.#away--;
    rows.set(row, rowState.firstOutcome + outcomes.indexOf(outcome));
    this.#undecided--;
    if (reason === undefined) this.ledger.count(outcome);
    else this.ledger.countWithReason(outcome, reason, this.id, unit, row);
    if (options?.how) this.ledger.accepted(options.how);
    if (options?.unconfirmed) this.ledger.acceptedUnconfirmed();
    if (options?.repeatable) rows.repeatable++;
    this.#countTowardsGroup();
    this.#afterDecision();
    return true;
  }

  /** State that belongs to the rows decided now: it becomes durable with them, or not at all. */
  keep(writes: readonly StoreWrite[], durable?: () => void): void {
    for (const write of writes) this.#kept.push(write);
    if (durable) this.#whenKept.push(durable);
  }

  /** As `keep`, for what holds only if the run turns out to be complete. */
  keepIfComplete(writes: readonly StoreWrite[]): void {
    this.#keptIfComplete.push(...writes);
  }

  /** What was kept and is not durable yet; whoever takes it writes it, and says so with `durable`. */
  takeKept(): { writes: StoreWrite[]; durable: () => void } {
    const [writes, told] = [this.#kept, this.#whenKept];
    this.#kept = [];
    this.#whenKept = [];
    return {
      writes,
      durable: () => {
        for (const tell of told) tell();
      },
    };
  }

  sumsFor(target: string, firstTotal: SumsOptions['firstTotal']): Sums | undefined {
    return this.#options.sums?.(target, firstTotal);
  }

  get detection(): DetectionMeans | undefined {
    return this.#options.detection;
  }

  /** Rows of this unit may have been sent by an earlier life that did not live to know their outcome (R7). */
  wasCutOff(unit: number): boolean {
    const rows = this.#units[unit];
    return rows !== undefined && this.#earlier.get(rows.name) === unit;
  }

  /** Names a unit for what must be known of its rows in later runs too; by default it is this run's own. */
  lastingName(unit: number): string {
    return this.#units[unit]?.lastingName ?? `${this.id}/${unit}`;
  }

  // --- the checkpointer's side ---------------------------------------------------------------------------------

  /** Calls `due` whenever another `rows` rows have been decided. */
  onGroup(rows: number, due: () => void): void {
    this.#group = { rows, due };
  }

  /** What was decided now should be durable soon, though the group is not full. */
  settleSoon(): void {
    this.#group?.due();
  }

  /** That many rows of an earlier moment are durable now. */
  settled(rows: number): void {
    this.#unsettled -= rows;
    this.#openRoom();
  }

  /** What a checkpoint must write to catch up with the run. Taking it counts as writing it. */
  capture(): RunMoment {
    const units = [...this.#openUnits.values()].map((number) => ({ rows: this.#units[number]!, number }));
    const open = units.filter(({ rows }) => !(rows.finished && rows.isSettled));
    const done = units.filter(({ rows }) => rows.finished && rows.isSettled);
    const unknownIds = open.filter(({ rows, number }) => rows.ids && !this.#capturedIds.has(number));
    const moment: RunMoment = {
      ledger: this.ledger.state({
        read: open.reduce((sum, { rows }) => sum + rows.openRows, 0),
        added: this.#units[0]!.openRows,
      }),
      addedRows: this.#addedRows,
      unitCount: this.#units.length,
      open: open.map(({ rows, number }) => ({ number, name: rows.name, repeatable: rows.repeatable })),
      newlyDone: done.map(({ rows, number }) => ({
        number,
        name: rows.name,
        repeatable: rows.repeatable,
        chunks: rows.chunkCount,
      })),
      newIds: unknownIds.map(({ rows, number }) => ({ number, ids: rows.ids! })),
      chunks: open.flatMap(({ rows, number }) =>
        rows.takeChanged().map((changed) => ({ unit: number, ...changed })),
      ),
      decided: this.#sinceCapture,
    };
    for (const { rows } of done) {
      this.#openUnits.delete(rows.name);
      rows.ids = undefined;
    }
    for (const { number } of unknownIds) this.#capturedIds.add(number);
    this.#sinceCapture = 0;
    return moment;
  }

  /** Ends the run early: in-flight requests may still be answered, everything else is `unsent`. */
  stop(error?: SyncError): void {
    if (this.#stopping || this.#finishing) return;
    this.#stopping = true;
    this.#error = error ?? this.#endsWith?.();
    this.#sourceEnded = true;
    this.#abort.abort(
      error ??
        new SyncError({
          code: 'RUN_STOPPED',
          message: 'The run was stopped.',
          advice: 'Trigger it again: it goes on.',
        }),
    );
    for (const [unit, rows] of this.#units.entries()) {
      rows.forEachIn(rowState.away, (row) => this.decide(unit, row, 'unsent'));
    }
    this.#tell('stopping');
    this.#openRoom();
    if (this.#undecided > 0) {
      setTimeout(() => this.#giveUpOnHeld(), this.#options.stopGraceMs ?? defaultStopGraceMs).unref();
    }
    this.#finishIfDone();
  }

  fail(error: SyncError): void {
    this.stop(error);
  }

  /** The run has failed, but goes on to its end; the error is made then. The first one holds. */
  failAtEnd(error: () => SyncError): void {
    this.#endsWith ??= error;
  }

  /** A person ends the run early: it waits for a trigger to go on, even over a restart. */
  pause(): void {
    this.#paused = true;
    this.stop();
  }

  /** A person has ended it; else a stop is a restart or a deploy, after which the run goes on by itself. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Units that must be read again, because a row of theirs failed for a passing cause. */
  get unitsToRepeat(): string[] {
    return this.#units.filter((unit) => unit.repeatable > 0).map((unit) => unit.name);
  }

  get allUnitsFinished(): boolean {
    return this.#units.slice(1).every((unit) => unit.finished);
  }

  get result(): RunResult {
    if (this.#error) return 'failed';
    return this.#stopping ? 'stopped' : 'succeeded';
  }

  /** Read to the end, every row reached a sink of ours, nothing left out by a setting. */
  get complete(): boolean {
    return (
      this.result === 'succeeded' &&
      this.path.sink !== undefined &&
      !this.#options.partial &&
      !this.dryRun &&
      this.allUnitsFinished &&
      this.ledger.of('handedOver') === 0
    );
  }

  snapshot(): RunSnapshot {
    return {
      run: this.id,
      goal: this.goal,
      startedAt: this.startedAt.toISOString(),
      phase: this.#stopping ? 'stopping' : this.#phase,
      detail: this.#detail,
      ...(this.#place && { place: this.#place }),
      ledger: this.ledger.snapshot(this.#undecided),
    };
  }

  summary(): RunSummary {
    const repeat = this.unitsToRepeat;
    const ledger = this.ledger.snapshot(this.#undecided);
    return {
      run: this.id,
      goal: this.goal,
      ...(this.connection && { connection: this.connection }),
      ...(this.dryRun && { dryRun: true as const }),
      startedAt: this.startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      result: this.result,
      complete: this.complete,
      ...(this.#error && {
        error: { code: this.#error.code, message: this.#error.message, advice: this.#error.advice },
      }),
      ...(this.watermark && { watermark: this.watermark }),
      ...(this.#notices.size > 0 && { notices: [...this.#notices.values()] }),
      ...(this.price && { price: this.price() }),
      ...(repeat.length > 0 && { repeat: repeat.slice(0, namedUnits) }),
      units: sampledUnits(ledger.samples, (unit) => this.#units[unit]?.name),
      ledger,
    };
  }

  #restore(checkpoint: Checkpoint): void {
    this.#addedRows = checkpoint.addedRows;
    while (this.#units.length < checkpoint.unitCount)
      this.#units.push(new UnitRows('a unit of an earlier life'));
    for (const { number, name, repeatable, chunks, ids } of checkpoint.open) {
      const unit = UnitRows.restored(name, chunks, ids && [...ids]);
      unit.repeatable = repeatable;
      this.#units[number] = unit;
      this.#earlier.set(name, number);
      this.#openUnits.set(name, number);
    }
    for (const { number, name, repeatable } of checkpoint.done) {
      const unit = new UnitRows(name);
      unit.repeatable = repeatable;
      unit.finished = true;
      this.#units[number] = unit;
      this.#earlier.set(name, undefined);
    }
  }

  #countTowardsGroup(): void {
    if (!this.#group) return;
    this.#unsettled++;
    if (++this.#sinceCapture % this.#group.rows === 0) this.#group.due();
  }

  #decideAbsent(unit: number, row: number): void {
    this.#units[unit]!.set(row, absent);
    this.#away--;
    this.#undecided--;
    this.ledger.countWithReason('filtered', absentReason, this.id, unit, row);
    this.#countTowardsGroup();
  }

  #afterDecision(): void {
    if (this.#roomWaiters.length > 0) this.#openRoom();
    if (this.#undecided === 0) this.#finishIfDone();
  }

  #openRoom(): void {
    const waiting = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const open of waiting) open();
  }

  /** Rule R6: silence must end in something, but never while a sink of ours is at work. */
  #checkIdle(): void {
    if (this.#undecided > this.#away) this.#lastMove = Date.now();
    if (this.#away === 0) return;
    const blocked = this.#sourceEnded || this.#roomWaiters.length > 0;
    if (!blocked || Date.now() - this.#lastMove < (this.#options.idleMs ?? defaultIdleMs)) return;
    if (this.#options.onSilence === 'filter' || (this.path.single && this.#arrived > 0)) {
      for (const [unit, rows] of this.#units.entries()) {
        rows.forEachIn(rowState.away, (row) => this.#decideAbsent(unit, row));
      }
      this.#afterDecision();
      return;
    }
    this.fail(this.#silence());
  }

  #silence(): SyncError {
    const first = { unit: 'a unit', row: 0, batch: 0 };
    for (const unit of this.#units) {
      const row = unit.firstIn(rowState.away);
      if (row === undefined) continue;
      Object.assign(first, { unit: unit.name, row, batch: unit.batchOf(row) });
      break;
    }
    const idleMs = this.#options.idleMs ?? defaultIdleMs;
    return rowsLost({ rows: this.#away, idleMs, first, between: this.path.between });
  }

  #giveUpOnHeld(): void {
    this.#tell('givingUp');
    for (const [unit, rows] of this.#units.entries()) {
      rows.forEachIn(rowState.held, (row) => this.decide(unit, row, 'unknown', noAnswerReason));
    }
  }

  #finishIfDone(): void {
    if (!this.#sourceEnded || this.#undecided > 0 || this.#finishing) return;
    this.#finishing = true;
    clearInterval(this.#idleTimer);
    if (!this.#stopping) this.#error ??= this.#endsWith?.() ?? whyFailed(this.ledger);
    void this.#settleAndTell();
  }

  async #settleAndTell(): Promise<void> {
    if (this.complete) this.keep(this.#keptIfComplete);
    try {
      await this.#options.settle?.(this);
    } catch (thrown) {
      this.#error ??= thrown instanceof SyncError ? thrown : undefined;
      this.#error ??= new SyncError({
        code: 'STORE_WRITE_FAILED',
        message: 'The run ended, but its result could not be stored.',
        advice: 'Check the disk of the Node-RED user directory; the next run repeats this one.',
      });
    }
    const summary = this.summary();
    for (const listener of this.#listeners) listener.finished?.(summary);
    this.#listeners.clear();
  }

  #tell(what: 'sourceEnded' | 'windowFull' | 'stopping' | 'givingUp'): void {
    for (const listener of this.#listeners) listener[what]?.();
  }
}
