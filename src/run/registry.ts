import { randomBytes } from 'node:crypto';
import { GoalRun, type GoalRunOptions } from './goalRun';
import type { Outcome } from './ledger';
import { parseRef } from './ref';
import type { GoalIdentity, RunSnapshot } from './runSummary';

/** A row as the run engine knows it, resolved from a ref once. */
export interface Claim {
  run: GoalRun;
  unit: number;
  row: number;
}

/** What a sink gives a run of its own, where no source is there to give it. */
export type MakeOwnRun = () => Pick<GoalRunOptions, 'settle' | 'detection'>;

/** A sink's own run, for rows that belong to no open run, ends after this long without another (design: messages). */
const ownRunQuietMs = 10_000;
/** Rows of a stopped run may still travel through the flow for a while; they are counted `unsent` already. */
const stoppedRunMemoryMs = 120_000;

/** All runs that are open now in this Node-RED. Source, mapper and sinks find each other's run here, by ref. */
export class RunRegistry {
  readonly #live = new Map<string, GoalRun>();
  readonly #ownRuns = new Map<string, { run: GoalRun; lastRow: number }>();
  readonly #stopped = new Map<string, number>();
  readonly #ownRunQuietMs: number;
  readonly #stoppedRunMemoryMs: number;
  #ended = 0;

  constructor(options: { ownRunQuietMs?: number; stoppedRunMemoryMs?: number } = {}) {
    this.#ownRunQuietMs = options.ownRunQuietMs ?? ownRunQuietMs;
    this.#stoppedRunMemoryMs = options.stoppedRunMemoryMs ?? stoppedRunMemoryMs;
  }

  start(options: Omit<GoalRunOptions, 'id'>): GoalRun {
    const run = new GoalRun({ ...options, id: options.resume?.run ?? newRunId() });
    this.#live.set(run.id, run);
    // A run that goes on after a stop: its rows are wanted again.
    this.#stopped.delete(run.id);
    run.listen({
      stopping: () => this.#rememberStopped(run.id),
      finished: () => {
        this.#live.delete(run.id);
        this.#ended++;
      },
    });
    return run;
  }

  /** How many runs have ended since the process began: a short one may never be seen open. */
  get ended(): number {
    return this.#ended;
  }

  /** The open run of a goal, if there is one: a second trigger meanwhile is an overlap. */
  openRunOf(goalId: string): GoalRun | undefined {
    for (const run of this.#live.values()) if (run.goal.id === goalId) return run;
    return undefined;
  }

  find(runId: string): GoalRun | undefined {
    return this.#live.get(runId);
  }

  open(): GoalRun[] {
    return [...this.#live.values()];
  }

  live(): RunSnapshot[] {
    return this.open().map((run) => run.snapshot());
  }

  runsOfSink(sinkId: string): GoalRun[] {
    return [...this.#live.values()].filter((run) => run.path.sink === sinkId && !run.stopping && !run.closed);
  }

  /**
   * A sink claims an update that reached it. The row keeps its identity if it comes for the first time; else it is
   * added to the sink's one open run, or to a run of the sink's own. Undefined: the row belongs to a run that was
   * stopped, where it is already counted `unsent`, and must not be sent.
   */
  claim(sink: GoalIdentity, ref: unknown, ownRun: MakeOwnRun): Claim | undefined {
    const known = parseRef(ref);
    if (known) {
      const run = this.#live.get(known.run);
      if (run?.stopping || this.#wasStopped(known.run)) return undefined;
      if (run?.path.sink === sink.id && run.arrive(known.unit, known.row) === 'taken') {
        return { run, unit: known.unit, row: known.row };
      }
    }
    const open = this.runsOfSink(sink.id);
    const run = open.length === 1 ? open[0]! : this.#ownRun(sink, ownRun);
    const own = this.#ownRuns.get(sink.id);
    if (own?.run === run) own.lastRow = Date.now();
    return { run, unit: 0, row: run.add() };
  }

  /** A mapper (or any node of ours between source and sink) decides a row. False: the ref is not of an open run. */
  decide(ref: unknown, outcome: Outcome, reason?: string): boolean {
    const known = parseRef(ref);
    const run = known && this.#live.get(known.run);
    if (!known || !run) return false;
    run.moved();
    return run.isAway(known.unit, known.row) && run.decide(known.unit, known.row, outcome, reason);
  }

  #ownRun(sink: GoalIdentity, ownRun: MakeOwnRun): GoalRun {
    const open = this.#ownRuns.get(sink.id);
    if (open && !open.run.ended) return open.run;
    const run = this.start({
      goal: sink,
      path: { sink: sink.id, single: false, between: [] },
      partial: true,
      ...ownRun(),
    });
    const own = { run, lastRow: Date.now() };
    this.#ownRuns.set(sink.id, own);
    const timer = setInterval(() => {
      if (Date.now() - own.lastRow >= this.#ownRunQuietMs) run.endSource();
    }, this.#ownRunQuietMs / 10);
    timer.unref();
    run.listen({
      sourceEnded: () => clearInterval(timer),
      stopping: () => clearInterval(timer),
      finished: () => {
        if (this.#ownRuns.get(sink.id) === own) this.#ownRuns.delete(sink.id);
      },
    });
    return run;
  }

  #rememberStopped(runId: string): void {
    for (const id of this.#stopped.keys()) if (!this.#wasStopped(id)) this.#stopped.delete(id);
    this.#stopped.set(runId, Date.now());
  }

  #wasStopped(runId: string): boolean {
    const since = this.#stopped.get(runId);
    return since !== undefined && Date.now() - since <= this.#stoppedRunMemoryMs;
  }
}

/** Sorts by time of start, and is unlikely enough to meet another for rows to be told apart for ever. */
export function newRunId(): string {
  return `${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
}
