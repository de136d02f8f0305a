import { basename } from 'node:path';
import { SyncError } from '../errors/syncError';

/** Errors of embedded stores. They name the folder without its path: it says enough to find it. */

export function storeInUse(folder: string): SyncError {
  return new SyncError({
    code: 'STORE_IN_USE',
    message: `Another process has the profile-sync store "${basename(folder)}" of this user directory open.`,
    advice: 'Run one Node-RED per user directory, or stop the other process.',
  });
}

export function storeDamaged(folder: string): SyncError {
  return new SyncError({
    code: 'STORE_DAMAGED',
    message: `The profile-sync store "${basename(folder)}" is damaged and was left as it is.`,
    advice:
      'Bring it back from a backup, or set it aside with the button of its store configuration node: the next runs then read everything anew.',
  });
}

export function storeForeign(folder: string): SyncError {
  return new SyncError({
    code: 'STORE_FOREIGN',
    message: `The folder "${basename(folder)}" holds something that is no profile-sync store; nothing was changed.`,
    advice: 'Choose another folder in the store configuration node.',
  });
}

export function storeTooNew(folder: string, found: string, known: number): SyncError {
  return new SyncError({
    code: 'STORE_TOO_NEW',
    message: `The store "${basename(folder)}" was written by a newer version of this package (format ${found}, this version knows ${known}).`,
    advice: 'Install that version again, or choose another folder; nothing was changed.',
  });
}

/** The native engine does not load on this machine. */
export function engineMissing(cause: string): SyncError {
  return new SyncError({
    code: 'STORE_ENGINE_MISSING',
    message: `The native part of the embedded store does not load on this machine (${cause}).`,
    advice: 'Install the package again on this machine, with the Node.js that Node-RED runs on.',
  });
}

export function storeUnavailable(folder: string, cause: string): SyncError {
  return new SyncError({
    code: 'STORE_UNAVAILABLE',
    message: `The profile-sync store "${basename(folder)}" could not be opened (${cause}).`,
    advice: 'Check that the Node-RED user directory is writable and that the disk is not full.',
  });
}

export function storeFailed(folder: string, doing: 'read' | 'written', cause: string): SyncError {
  return new SyncError({
    code: 'STORE_FAILED',
    message: `The profile-sync store "${basename(folder)}" could not be ${doing} (${cause}).`,
    advice: 'Check the disk: it may be full or failing. What was committed before is still there.',
    retry: 'later',
  });
}

/** The code that an engine or the file system gave an error, looked for where they put it. */
export function causeOf(thrown: unknown): string {
  const { cause, code, name } = thrown as { cause?: { code?: string }; code?: string; name?: string };
  return cause?.code ?? code ?? name ?? 'unknown cause';
}
