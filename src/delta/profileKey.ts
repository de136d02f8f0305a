import { hash } from 'node:crypto';
import type { MatchTerm } from '../mapping/profileUpdate';

const keyBytes = 16;
/** Of SHA-256. */
const blockBytes = 64;
const hashBytes = 32;

/** The rest of what is hashed; longer texts get a buffer of their own. */
const scratchBytes = 4096;

/**
 * Names a profile of a target without saying who it is: a 128-bit keyed hash, so that whoever reads the store cannot
 * try out e-mail addresses against it. `secret` is the store's own, up to 64 bytes.
 */
export function profileKey(secret: Buffer, target: string, identifier: string): Buffer {
  const key = Buffer.allocUnsafe(keyBytes);
  key.write(hmac(secret, `${target}\0${identifier}`), 0, keyBytes, 'latin1');
  return key;
}

/** What HMAC-SHA-256 hashes first for one secret, each with room for what follows. */
interface Pads {
  inner: Buffer;
  outer: Buffer;
}

const padsOf = new WeakMap<Buffer, Pads>();

/**
 * HMAC-SHA-256 out of two one-shot hashes, as text of one character a byte. Node's `Hmac` is an object that must be set up
 * and finalized for each profile, and a hash as a `Buffer` has memory of its own outside the heap: each takes half as long
 * again and keeps the garbage collector busy.
 */
function hmac(secret: Buffer, text: string): string {
  const { inner, outer } = padsOf.get(secret) ?? makePads(secret);
  const room = blockBytes + text.length * 3;
  const message = room <= inner.length ? inner : Buffer.concat([inner.subarray(0, blockBytes)], room);
  const end = blockBytes + message.write(text, blockBytes);
  outer.write(hash('sha256', message.subarray(0, end), 'binary'), blockBytes, 'latin1');
  return hash('sha256', outer, 'binary');
}

function makePads(secret: Buffer): Pads {
  const inner = Buffer.alloc(blockBytes + scratchBytes);
  const outer = Buffer.alloc(blockBytes + hashBytes);
  for (let at = 0; at < blockBytes; at++) {
    const byte = secret[at] ?? 0;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  const pads = { inner, outer };
  padsOf.set(secret, pads);
  return pads;
}

/** The identifier of a profile: the first of the ways in which its update may find it, in whatever order its terms are. */
export function identifierOf(match: readonly (readonly MatchTerm[])[]): string {
  const [terms = []] = match;
  // Descending, which puts the name of an alias before its label, as most mappings have it.
  const sorted = terms.length > 1 ? [...terms].sort((a, b) => (a.field < b.field ? 1 : -1)) : terms;
  return JSON.stringify(sorted);
}
