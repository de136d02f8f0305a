import { createHmac } from 'node:crypto';

const keyBytes = 16;

/**
 * Names a profile of a target without saying who it is: a 128-bit keyed hash, so that whoever reads the store cannot
 * try out e-mail addresses against it. `secret` is the store's own.
 */
export function profileKey(secret: Buffer, target: string, identifier: string): Buffer {
  return createHmac('sha256', secret).update(`${target}\0${identifier}`).digest().subarray(0, keyBytes);
}
