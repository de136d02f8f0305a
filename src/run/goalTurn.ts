import { SyncError } from '../errors/syncError';
import type { ConnectionBoard, GoalListener } from './connections';
import type { GoalRun } from './goalRun';
import type { ConnectionGoal, GoalOutcome } from './report';
import type { GoalToken, RunSummary } from './runSummary';

export interface GoalTurnOptions {
  board: Pick<ConnectionBoard, 'expect'>;
  token: GoalToken;
  goal: ConnectionGoal;
  /** The node's output that starts the goal, from 2. */
  output: number;
  /** Sends the goal's message. */
  order: () => void;
  /** How long a source may take to begin, in milliseconds. */
  startMs: number;
  /** How long to wait for a source that goes on by itself before the goal is ordered, in milliseconds. */
  resumeMs: number;
  /** An earlier life of the connection has ordered the goal already. */
  interrupted: boolean;
  /** Told of a goal that nothing started: no source can tell of it. */
  notStarted: (error: SyncError) => void;
}

/** A goal's turn in a run of its connection: from the order to the moment its run has settled. */
export class GoalTurn {
  /** Never rejects; never resolves once the turn was left. */
  readonly outcome: Promise<GoalOutcome>;
  readonly #options: GoalTurnOptions;
  #stopListening: () => void = () => {};
  #resolve!: (outcome: GoalOutcome) => void;
  #timer: NodeJS.Timeout | undefined;
  #run: GoalRun | undefined;
  #stopping = false;
  #over = false;

  constructor(options: GoalTurnOptions) {
    this.#options = options;
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#listen();
    if (this.#run || this.#over) return;
    if (options.interrupted) this.#waitForReturn();
    else this.#order();
  }

  /** The goal's run, from its start to its end. */
  get run(): GoalRun | undefined {
    return this.#over ? undefined : this.#run;
  }

  /** Ends the goal's run; one that begins only after this is ended at once. */
  stop(): void {
    this.#stopping = true;
    if (this.#run) this.#run.pause();
    else this.#end({ result: 'stopped' });
  }

  /** Stops caring: the goal's run goes on, and another may listen to it. */
  leave(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
  }

  #listen(): void {
    const { board, token } = this.#options;
    const listener: GoalListener = {
      started: (run) => this.#started(run),
      finished: (summary) => this.#finished(summary),
      refused: (error) => this.#end({ result: 'failed', error: plainError(error) }),
    };
    this.#stopListening = board.expect(token, listener);
  }

  #waitForReturn(): void {
    this.#timer = setTimeout(() => this.#order(), this.#options.resumeMs);
  }

  #order(): void {
    this.#timer = setTimeout(() => this.#giveUp(), this.#options.startMs);
    this.#options.order();
  }

  #started(run: GoalRun): void {
    clearTimeout(this.#timer);
    this.#run = run;
    // One goal at a time: a source that begins when its turn is over must not run beside the next goal.
    if (this.#stopping || this.#over) run.pause();
  }

  #finished(summary: RunSummary): void {
    if (summary.result !== 'stopped' || this.#run?.paused || this.#over) {
      this.#end({ result: summary.result, summary });
      return;
    }
    // Nobody wanted that: a node of the goal was deployed anew, and its source will go on, or can be told to.
    this.#run = undefined;
    this.#waitForReturn();
    this.#listen();
  }

  #giveUp(): void {
    const { goal, output, startMs } = this.#options;
    const error = new SyncError({
      code: 'CONNECTION_GOAL_NOT_STARTED',
      message: `Output ${output} (goal "${goal.name}") started no source within ${Math.round(startMs / 1000)} s.`,
      advice:
        'Wire that output to a source of this package, and let nodes between pass every message on with its msg.sync.',
    });
    this.#end({ result: 'failed', error: plainError(error) });
    this.#options.notStarted(error);
  }

  #end(how: { result: GoalOutcome['result']; summary?: RunSummary; error?: GoalOutcome['error'] }): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    const { goal, output } = this.#options;
    this.#resolve({ goal, output, ...how } as GoalOutcome);
  }
}

function plainError({ code, message, advice }: SyncError): NonNullable<GoalOutcome['error']> {
  return { code, message, advice };
}
