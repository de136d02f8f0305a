/** What the run knows of one row: nothing, on its way through the flow, held by a sink of ours, or an outcome. */
export const rowState = { unread: 0, away: 1, held: 2, firstOutcome: 3 } as const;

/**
 * The rows of one unit: a byte per row, and where its batches begin. A byte per row keeps ten million rows in ten
 * megabytes, so the states can stay until the run ends and a late row still finds its own.
 */
export class UnitRows {
  /** What the unit is, for people: a file's key, a page number. */
  readonly name: string;
  /** Rows decided for a cause that may pass, or unknown: the unit must be read again. */
  repeatable = 0;
  finished = false;
  #states = new Uint8Array(1024);
  readonly #batchStarts: number[] = [];
  #lastRow = 0;

  constructor(name: string) {
    this.name = name;
  }

  get(row: number): number {
    return this.#states[row] ?? rowState.unread;
  }

  set(row: number, state: number): void {
    if (row >= this.#states.length) this.#grow(row);
    this.#states[row] = state;
    if (row > this.#lastRow) this.#lastRow = row;
  }

  /** Says that the rows from `row` on travel in a batch of their own. Returns the batch's number within the unit. */
  startBatch(row: number): number {
    this.#batchStarts.push(row);
    return this.#batchStarts.length - 1;
  }

  batchOf(row: number): number {
    let low = 0;
    let high = this.#batchStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#batchStarts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** First and last row of a batch, both included. */
  batchRange(batch: number): [first: number, last: number] {
    const next = this.#batchStarts[batch + 1];
    return [this.#batchStarts[batch] ?? 1, next === undefined ? this.#lastRow : next - 1];
  }

  /** Calls `each` for every row in that state. */
  forEachIn(state: number, each: (row: number) => void, first = 0, last = this.#lastRow): void {
    for (let row = this.#states.indexOf(state, first); row >= 0 && row <= last; ) {
      each(row);
      row = this.#states.indexOf(state, row + 1);
    }
  }

  #grow(row: number): void {
    const states = new Uint8Array(Math.max(this.#states.length * 2, row + 1));
    states.set(this.#states);
    this.#states = states;
  }
}
