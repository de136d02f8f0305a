import { asSyncError, type SyncError } from '../errors/syncError';
import type { RunRequest } from './connectionCommand';
import type { ConnectionCheckpoint, ConnectionState, ReportRetention } from './connectionState';
import type { ConnectionBoard, GoalOrder } from './connections';
import type { GoalRun } from './goalRun';
import { GoalTurn } from './goalTurn';
import { newRunId } from './registry';
import { type ConnectionGoal, type GoalOutcome, makeReport, type RunReport } from './report';
import type { GoalToken } from './runSummary';

export interface ConnectionSettings {
  id: string;
  name: string;
  /** In the order of their outputs: the first is started by output 2. */
  goals: readonly ConnectionGoal[];
  /** What becomes of the goals after one that failed. */
  onFailure: 'continue' | 'stop';
  /** A trigger during a run: one waits, or none does. */
  overlap: 'queue' | 'skip';
  /** A run that an end of Node-RED cut off: goes on by itself, or with the next trigger. */
  afterRestart: 'resume' | 'wait';
  keep: ReportRetention;
}

export interface ConnectionRunnerOptions<Trigger> {
  settings: ConnectionSettings;
  board: Pick<ConnectionBoard, 'expect'>;
  /** Lends the stored state for one piece of work. */
  withState<T>(work: (state: ConnectionState) => Promise<T>): Promise<T>;
  /** Sends the message that starts a goal. `trigger` is what began the run; unknown after a restart. */
  order(output: number, order: GoalOrder, trigger: Trigger | undefined): void;
  /** Something that `snapshot()` tells has changed. */
  changed(): void;
  finished(report: RunReport): void;
  /** An error that no other node tells of. */
  trouble(error: SyncError, trigger: Trigger | undefined): void;
  timing?: Partial<ConnectionTiming>;
}

/** All in milliseconds. */
export interface ConnectionTiming {
  /** How long a source may take to begin. */
  startMs: number;
  /** How long to wait, after a restart, for a source that goes on by itself. */
  resumeMs: number;
  /** An interrupted run older than this is given up (R8). */
  resumableMs: number;
}

const defaultTiming: ConnectionTiming = {
  startMs: 30_000,
  resumeMs: 10_000,
  resumableMs: 24 * 3_600_000,
};

export interface ConnectionSnapshot {
  on: boolean;
  state: 'idle' | 'running' | 'stopping' | 'interrupted';
  /** A trigger waits for the end of the run. */
  waiting: boolean;
  /** The goal whose turn it is; numbers from 1, of those that this run has. */
  goal?: { name: string; number: number; of: number };
}

/** What became of a request to run. `ended` resolves when that run is over, or this runner is closed. */
export type RunDecision =
  | { kind: 'started' | 'resumed' | 'queued'; ended: Promise<void> }
  | { kind: 'skipped' | 'off' | 'noGoal' };

/** One run of the connection, on its way. */
interface Execution<Trigger> {
  readonly run: string;
  readonly startedAt: string;
  readonly dryRun: boolean;
  readonly fullRead: boolean;
  readonly interruptions: number;
  readonly plan: readonly ConnectionGoal[];
  readonly trigger: Trigger | undefined;
  readonly done: GoalOutcome[];
  readonly turns: GoalTurn[];
  /** Somebody stopped it. */
  stopping: boolean;
  /** A goal failed, and the others are not to run after it. */
  halted: boolean;
  ended: () => void;
}

interface Waiting<Trigger> {
  request: RunRequest;
  trigger: Trigger;
  ended: () => void;
}

/**
 * Runs the goals of a connection: one run at a time, goals in order, each when the one before it has settled. It
 * survives the end of its process: before each goal it writes down where it is.
 */
export class ConnectionRunner<Trigger> {
  readonly #options: ConnectionRunnerOptions<Trigger>;
  readonly #settings: ConnectionSettings;
  readonly #timing: ConnectionTiming;
  #loading: Promise<void> | undefined;
  #on = true;
  #current: Execution<Trigger> | undefined;
  #waiting: Waiting<Trigger> | undefined;
  #interrupted: ConnectionCheckpoint | undefined;
  #closed = false;
  #switching: Promise<void> = Promise.resolve();

  constructor(options: ConnectionRunnerOptions<Trigger>) {
    this.#options = options;
    this.#settings = options.settings;
    this.#timing = { ...defaultTiming, ...options.timing };
  }

  /** Reads the stored state; an interrupted run goes on if it may. Throws a SyncError where the store cannot be read. */
  start(): Promise<void> {
    this.#loading ??= this.#load().catch((thrown) => {
      // The next call tries again.
      this.#loading = undefined;
      throw asSyncError(thrown, 'reading the state of the connection');
    });
    return this.#loading;
  }

  snapshot(): ConnectionSnapshot {
    const current = this.#current;
    const number = current && Math.min(current.done.length + 1, current.plan.length);
    const goal = number === undefined ? undefined : current?.plan[number - 1];
    return {
      on: this.#on,
      state: current
        ? current.stopping
          ? 'stopping'
          : 'running'
        : this.#interrupted
          ? 'interrupted'
          : 'idle',
      waiting: this.#waiting !== undefined,
      ...(current && goal && { goal: { name: goal.name, number: number!, of: current.plan.length } }),
    };
  }

  /** The open run of the goal whose turn it is. */
  get goalRun(): GoalRun | undefined {
    return this.#current?.turns.at(-1)?.run;
  }

  async request(request: RunRequest, trigger: Trigger): Promise<RunDecision> {
    await this.start();
    await this.#switching;
    if (this.#closed || !this.#on) return { kind: 'off' };
    if (this.#planOf(request).length === 0) return { kind: 'noGoal' };
    if (this.#interrupted && !this.#current) {
      const ended = this.#takeUp(this.#interrupted, trigger);
      if (isPlain(request)) return { kind: 'resumed', ended };
    }
    if (!this.#current) return { kind: 'started', ended: this.#begin(request, trigger) };
    if (this.#settings.overlap === 'skip' || this.#waiting) return { kind: 'skipped' };
    const ended = new Promise<void>((resolve) => {
      this.#waiting = { request, trigger, ended: resolve };
    });
    this.#options.changed();
    return { kind: 'queued', ended };
  }

  /** Ends the run that is going on and drops the trigger that waits; an interrupted run is given up. */
  async stop(): Promise<void> {
    await this.start();
    this.#dropWaiting();
    const current = this.#current;
    if (current) {
      current.stopping = true;
      current.turns.at(-1)?.stop();
    } else if (this.#interrupted) {
      await this.#giveUp(this.#interrupted);
    }
    this.#options.changed();
  }

  /**
   * Off: no trigger does anything. A run that is going on is finished; a waiting trigger is dropped. Switches happen in
   * the order of the calls, and a request that comes after one waits for it.
   */
  setOn(on: boolean): Promise<void> {
    const switched = this.#switching.then(() => this.#switch(on));
    this.#switching = switched.catch(() => undefined);
    return switched;
  }

  async #switch(on: boolean): Promise<void> {
    await this.start();
    await this.#options.withState((state) => state.setOn(on));
    this.#on = on;
    if (!on) this.#dropWaiting();
    else if (!this.#current && this.#settings.afterRestart === 'resume' && this.#interrupted) {
      void this.#takeUp(this.#interrupted, undefined);
    }
    this.#options.changed();
  }

  /**
   * Lets go. With `removed` the run is stopped and reported; else its goal goes on and another runner takes it up from
   * the checkpoint.
   */
  async close(removed: boolean): Promise<void> {
    this.#closed = true;
    this.#dropWaiting();
    const current = this.#current;
    if (!current) return;
    const ended = new Promise<void>((resolve) => {
      const before = current.ended;
      current.ended = () => {
        before();
        resolve();
      };
    });
    if (removed) {
      current.stopping = true;
      current.turns.at(-1)?.stop();
    } else {
      for (const turn of current.turns) turn.leave();
      current.ended();
    }
    await ended;
  }

  async #load(): Promise<void> {
    const [on, checkpoint] = await this.#options.withState(async (state) => [
      await state.isOn(),
      await state.checkpoint(),
    ]);
    this.#on = on;
    this.#options.changed();
    if (!checkpoint) return;
    const age = Date.now() - Date.parse(checkpoint.startedAt);
    if (age > this.#timing.resumableMs) {
      await this.#giveUp(checkpoint);
    } else {
      this.#interrupted = checkpoint;
      if (on && this.#settings.afterRestart === 'resume') void this.#takeUp(checkpoint, undefined);
    }
    this.#options.changed();
  }

  #begin(request: RunRequest, trigger: Trigger): Promise<void> {
    return this.#execute({
      run: newRunId(),
      startedAt: new Date().toISOString(),
      dryRun: request.dryRun,
      fullRead: request.fullRead,
      interruptions: 0,
      plan: this.#planOf(request),
      trigger,
      done: [],
    });
  }

  /** Goes on with an interrupted run; goals that the connection no longer has are left out. */
  #takeUp(checkpoint: ConnectionCheckpoint, trigger: Trigger | undefined): Promise<void> {
    this.#interrupted = undefined;
    const execution = {
      ...this.#restored(checkpoint),
      interruptions: checkpoint.interruptions + 1,
      trigger,
    };
    return this.#execute(execution, checkpoint.current);
  }

  #restored(checkpoint: ConnectionCheckpoint) {
    const { run, startedAt, dryRun, fullRead, interruptions, done } = checkpoint;
    const goals = new Map(this.#settings.goals.map((goal) => [goal.id, goal]));
    for (const { goal } of done) goals.set(goal.id, goal);
    const plan = checkpoint.plan.flatMap((id) => goals.get(id) ?? []);
    return { run, startedAt, dryRun, fullRead, interruptions, plan, done: [...done], trigger: undefined };
  }

  #execute(
    begun: Omit<Execution<Trigger>, 'turns' | 'stopping' | 'halted' | 'ended'>,
    interruptedGoal?: string,
  ): Promise<void> {
    return new Promise<void>((ended) => {
      const execution: Execution<Trigger> = {
        ...begun,
        turns: [],
        stopping: false,
        halted: begun.done.some((outcome) => this.#halts(outcome)),
        ended,
      };
      this.#current = execution;
      this.#options.changed();
      this.#runGoals(execution, interruptedGoal).catch((thrown) => {
        this.#options.trouble(asSyncError(thrown, 'running the connection'), execution.trigger);
        this.#over(execution);
      });
    });
  }

  async #runGoals(execution: Execution<Trigger>, interruptedGoal?: string): Promise<void> {
    for (const goal of execution.plan.slice(execution.done.length)) {
      if (execution.stopping || execution.halted) break;
      const outcome = await this.#runGoal(execution, goal, goal.id === interruptedGoal);
      if (!outcome || this.#isLeft(execution)) return;
      execution.done.push(outcome);
      execution.halted = this.#halts(outcome);
      this.#options.changed();
    }
    await this.#end(execution);
  }

  /** Undefined: this runner was closed, and the run is another's now. */
  async #runGoal(
    execution: Execution<Trigger>,
    goal: ConnectionGoal,
    interrupted: boolean,
  ): Promise<GoalOutcome | undefined> {
    const token: GoalToken = { connection: this.#settings.id, connectionRun: execution.run, goal: goal.id };
    const output = this.#outputOf(goal);
    try {
      const ended = interrupted ? await this.#options.withState((state) => state.endedRun(token)) : undefined;
      if (ended) return { goal, output, result: ended.result, summary: ended };
      await this.#options.withState((state) => state.setCheckpoint(checkpointOf(execution, goal)));
    } catch (thrown) {
      const error = asSyncError(thrown, 'writing down where the connection is');
      this.#options.trouble(error, execution.trigger);
      return {
        goal,
        output,
        result: 'failed',
        error: { code: error.code, message: error.message, advice: error.advice },
      };
    }
    if (this.#isLeft(execution)) return undefined;
    if (execution.stopping) return { goal, output, result: 'notRun' };
    const turn = new GoalTurn({
      board: this.#options.board,
      token,
      goal,
      output,
      order: () => {
        const order = { token, dryRun: execution.dryRun, fullRead: execution.fullRead };
        this.#options.order(output, order, execution.trigger);
      },
      startMs: this.#timing.startMs,
      resumeMs: this.#timing.resumeMs,
      interrupted,
      notStarted: (error) => this.#options.trouble(error, execution.trigger),
    });
    execution.turns.push(turn);
    return turn.outcome;
  }

  async #end(execution: Execution<Trigger>): Promise<void> {
    for (const turn of execution.turns) turn.leave();
    await this.#report(execution, false);
    this.#over(execution);
  }

  /** Makes room for the trigger that waits. */
  #over(execution: Execution<Trigger>): void {
    if (this.#current !== execution) return;
    this.#current = undefined;
    this.#options.changed();
    execution.ended();
    const next = this.#waiting;
    this.#waiting = undefined;
    if (!next) return;
    void this.#begin(next.request, next.trigger).then(next.ended);
  }

  async #giveUp(checkpoint: ConnectionCheckpoint): Promise<void> {
    this.#interrupted = undefined;
    await this.#report({ ...this.#restored(checkpoint), stopping: false }, true);
  }

  async #report(
    execution: Omit<Execution<Trigger>, 'turns' | 'halted' | 'ended'>,
    abandoned: boolean,
  ): Promise<void> {
    const report = makeReport({
      connection: { id: this.#settings.id, name: this.#settings.name },
      run: execution.run,
      startedAt: execution.startedAt,
      endedAt: new Date().toISOString(),
      dryRun: execution.dryRun,
      fullRead: execution.fullRead,
      interruptions: execution.interruptions,
      stopped: execution.stopping,
      abandoned,
      goals: execution.plan.map(
        (goal, at) => execution.done[at] ?? { goal, output: this.#outputOf(goal), result: 'notRun' },
      ),
    });
    try {
      await this.#options.withState((state) => state.settle(report, this.#settings.keep));
    } catch (thrown) {
      this.#options.trouble(asSyncError(thrown, 'storing the run report'), execution.trigger);
    }
    this.#options.finished(report);
  }

  #planOf({ goal: name }: RunRequest): ConnectionGoal[] {
    const { goals } = this.#settings;
    if (name === undefined) return goals.filter(({ active }) => active);
    const same = goals.filter((goal) => goal.name === name);
    if (same.length > 0) return same;
    return goals.filter((goal) => goal.name.toLowerCase() === name.toLowerCase());
  }

  #outputOf(goal: ConnectionGoal): number {
    return this.#settings.goals.findIndex(({ id }) => id === goal.id) + 2;
  }

  /** Closed in mid-run: from here on the run is another runner's. */
  #isLeft(execution: Execution<Trigger>): boolean {
    return this.#closed && !execution.stopping;
  }

  #halts({ result }: GoalOutcome): boolean {
    return result === 'failed' && this.#settings.onFailure === 'stop';
  }

  #dropWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.ended();
  }
}

function isPlain({ goal, dryRun, fullRead }: RunRequest): boolean {
  return goal === undefined && !dryRun && !fullRead;
}

function checkpointOf(
  { run, startedAt, dryRun, fullRead, interruptions, plan, done }: Execution<unknown>,
  current: ConnectionGoal,
): ConnectionCheckpoint {
  const ids = plan.map(({ id }) => id);
  return { run, startedAt, dryRun, fullRead, interruptions, plan: ids, done, current: current.id };
}
