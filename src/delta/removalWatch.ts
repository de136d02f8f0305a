import { SyncError } from '../errors/syncError';

/** Fewer rows than this say nothing about the rest. */
const judgedRows = 10_000;

/**
 * Watches how many of the known users lose a value in a run: a source that lost a column, or a mapping that names the
 * wrong one, looks to a sink like a wish to empty the attribute of everybody.
 */
export class RemovalWatch {
  readonly #share: number | undefined;
  #rows = 0;
  #known = 0;
  #losing = 0;

  /** @param share of the known users that may lose a value, from 0 to 1; undefined: all. */
  constructor(share: number | undefined) {
    this.#share = share;
  }

  /** One row was compared. `known`: something is remembered of its user. `removes`: a value of that is to go. */
  compared(known: boolean, removes: boolean): void {
    this.#rows++;
    if (known) this.#known++;
    if (known && removes) this.#losing++;
  }

  /** The error with the figures, once there are rows enough and more users lose a value than may. */
  get fault(): SyncError | undefined {
    if (this.#share === undefined || this.#rows < judgedRows) return undefined;
    if (this.#losing <= this.#share * this.#known) return undefined;
    return new SyncError({
      code: 'REMOVALS_CEILING_REACHED',
      message:
        `Of ${count(this.#known)} known users among the first ${count(this.#rows)} records, ${count(this.#losing)} ` +
        `(${percent(this.#losing / this.#known)}) would lose a value; more than ${percent(this.#share)} may not.`,
      advice:
        'Look whether the source still delivers every field and the mapping names the right ones. If the removals are ' +
        'meant, raise "Removals" in the users.track node.',
    });
  }
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function percent(share: number): string {
  return `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: 2 })} %`;
}
