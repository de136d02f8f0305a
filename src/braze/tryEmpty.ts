import { z } from 'zod';
import { SyncError } from '../errors/syncError';
import { type BrazeAccess, callBraze } from './brazeCall';

/** Posts an empty object, which Braze has to refuse for what it lacks (contracts: braze 1.4, 2.6, 4.1). */
export async function tryEmpty(access: BrazeAccess, path: string, signal: AbortSignal): Promise<void> {
  try {
    await callBraze(access, { method: 'POST', path, body: {} }, z.unknown(), signal);
  } catch (thrown) {
    if (!(thrown instanceof SyncError && thrown.status === 400)) throw thrown;
  }
}
