import { fitsString, isArrayChange, isIncrement } from './customValues';
import { priceOf } from './dataPoints';
import { isObject, type Json, jsonBytes } from './json';
import { isStandardField } from './standardFields';
import { elementHash, emptyArrayHash, mix, valueHash } from './valueHash';

const objectBytes = 102_400;

/** How many users have the attribute, and what they have, in a form in which no order shows. */
export interface ColumnSummary {
  present: number;
  /** 16 hexadecimal digits; equal for equal values of the same users. See {@link ColumnChecksum}. */
  checksum: string;
}

/** Order-independent sum over (user, value) pairs; add every user's final value once, in any order. */
export class ColumnChecksum {
  #present = 0;
  #low = 0;
  #high = 0;

  /** @param hash {@link valueHash} of the user's value */
  add(index: number, hash: number): void {
    const pair = mix(hash ^ mix(index + 0x9e3779b1));
    this.#present++;
    this.#low = (this.#low + pair) >>> 0;
    this.#high = (this.#high + mix(pair ^ hash)) >>> 0;
  }

  summary(): ColumnSummary {
    const hex = (part: number) => part.toString(16).padStart(8, '0');
    return { present: this.#present, checksum: hex(this.#high) + hex(this.#low) };
  }
}

/**
 * One attribute of all users in compact mode: a hash per user (0: absent), and the number itself once the attribute
 * is incremented.
 */
export class CompactColumn {
  readonly name: string;
  readonly blocked: boolean;
  dataPoints = 0;
  readonly #standard: boolean;
  readonly #scalarPrice: number;
  readonly #hashes: Uint32Array;
  #numbers: Float64Array | undefined;

  /** @param numeric keep numbers from the start, so that increments after a set find them */
  constructor(name: string, users: number, blocked: boolean, numeric: boolean) {
    this.name = name;
    this.blocked = blocked;
    this.#standard = isStandardField(name);
    this.#scalarPrice = blocked ? 0 : priceOf(name, true);
    this.#hashes = new Uint32Array(users);
    if (numeric) this.#numbers = new Float64Array(users);
  }

  /** Writes what an accepted object sets; what Braze would drop for its size is dropped (contracts: braze 2.5). */
  write(index: number, value: Json): void {
    if (this.blocked) return;
    if (typeof value === 'string') {
      if (this.#standard || fitsString(value)) this.#hashes[index] = valueHash(value);
    } else if (typeof value === 'number') {
      this.#hashes[index] = valueHash(value);
      if (this.#numbers) this.#numbers[index] = value;
    } else if (value === null) {
      this.clear(index);
    } else if (isObject(value)) {
      this.#writeObject(index, value);
    } else {
      this.#hashes[index] = valueHash(value);
    }
  }

  charge(value: Json): void {
    const scalar = typeof value !== 'object' || value === null;
    this.dataPoints += scalar || this.blocked ? this.#scalarPrice : priceOf(this.name, value);
  }

  clear(index: number): void {
    this.#hashes[index] = 0;
    if (this.#numbers) this.#numbers[index] = 0;
  }

  hash(index: number): number {
    return this.#hashes[index]!;
  }

  /** The number itself, where the attribute keeps numbers. */
  number(index: number): number | undefined {
    return this.#numbers?.[index];
  }

  summary(): ColumnSummary {
    const sum = new ColumnChecksum();
    for (let index = 0; index < this.#hashes.length; index++) {
      const hash = this.#hashes[index]!;
      if (hash !== 0) sum.add(index, hash);
    }
    return sum.summary();
  }

  #writeObject(index: number, value: { [key: string]: Json }): void {
    if (isIncrement(value)) {
      if (!Number.isInteger(value.inc)) return;
      this.#numbers ??= new Float64Array(this.#hashes.length);
      const next = this.#numbers[index]! + value.inc;
      this.#numbers[index] = next;
      this.#hashes[index] = valueHash(next);
    } else if (isArrayChange(value)) {
      let sum = this.#hashes[index] || emptyArrayHash;
      for (const element of value.add ?? []) sum += elementHash(element);
      for (const element of value.remove ?? []) sum -= elementHash(element);
      this.#hashes[index] = sum;
    } else if (jsonBytes(value) <= objectBytes) {
      this.#hashes[index] = valueHash(value);
    }
  }
}
