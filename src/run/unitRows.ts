import { chunkRows } from './checkpoint';
import { outcomes } from './ledger';

/** What the run knows of one row: nothing, on its way through the flow, held by a sink of ours, or an outcome. */
export const rowState = { unread: 0, away: 1, held: 2, firstOutcome: 3 } as const;
/** Read, but given up because the run was stopped: a run that goes on reads it again. */
const unsent = rowState.firstOutcome + outcomes.indexOf('unsent');

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
  /** The same for the same rows in every run, where the source can say so: a file's key and version. */
  lastingName: string | undefined;
  /** An earlier run has read it for good. */
  readBefore = false;
  /** Ids of the rows in order, where the source names them itself. */
  ids: string[] | undefined;
  /** Rows without an outcome that will last: on their way, held, or unsent. */
  #open = 0;
  #dirty = new Set<number>();
  #lastTouched: number | undefined;
  #states = new Uint8Array(1024);
  readonly #batchStarts: number[] = [];
  #lastRow = 0;

  constructor(name: string, ids?: string[]) {
    this.name = name;
    this.ids = ids;
  }

  /** The unit as a checkpoint left it. */
  static restored(name: string, chunks: ReadonlyMap<number, Uint8Array>, ids?: string[]): UnitRows {
    const unit = new UnitRows(name, ids);
    for (const [chunk, states] of chunks) {
      for (const [at, state] of states.entries())
        if (state !== rowState.unread) unit.set(chunk * chunkRows + at, state);
    }
    unit.#forgetChanges();
    return unit;
  }

  /** Every row read so far has an outcome that lasts. */
  get isSettled(): boolean {
    return this.#open === 0;
  }

  get openRows(): number {
    return this.#open;
  }

  get chunkCount(): number {
    return Math.floor(this.#lastRow / chunkRows) + 1;
  }

  /** The chunks that changed since the last call, with only the outcomes that last. */
  takeChanged(): { chunk: number; states: Uint8Array }[] {
    const changed = [...this.#dirty].map((chunk) => {
      const states = this.#states.slice(chunk * chunkRows, (chunk + 1) * chunkRows);
      for (let at = 0; at < states.length; at++) if (isOpen(states[at]!)) states[at] = rowState.unread;
      return { chunk, states };
    });
    this.#forgetChanges();
    return changed;
  }

  get(row: number): number {
    return this.#states[row] ?? rowState.unread;
  }

  set(row: number, state: number): void {
    if (row >= this.#states.length) this.#grow(row);
    if (isOpen(this.#states[row]!)) this.#open--;
    if (isOpen(state)) this.#open++;
    this.#states[row] = state;
    this.#touch(Math.floor(row / chunkRows));
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

  firstIn(state: number): number | undefined {
    const row = this.#states.indexOf(state);
    return row < 0 ? undefined : row;
  }

  /** Calls `each` for every row in that state. */
  forEachIn(state: number, each: (row: number) => void, first = 0, last = this.#lastRow): void {
    // A view ends the search at `last`: a unit can be much longer than the batch that is looked at.
    const states = this.#states.subarray(0, last + 1);
    for (let row = states.indexOf(state, first); row >= 0; row = states.indexOf(state, row + 1)) each(row);
  }

  #forgetChanges(): void {
    this.#dirty.clear();
    this.#lastTouched = undefined;
  }

  /** Rows come in order, so nearly always the chunk is the one before: no need to look it up. */
  #touch(chunk: number): void {
    if (chunk === this.#lastTouched) return;
    this.#dirty.add(chunk);
    this.#lastTouched = chunk;
  }

  #grow(row: number): void {
    const states = new Uint8Array(Math.max(this.#states.length * 2, row + 1));
    states.set(this.#states);
    this.#states = states;
  }
}

function isOpen(state: number): boolean {
  return state === rowState.away || state === rowState.held || state === unsent;
}
