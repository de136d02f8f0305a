import { uniqueNewest } from './customValues';
import type { Json } from './json';

const textTag = 0x3c6ef372;
const numberTag = 0x1f83d9ab;
const arrayTag = 0x510e527f;
const objectTag = 0x2545f491;
const trueHash = 0x6a09e667;
const falseHash = 0x5be0cd19;
const nullHash = 0x0bb67ae8;

const float = new Float64Array(1);
const floatBits = new Int32Array(float.buffer);

/** Spreads every bit of a 32-bit number over all of them. */
export function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * A 32-bit hash of a JSON value, never 0. Values are taken as they come, without types or normalisation: `"7"` is
 * not `7`. The order of an object's keys does not matter, nor that of an array's elements, and an element counts
 * once: so an array can grow by adding {@link elementHash} of what is added.
 */
export function valueHash(value: Json): number {
  return rawHash(value) || 1;
}

/** What one element adds to the hash of its array, modulo 2^32. */
export function elementHash(value: Json): number {
  return mix(rawHash(value) ^ arrayTag);
}

export const emptyArrayHash: number = arrayTag;

function rawHash(value: Json): number {
  if (typeof value === 'string') return textHash(value);
  if (typeof value === 'number') return numberHash(value);
  if (value === true) return trueHash;
  if (value === false) return falseHash;
  if (value === null) return nullHash;
  if (Array.isArray(value)) {
    let sum = arrayTag;
    for (const element of uniqueNewest(value)) sum = (sum + elementHash(element)) >>> 0;
    return sum;
  }
  let sum = objectTag;
  for (const key of Object.keys(value)) {
    sum = (sum + mix(textHash(key) ^ Math.imul(rawHash(value[key]!), 0x9e3779b1))) >>> 0;
  }
  return sum;
}

function textHash(text: string): number {
  let hash = textTag ^ text.length;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

function numberHash(value: number): number {
  // -0 and 0 are the same value.
  float[0] = value + 0;
  return mix(mix(floatBits[0]! ^ numberTag) ^ floatBits[1]!);
}
