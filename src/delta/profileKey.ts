import { createHmac } from 'node:crypto';
import type { MatchTerm } from '../mapping/profileUpdate';

const keyBytes = 16;

/**
 * Names a profile of a target without saying who it is: a 128-bit keyed hash, so that whoever reads the store cannot
 * try out e-mail addresses against it. `secret` is the store's own.
 */
export function profileKey(secret: Buffer, target: string, identifier: string): Buffer {
  return createHmac('sha256', secret).update(`${target}\0${identifier}`).digest().subarray(0, keyBytes);
}

/** The identifier of a profile: the first of the ways in which its update may find it, in whatever order its terms are. */
export function identifierOf(match: readonly (readonly MatchTerm[])[]): string {
  const [terms = []] = match;
  // Descending, which puts the name of an alias before its label, as most mappings have it.
  const sorted = terms.length > 1 ? [...terms].sort((a, b) => (a.field < b.field ? 1 : -1)) : terms;
  return JSON.stringify(sorted);
}
