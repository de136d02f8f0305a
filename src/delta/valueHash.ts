import { createHmac } from 'node:crypto';
import { readTime } from '../mapping/timeText';

/** Types are told apart, so that the text 5 and the number 5 differ: Braze would store them differently. */
const tag = { text: 1, number: 2, yes: 3, no: 4, none: 5, list: 6, object: 7, time: 8 } as const;
const decimal = new Float64Array(1);
const words = new Int32Array(decimal.buffer);
/** Deeper than any value that a target takes; JSON can be read far deeper than it can be walked through. */
const maxDepth = 200;

/**
 * A keyed 64-bit hash of a JSON value, in two halves of 32 bits (MurmurHash3's mixing over two keyed lanes). It is no
 * cryptographic hash: it keeps values out of the store, and whoever has the store has its secret too. What it must do is
 * tell a changed value from an unchanged one, at a tenth of the cost of a cryptographic hash.
 *
 * Equal are values that mean the same: keys of objects in any order, and points in time however they are written.
 */
export class ValueHasher {
  /** The two halves of the last hash, as signed 32-bit numbers; never both of a reserved pair, see `reservedLow`. */
  low = 0;
  high = 0;
  readonly #seedLow: number;
  readonly #seedHigh: number;
  #depth = 0;

  constructor(secret: Buffer) {
    const seeds = createHmac('sha256', secret).update('fingerprints').digest();
    this.#seedLow = seeds.readInt32LE(0);
    this.#seedHigh = seeds.readInt32LE(4);
  }

  hash(value: unknown): void {
    this.low = this.#seedLow;
    this.high = this.#seedHigh;
    this.#depth = 0;
    this.#take(value);
    this.low = finished(this.low);
    this.high = finished(this.high);
    if (this.low === reservedLow) this.low = 1;
  }

  /** 31 bits of the name of a field. Leaves the last hash as it is. */
  nameId(name: string): number {
    const { low, high } = this;
    this.low = this.#seedHigh;
    this.#text(name);
    const id = finished(this.low) & 0x7fffffff;
    this.low = low;
    this.high = high;
    return id;
  }

  #take(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#textOrTime(value);
        return;
      case 'number':
        this.#number(tag.number, value);
        return;
      case 'boolean':
        this.#mix(value ? tag.yes : tag.no);
        return;
      case 'object':
        if (value === null) this.#mix(tag.none);
        else this.#nested(value);
        return;
      default:
        this.#mix(tag.none);
    }
  }

  /** Braze may return a time in another form than it was sent in (contracts: braze 2.5, 4.4). */
  #textOrTime(text: string): void {
    const time = text.length >= 10 && text[4] === '-' && text[7] === '-' ? readTime(text) : undefined;
    if (time !== undefined) {
      this.#number(tag.time, time);
      return;
    }
    this.#mix(tag.text);
    this.#text(text);
  }

  #text(text: string): void {
    const { length } = text;
    let at = 0;
    for (; at + 1 < length; at += 2) this.#mix(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
    if (at < length) this.#mix(text.charCodeAt(at));
    this.#mix(length);
  }

  #number(kind: number, value: number): void {
    // Adding zero makes one of the two zeros of the other.
    decimal[0] = value + 0;
    this.#mix(kind);
    this.#mix(words[0]!);
    this.#mix(words[1]!);
  }

  /** What is nested too deep equals nothing, not even itself: so a change inside it is never missed. */
  #nested(value: object): void {
    if (this.#depth >= maxDepth) {
      this.#mix((Math.random() * 2 ** 32) | 0);
      return;
    }
    this.#depth++;
    if (Array.isArray(value)) this.#list(value);
    else this.#object(value as Record<string, unknown>);
    this.#depth--;
  }

  #list(list: readonly unknown[]): void {
    this.#mix(tag.list);
    for (const element of list) this.#take(element);
    this.#mix(list.length);
  }

  #object(object: Record<string, unknown>): void {
    const keys = Object.keys(object).sort();
    // A marked time in an object comes back unmarked.
    if (keys.length === 1 && keys[0] === '$time') {
      this.#take(object.$time);
      return;
    }
    this.#mix(tag.object);
    for (const key of keys) {
      this.#text(key);
      this.#take(object[key]);
    }
    this.#mix(keys.length);
  }

  #mix(word: number): void {
    let k = Math.imul(word, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    k = Math.imul(k, 0x1b873593);
    let { low, high } = this;
    low ^= k;
    low = (low << 13) | (low >>> 19);
    this.low = (Math.imul(low, 5) + 0xe6546b64) | 0;
    // The second lane must not follow the first, so it has constants of its own.
    high ^= Math.imul(k, 0x38b34ae5);
    high = (high << 17) | (high >>> 15);
    this.high = (Math.imul(high, 9) + 0x561ccd1b) | 0;
  }
}

/** No hash has this low half, so that pairs with it can mean something else than a value. */
export const reservedLow = 0;

function finished(state: number): number {
  let h = state ^ (state >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
