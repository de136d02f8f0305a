import { setImmediate as nextTurn } from 'node:timers/promises';

/** The event loop belongs to others too: no stretch of evaluating may hold it longer. */
const sliceMs = 5;
/** Between two looks at the clock; this many steps take about a tenth of a millisecond. */
const stepsBetweenLooks = 64;
/** What one expression may take for one record. An endless one would otherwise grow until the process dies. */
export const mostSteps = 20_000;

/** Counts the steps of expressions, lets others have the event loop in between, and ends an evaluation that does not end. */
export class EvaluationPace {
  #steps = 0;
  /** When the event loop was last let go here; after an idle while it is let go once more than it need be. */
  #sliceBegan = 0;

  beginExpression(): void {
    this.#steps = 0;
  }

  /** @throws Error after `mostSteps` of one expression. */
  readonly step = (): Promise<void> | undefined => {
    if (++this.#steps > mostSteps) throw new Error('too many steps');
    return this.#steps % stepsBetweenLooks === 0 ? this.yieldIfDue() : undefined;
  };

  yieldIfDue(): Promise<void> | undefined {
    return performance.now() - this.#sliceBegan > sliceMs ? this.#yield() : undefined;
  }

  async #yield(): Promise<void> {
    await nextTurn();
    this.#sliceBegan = performance.now();
  }
}
