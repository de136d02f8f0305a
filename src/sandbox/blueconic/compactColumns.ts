import type { FilterType } from './propertyTypes';
import { applyRule, type RuleStrategy } from './rules';

const none: readonly string[] = [];
/** Value lists that a column remembers in full; past that, a list is known by its hash alone. */
const dictionaryLimit = 4096;

/** What was written to one property of all profiles. A cell nobody wrote to is *untouched*. */
export interface CompactColumn {
  touched(index: number): boolean;
  /** The written values; a list known by its hash alone reads as one text `#xxxxxxxx`. */
  read(index: number): readonly string[];
  /**
   * Applies a rule; `original` is what an untouched cell stands for. True: changed; false: not; a text: why the
   * rule cannot be applied.
   */
  apply(
    index: number,
    strategy: RuleStrategy,
    incoming: readonly string[],
    original: readonly string[],
  ): boolean | string;
  /** Makes a cell untouched again. */
  forget(index: number): void;
  /** Number of touched cells, and a checksum over them that does not depend on the order of writing. */
  checksum(): ColumnChecksum;
}

export interface ColumnChecksum {
  written: number;
  checksum: number;
}

/** 32-bit hash of a value list; order counts. Never 0. */
export function valueListHash(values: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const value of values) {
    for (let at = 0; at < value.length; at++) hash = Math.imul(hash ^ value.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ (0x10000 + value.length), 0x01000193);
  }
  return hash >>> 0 || 1;
}

const emptyHash = valueListHash(none);

/**
 * The checksum a column has after these values were written: the sum over all profiles of a mix of index and
 * value hash, modulo 2^32. For a numeric property give `numeric`, since numbers are kept as numbers ("1.50" = "1.5").
 */
export function expectedChecksum(
  cells: Iterable<{ index: number; values: readonly string[] }>,
  numeric = false,
): ColumnChecksum {
  let [written, checksum] = [0, 0];
  for (const { index, values } of cells) {
    written++;
    const canonical = numeric ? values.map((value) => String(Number(value))) : values;
    checksum = (checksum + mixed(index, valueListHash(canonical))) >>> 0;
  }
  return { written, checksum };
}

function mixed(index: number, hash: number): number {
  const folded = Math.imul(hash ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
  return (folded ^ (folded >>> 13)) >>> 0;
}

/** A column of texts and dates: four bytes a profile. */
export class HashColumn implements CompactColumn {
  readonly #cells: Uint32Array;
  readonly #type: FilterType;
  readonly #dictionary = new Map<number, readonly string[]>([[emptyHash, none]]);

  constructor(size: number, type: FilterType) {
    this.#cells = new Uint32Array(size);
    this.#type = type;
  }

  touched(index: number): boolean {
    return this.#cells[index] !== 0;
  }

  read(index: number): readonly string[] {
    const hash = this.#cells[index]!;
    return this.#dictionary.get(hash) ?? [`#${hash.toString(16).padStart(8, '0')}`];
  }

  apply(
    index: number,
    strategy: RuleStrategy,
    incoming: readonly string[],
    original: readonly string[],
  ): boolean | string {
    const touched = this.#cells[index] !== 0;
    const before = touched ? this.#cells[index]! : valueListHash(original);
    if (strategy === 'SET') return this.#write(index, before, incoming);
    if (strategy === 'SET_IF_EMPTY') return before === emptyHash && this.#write(index, before, incoming);
    const current = touched ? this.#dictionary.get(before) : original;
    if (!current) return `${strategy} needs the stored list, of which compact mode kept only a hash`;
    const outcome = applyRule(current, strategy, incoming, this.#type);
    return 'problem' in outcome ? outcome.problem : this.#write(index, before, outcome.values);
  }

  forget(index: number): void {
    this.#cells[index] = 0;
  }

  checksum(): ColumnChecksum {
    let [written, checksum] = [0, 0];
    for (let index = 0; index < this.#cells.length; index++) {
      const hash = this.#cells[index]!;
      if (hash === 0) continue;
      written++;
      checksum = (checksum + mixed(index, hash)) >>> 0;
    }
    return { written, checksum };
  }

  #write(index: number, before: number, values: readonly string[]): boolean {
    const hash = valueListHash(values);
    if (hash === before) return false;
    this.#cells[index] = hash;
    if (this.#dictionary.size < dictionaryLimit) this.#dictionary.set(hash, values);
    return true;
  }
}

/**
 * A column of numbers: eight bytes a profile, so that `INCREMENT` works. It holds one number per profile; a rule
 * that would make a list of several is refused.
 */
export class NumberColumn implements CompactColumn {
  /** NaN: untouched. */
  readonly #cells: Float64Array;
  readonly #type: FilterType;

  constructor(size: number, type: FilterType) {
    this.#cells = new Float64Array(size).fill(Number.NaN);
    this.#type = type;
  }

  touched(index: number): boolean {
    return !Number.isNaN(this.#cells[index]!);
  }

  read(index: number): readonly string[] {
    const value = this.#cells[index]!;
    return value === emptied ? none : [String(value)];
  }

  apply(
    index: number,
    strategy: RuleStrategy,
    incoming: readonly string[],
    original: readonly string[],
  ): boolean | string {
    const cell = this.#cells[index]!;
    const untouched = Number.isNaN(cell);
    const before = untouched ? toCell(original) : cell;
    if (strategy === 'SET_IF_EMPTY' && before !== emptied) return false;
    if (incoming.length <= 1 && (strategy === 'SET' || strategy === 'SET_IF_EMPTY'))
      return this.#write(index, before, toCell(incoming));
    const canonical = incoming.map((value) => String(Number(value)));
    const outcome = applyRule(untouched ? original : this.read(index), strategy, canonical, this.#type);
    if ('problem' in outcome) return outcome.problem;
    if (outcome.values.length > 1) return 'compact mode keeps one number per property';
    return this.#write(index, before, toCell(outcome.values));
  }

  forget(index: number): void {
    this.#cells[index] = Number.NaN;
  }

  checksum(): ColumnChecksum {
    let [written, checksum] = [0, 0];
    for (let index = 0; index < this.#cells.length; index++) {
      if (!this.touched(index)) continue;
      written++;
      checksum = (checksum + mixed(index, valueListHash(this.read(index)))) >>> 0;
    }
    return { written, checksum };
  }

  #write(index: number, before: number, after: number): boolean {
    if (after === before) return false;
    this.#cells[index] = after;
    return true;
  }
}

/** What a numeric cell holds when its property was emptied. */
const emptied = Number.POSITIVE_INFINITY;

function toCell(values: readonly string[]): number {
  return values.length === 0 ? emptied : Number(values[0]);
}
