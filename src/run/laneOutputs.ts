import type { GoalRun } from './goalRun';
import type { Outcome } from './ledger';
import type { Claim } from './registry';
import { type RejectedUpdate, type SettledRow, type SinkEvents, settledRow } from './sinkEvents';

/** Outcomes gathered for one message. */
const rowsPerMessage = 500;

/** Gathers the outcomes of one run's rows into messages, for the outputs that somebody listens to. */
export class LaneOutputs {
  readonly #run: GoalRun;
  readonly #events: SinkEvents;
  #settled: SettledRow[] = [];
  #rejected: RejectedUpdate[] = [];

  constructor(run: GoalRun, events: SinkEvents) {
    this.#run = run;
    this.#events = events;
  }

  add(claim: Claim, update: unknown, outcome: Outcome, reason: string | undefined): void {
    const { wants } = this.#events;
    if (wants.settled) this.#settled.push(settledRow(claim, outcome, reason));
    if (wants.rejected && outcome === 'rejected') this.#rejected.push(rejectedUpdate(update, claim, reason));
    if (this.#settled.length >= rowsPerMessage || this.#rejected.length >= rowsPerMessage) this.#flush();
  }

  /** Sends what is left of the rejected updates, and hands over the settled rows: they go with the last message. */
  takeLast(): SettledRow[] {
    const last = this.#settled;
    this.#settled = [];
    this.#flush();
    return last;
  }

  #flush(): void {
    const [settled, rejected] = [this.#settled, this.#rejected];
    this.#settled = [];
    this.#rejected = [];
    if (settled.length > 0) this.#events.settled(settled, this.#run);
    if (rejected.length > 0) this.#events.rejected(rejected, this.#run);
  }
}

function rejectedUpdate(update: unknown, claim: Claim, reason: string | undefined): RejectedUpdate {
  const { ref, ...rest } = Object(update) as Record<string, unknown>;
  return {
    ...rest,
    rejected: { reason: reason ?? 'rejected', ref: settledRow(claim, 'rejected', undefined).ref },
  };
}
