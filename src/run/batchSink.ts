import type { ProfileUpdate } from '../mapping/profileUpdate';
import { checkProfileUpdate, isProfileUpdate, looksLikeUpdate } from '../mapping/profileUpdateSchema';
import type { GoalRun } from './goalRun';
import type { LaneSettings } from './laneSettings';
import { payloadRows } from './payloadRows';
import type { MakeOwnRun, RunRegistry } from './registry';
import type { GoalIdentity } from './runSummary';
import { SeenBatches } from './seenBatches';
import { finishOne, type MessageInFlight, type SinkEvents } from './sinkEvents';
import { SinkLane } from './sinkLane';
import type { SinkTarget } from './sinkTarget';

/**
 * The half of a sink that is the same for every target: claims rows from the run registry, keeps one lane per run, and
 * reports outcomes. The target packs and sends.
 */
export class BatchSink<Item> {
  readonly #identity: GoalIdentity;
  readonly #registry: RunRegistry;
  readonly #target: SinkTarget<Item>;
  readonly #events: SinkEvents;
  readonly #ownRun: MakeOwnRun;
  readonly #laneSettings: LaneSettings;
  readonly #lanes = new Map<GoalRun, SinkLane<Item>>();

  constructor(options: {
    identity: GoalIdentity;
    registry: RunRegistry;
    target: SinkTarget<Item>;
    events: SinkEvents;
    ownRun?: MakeOwnRun;
    lanes?: LaneSettings;
  }) {
    this.#identity = options.identity;
    this.#registry = options.registry;
    this.#target = options.target;
    this.#events = options.events;
    this.#ownRun = options.ownRun ?? (() => ({}));
    this.#laneSettings = options.lanes ?? {};
  }

  /** A run whose rows will come here has begun. Without this a run without rows would end unheard. */
  join(run: GoalRun): void {
    this.#lane(run);
  }

  /** Takes in what a message brought: an array of updates, or one. `done` is called when all are decided. */
  accept(payload: unknown, done: () => void): void {
    const updates = payloadRows(payload);
    const message: MessageInFlight = { left: updates.length + 1, done };
    const seen = new SeenBatches();
    const touched = new Set<SinkLane<Item>>();
    for (const update of updates) this.#take(update, message, seen, touched);
    if (Array.isArray(payload)) seen.accountForMissing();
    for (const lane of touched) lane.sendWhatIsFull();
    finishOne(message);
  }

  /** Stops every run of this sink and waits until each has its ledger. */
  async close(): Promise<void> {
    const lanes = [...this.#lanes.values()];
    for (const lane of lanes) lane.run.stop();
    await Promise.all(lanes.map((lane) => lane.finished));
  }

  #take(update: unknown, message: MessageInFlight, seen: SeenBatches, touched: Set<SinkLane<Item>>): void {
    // A record that never passed a mapper has its identity under the name that records have.
    const { ref, _ref } = Object(update) as { ref?: unknown; _ref?: unknown };
    const claim = this.#registry.claim(this.#identity, ref ?? _ref, this.#ownRun);
    if (!claim) {
      finishOne(message);
      return;
    }
    const lane = this.#lane(claim.run);
    touched.add(lane);
    if (claim.unit > 0) seen.add(claim);
    if (!isProfileUpdate(update) && lane.takeHeld(claim, update, message)) return;
    const fault = whatIsWrongWith(update);
    if (fault) lane.reject(claim, update, fault, message);
    else lane.take(claim, update as ProfileUpdate, message);
  }

  #lane(run: GoalRun): SinkLane<Item> {
    let lane = this.#lanes.get(run);
    if (!lane) {
      lane = new SinkLane(run, this.#target, this.#events, this.#laneSettings);
      this.#lanes.set(run, lane);
      run.listen({ finished: () => this.#lanes.delete(run) });
    }
    return lane;
  }
}

/** Cheap for what our mapper made; hand-written updates get the whole check and an answer that names the field. */
function whatIsWrongWith(update: unknown): string | undefined {
  if (looksLikeUpdate(update)) return undefined;
  const checked = checkProfileUpdate(update);
  return checked.ok ? undefined : checked.reason;
}
