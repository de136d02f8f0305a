import type { ProfileUpdate } from '../mapping/profileUpdate';
import type { HeldRow, TakenRow } from './laneRows';
import type { FollowUp, Prepared, Verdict } from './sinkTarget';

/** Where the rest of a row goes on from here. */
export interface AfterFirst {
  /** Time in which the target applies what it has taken (R11). */
  readonly settleMs: number;
  /** No more of the row is sent. */
  leaveUnsent(row: TakenRow): void;
  pack(row: TakenRow, update: ProfileUpdate): void;
  /** Something was packed while nothing else happened. */
  packedLater(): void;
}

/** What follows this row in a request of its own, now that the first has its verdict. */
export function followUpOf(
  { prepared }: { prepared?: Prepared<unknown> },
  { outcome }: Verdict,
): FollowUp | undefined {
  return outcome === 'accepted' ? prepared?.followUp : undefined;
}

/** The rest of rows that go in two requests, from the verdict on the first until it is packed. */
export class LaneFollowUps {
  readonly #lane: AfterFirst;
  readonly #settling = new Map<TakenRow, NodeJS.Timeout>();

  constructor(lane: AfterFirst) {
    this.#lane = lane;
  }

  follow(row: HeldRow<unknown>, first: Verdict, { update, inOrder }: FollowUp, stopping: boolean): void {
    const { prepared: _prepared, claims: _claims, ...taken } = row;
    const second = { ...taken, second: { first, changes: update.changes } };
    if (stopping) this.#lane.leaveUnsent(second);
    else if (!inOrder) this.#lane.pack(second, update);
    else {
      const timer = setTimeout(() => {
        this.#settling.delete(second);
        this.#lane.pack(second, update);
        this.#lane.packedLater();
      }, this.#lane.settleMs);
      this.#settling.set(second, timer);
    }
  }

  drop(): void {
    const waiting = [...this.#settling];
    this.#settling.clear();
    for (const [row, timer] of waiting) {
      clearTimeout(timer);
      this.#lane.leaveUnsent(row);
    }
  }
}
