import assert from 'node:assert/strict';
import { UserGate } from '../../src/delta/userGate';
import type { ProfileRecord, ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { GoalRunOptions } from '../../src/run/goalRun';
import type { LaneSettings } from '../../src/run/laneSettings';
import { pump } from '../../src/run/pump';
import { RunRegistry } from '../../src/run/registry';
import type { RunSummary } from '../../src/run/runSummary';
import type { SinkTarget } from '../../src/run/sinkTarget';
import { MemoryStore } from '../../src/store/memoryStore';
import { goal, sinkOn, sourceOf, type Told } from './pieces';

export interface ComparingOptions {
  lanes?: LaneSettings;
  batchRows?: number;
  run?: Partial<GoalRunOptions>;
  /** Hears what the sink tells its node. */
  told?: (told: Told) => void;
}

/** Goals that share a store, one run after the other, each row coming as a flow would bring it. */
export class ComparingGoals {
  readonly store = new MemoryStore();
  readonly #gates = new Map<string, UserGate>();

  gate(workspace: string): UserGate {
    const gate = this.#gates.get(workspace) ?? new UserGate();
    this.#gates.set(workspace, gate);
    return gate;
  }

  /** Sends these rows to the target, and keeps what the run learned. */
  async run<Item>(
    target: SinkTarget<Item>,
    rows: readonly (ProfileUpdate | ProfileRecord)[],
    options: ComparingOptions = {},
  ): Promise<RunSummary> {
    const registry = new RunRegistry();
    const lanes = { quietMs: 20, settleMs: 0, ...options.lanes };
    const { sink, ended, told } = sinkOn(registry, target, { lanes });
    const secret = Buffer.alloc(32, 7);
    const one = registry.start({
      goal,
      path: { sink: 'sink', single: true, between: [] },
      detection: { place: async () => ({ store: this.store, secret }), gate: (name) => this.gate(name) },
      settle: async (run) => flush(run),
      ...options.run,
    });
    const flush = async (run = one) => {
      const kept = run.takeKept();
      await this.store.commit(kept.writes);
      kept.durable();
    };
    // As a checkpointer does.
    const timer = setInterval(() => void flush(), 5);
    sink.join(one);
    const over = ended(one);
    const records = rows.map((row, at) => ({ line: at + 1, record: { row } }));
    void pump(one, sourceOf({ file: [records] }), {
      batchRows: options.batchRows ?? 10,
      emit: ({ records: list }) =>
        setImmediate(() =>
          sink.accept(
            list.map(({ row, _ref }) => ({ ...(row as object), ref: _ref })),
            () => undefined,
          ),
        ),
    });
    const summary = await over;
    clearInterval(timer);
    options.told?.(told);
    assert.ok(summary.ledger.balanced);
    return summary;
  }
}
