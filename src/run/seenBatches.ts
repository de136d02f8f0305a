import type { GoalRun } from './goalRun';
import type { Claim } from './registry';

/** The batches that the rows of one message came from: nearly always one, but a join or a sort can mix many. */
export class SeenBatches {
  readonly #batches = new Map<GoalRun, Map<number, Set<number>>>();
  #last: { run: GoalRun; unit: number; batch: number } | undefined;

  /** Called for every row; most are of the same batch as the row before. */
  add({ run, unit, row }: Claim): void {
    const batch = run.batchOf(unit, row);
    const last = this.#last;
    if (last?.batch === batch && last.unit === unit && last.run === run) return;
    this.#last = { run, unit, batch };
    const units = this.#batches.get(run) ?? new Map<number, Set<number>>();
    const seen = units.get(unit) ?? new Set();
    this.#batches.set(run, units.set(unit, seen.add(batch)));
  }

  /** Rule R6: what is missing from an array that came the only way was left out on purpose. */
  accountForMissing(): void {
    for (const [run, units] of this.#batches) {
      run.moved();
      for (const [unit, batches] of units) for (const batch of batches) run.missingFrom(unit, batch);
    }
  }
}
