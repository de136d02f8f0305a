import type { ProfileRecord, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { BatchSink } from '../../src/run/batchSink';
import type { GoalRun, GoalRunOptions } from '../../src/run/goalRun';
import type { LaneSettings } from '../../src/run/laneSettings';
import { type LedgerSnapshot, type Outcome, outcomes } from '../../src/run/ledger';
import type { RunNotice } from '../../src/run/notices';
import { pump } from '../../src/run/pump';
import { parseRef } from '../../src/run/ref';
import { type MakeOwnRun, RunRegistry } from '../../src/run/registry';
import type { GoalIdentity, RunSummary } from '../../src/run/runSummary';
import type { RejectedUpdate, SettledRow, SinkEvents } from '../../src/run/sinkEvents';
import type { SinkTarget } from '../../src/run/sinkTarget';
import type { Source, SourceContext, SourceRow, SourceUnit } from '../../src/run/source';
import type { StateStore } from '../../src/store/store';

export const goal: GoalIdentity = { id: 'source', name: 'goal', direction: 'import' };
export const sinkIdentity: GoalIdentity = { id: 'sink', name: 'sink', direction: 'other' };

/** A source of given units; each unit is a list of slices of rows. */
export function sourceOf(units: Record<string, SourceRow[][]>): Source {
  return {
    meaning: 'total',
    async *units(_context: SourceContext): AsyncGenerator<SourceUnit> {
      for (const [name, slices] of Object.entries(units)) {
        yield {
          name,
          async *rows() {
            yield* slices;
          },
        };
      }
    },
    remember: () => [],
  };
}

/** Rows `1` to `rows`, each a record that knows its number, in slices of `slice`. */
export function records(rows: number, slice = 100): SourceRow[][] {
  const slices: SourceRow[][] = [];
  for (let from = 1; from <= rows; from += slice) {
    const lines = Array.from({ length: Math.min(slice, rows - from + 1) }, (_, at) => from + at);
    slices.push(lines.map((line) => ({ line, record: { number: line } })));
  }
  return slices;
}

/** What a mapper makes of a record of `records`. */
export function updateOf(record: { number?: unknown; _ref?: string }): ProfileUpdate {
  return {
    version: 1,
    ...(record._ref !== undefined && { ref: record._ref }),
    match: [[{ field: 'external_id', value: `u-${record.number}` }]],
    allowCreate: true,
    changes: [{ field: 'points', strategy: 'set', as: 'one', values: [Number(record.number)] }],
  };
}

/** Everything a sink told its node. */
export interface Told {
  settled: SettledRow[];
  rejected: RejectedUpdate[];
  summaries: RunSummary[];
  errors: string[];
  notes: string[];
  notices: RunNotice[];
}

export interface RunningSink<Item> {
  sink: BatchSink<Item>;
  told: Told;
  /** Resolves with the summary of the run once it is over. */
  ended(run: GoalRun): Promise<RunSummary>;
}

export function sinkOn<Item>(
  registry: RunRegistry,
  target: SinkTarget<Item>,
  options: { ownRun?: MakeOwnRun; lanes?: LaneSettings } = {},
): RunningSink<Item> {
  const told: Told = { settled: [], rejected: [], summaries: [], errors: [], notes: [], notices: [] };
  const events: SinkEvents = {
    wants: { settled: true, rejected: true },
    settled: (rows) => void told.settled.push(...rows),
    rejected: (updates) => void told.rejected.push(...updates),
    finished: (summary, _run, last) => {
      told.settled.push(...last);
      told.summaries.push(summary);
    },
    progress: (_run, note) => void (note !== undefined && told.notes.push(note)),
    noticed: (notice) => void told.notices.push(notice),
    failed: (error) => void told.errors.push(error.code),
  };
  const sink = new BatchSink({
    identity: sinkIdentity,
    registry,
    target,
    events,
    lanes: { quietMs: 200 },
    ...options,
  });
  return {
    sink,
    told,
    ended: (run) => new Promise((resolve) => run.listen({ finished: resolve })),
  };
}

/** Rows in the ledger's columns, of which there must be as many as were read and added. */
export function sumOfOutcomes(ledger: LedgerSnapshot): number {
  return outcomes.reduce((sum, outcome) => sum + ledger[outcome], 0);
}

export interface SentGoalOptions {
  change?: (update: ProfileUpdate) => ProfileUpdate;
  run?: Partial<GoalRunOptions>;
  batchRows?: number;
  lanes?: LaneSettings;
}

export interface SentGoal {
  run: GoalRun;
  told: Told;
  ended: Promise<RunSummary>;
}

/** Runs a whole goal: so many rows, through a mapper, to the target. */
export function sendThrough<Item>(
  target: SinkTarget<Item>,
  rows: number,
  options: SentGoalOptions = {},
): SentGoal {
  const { change = (same) => same } = options;
  const registry = new RunRegistry();
  const { sink, told, ended } = sinkOn(registry, target, { lanes: { quietMs: 20, ...options.lanes } });
  const run = registry.start({
    goal,
    path: { sink: 'sink', single: true, between: [] },
    stopGraceMs: 100,
    ...options.run,
  });
  sink.join(run);
  const over = ended(run);
  void pump(run, sourceOf({ file: records(rows) }), {
    batchRows: options.batchRows ?? 25,
    // As Node-RED does: what is sent arrives in a later turn.
    emit: ({ records: list }) =>
      setImmediate(() =>
        sink.accept(
          list.map((record) => change(updateOf(record))),
          () => undefined,
        ),
      ),
  });
  return { run, told, ended: over };
}

/** What a source needs that is read without a run. */
export function sourceContext(changes: Partial<SourceContext> = {}): SourceContext {
  return {
    signal: new AbortController().signal,
    phase: () => undefined,
    checkpoint: async () => undefined,
    rowsRead: () => 0,
    readsAsOf: () => undefined,
    notice: () => undefined,
    isSettled: () => true,
    ...changes,
  };
}

export interface ReadGoal {
  run: GoalRun;
  /** Everything the source read, in order; the ref is taken off. */
  records: ProfileRecord[];
  ended: Promise<RunSummary>;
}

/** Runs a source to its end; every row is accepted the moment it comes, unless `outcome` says otherwise. */
export function readFrom(
  source: Source,
  options: { outcome?: (record: ProfileRecord) => Outcome | undefined; batchRows?: number } = {},
): ReadGoal {
  const registry = new RunRegistry();
  const run = registry.start({ goal, path: { sink: 'sink', single: true, between: [] } });
  const read: ProfileRecord[] = [];
  const ended = new Promise<RunSummary>((resolve) => run.listen({ finished: resolve }));
  void pump(run, source, {
    batchRows: options.batchRows ?? 100,
    emit: ({ records: list }) => {
      for (const { _ref, ...record } of list) {
        read.push(record);
        const outcome = options.outcome?.(record) ?? 'accepted';
        const { unit, row } = parseRef(_ref)!;
        run.decide(unit, row, outcome, undefined, { repeatable: outcome === 'unknown' });
      }
    },
  });
  return { run, records: read, ended };
}

/** Runs a source and keeps what it remembers of a complete run, as every node does. */
export async function readAndRemember(
  source: Source,
  store: StateStore,
  options: Parameters<typeof readFrom>[1] = {},
): Promise<{ records: ProfileRecord[]; summary: RunSummary }> {
  const { run, records: read, ended } = readFrom(source, options);
  const summary = await ended;
  const again = new Set(run.unitsToRepeat);
  if (summary.complete) await store.commit(source.remember((unit) => again.has(unit), again.size > 0));
  return { records: read, summary };
}
