import type { RunRequest } from '../../src/run/connectionCommand';
import {
  ConnectionRunner,
  type ConnectionSettings,
  type ConnectionTiming,
  type RunDecision,
} from '../../src/run/connectionRunner';
import { ConnectionState } from '../../src/run/connectionState';
import { ConnectionBoard, type GoalOrder } from '../../src/run/connections';
import type { GoalRun } from '../../src/run/goalRun';
import { RunRegistry } from '../../src/run/registry';
import type { ConnectionGoal, RunReport } from '../../src/run/report';
import { MemoryStore } from '../../src/store/memoryStore';
import { goal as sourceGoal } from './pieces';

export const importGoal: ConnectionGoal = { id: 'i', name: 'Import', direction: 'import', active: true };
export const exportGoal: ConnectionGoal = { id: 'e', name: 'Export', direction: 'export', active: true };
export const plain: RunRequest = { dryRun: false, fullRead: false };

/** An order as a source got it, and what a source can do with it. */
export interface Ordered {
  output: number;
  order: GoalOrder;
  trigger: string | undefined;
}

export interface TriedConnection {
  runner: ConnectionRunner<string>;
  board: ConnectionBoard;
  state: ConnectionState;
  ordered: Ordered[];
  reports: RunReport[];
  troubles: string[];
  /** Begins a run for an order, as a source does. */
  begin(order: GoalOrder): GoalRun;
  /** Asks for a run and waits for its report. */
  run(request?: RunRequest): Promise<RunReport>;
  /** Another life of the same connection: what the store and the sources know stays. */
  again(settings?: Partial<ConnectionSettings>): TriedConnection;
}

export interface TriedOptions {
  settings?: Partial<ConnectionSettings>;
  timing?: Partial<ConnectionTiming>;
  /** What sources do with an order; default: a run that ends well at once. */
  source?: (order: GoalOrder, connection: TriedConnection) => void;
}

/** A connection on a store in memory; sources are what the test says. */
export function connection(options: TriedOptions = {}, kept = newKept()): TriedConnection {
  const settings: ConnectionSettings = {
    id: 'c',
    name: 'Customers',
    goals: [importGoal, exportGoal],
    onFailure: 'continue',
    overlap: 'queue',
    afterRestart: 'resume',
    keep: { runs: 200, days: 400 },
    ...options.settings,
  };
  const source = options.source ?? ((order, { begin }) => void begin(order).endSource());
  const ordered: Ordered[] = [];
  const reports: RunReport[] = [];
  const troubles: string[] = [];
  const runner = new ConnectionRunner<string>({
    settings,
    board: kept.board,
    withState: (work) => work(kept.state),
    order: (output, order, trigger) => {
      ordered.push({ output, order, trigger });
      // As Node-RED does: what is sent arrives in a later turn.
      setImmediate(() => source(order, tried));
    },
    changed: () => undefined,
    finished: (report) => void reports.push(report),
    trouble: (error) => void troubles.push(error.code),
    timing: { startMs: 2_000, resumeMs: 50, ...options.timing },
  });
  const tried: TriedConnection = {
    runner,
    board: kept.board,
    state: kept.state,
    ordered,
    reports,
    troubles,
    begin: (order) => {
      const run = kept.registry.start({
        goal: sourceGoal,
        connection: order.token,
        path: { sink: 'sink', single: true, between: [] },
      });
      kept.board.goalStarted(order.token, run);
      return run;
    },
    run: async (request = plain) => {
      await (await started(runner.request(request, 'trigger'))).ended;
      return reports.at(-1)!;
    },
    again: (changes = {}) => connection({ ...options, settings: { ...settings, ...changes } }, kept),
  };
  return tried;
}

/** @throws Error where the request led to no run. */
export async function started(
  decision: Promise<RunDecision>,
): Promise<Extract<RunDecision, { ended: Promise<void> }>> {
  const made = await decision;
  if (!('ended' in made)) throw new Error(`The request was answered "${made.kind}".`);
  return made;
}

interface Kept {
  board: ConnectionBoard;
  registry: RunRegistry;
  state: ConnectionState;
}

function newKept(): Kept {
  return {
    board: new ConnectionBoard(),
    registry: new RunRegistry(),
    state: new ConnectionState(new MemoryStore(), 'c'),
  };
}
