import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredFile } from '../codec/fileStore';
import { SyncError } from '../errors/syncError';
import type { SourceContext } from '../run/source';
import { type ExportFolder, stateOf } from './exportFolder';

export interface ArrivalTimes {
  /** Between two looks at the bucket. */
  pollMs: number;
  /** The files count as whole once keys and sizes have been the same for this long. */
  quietMs: number;
  /** The same once Braze has called to say that they are ready. */
  quietAfterCallMs: number;
  /** Without a new file for this long the export has failed. */
  giveUpMs: number;
  /** Without any file for this long people are asked whether this is the right bucket. */
  doubtMs: number;
}

/** What others say of an export while it is waited for. */
export interface ArrivalSigns {
  /** Aborted once a call has come that the files are ready: a hint that shortens a wait, never a fact. */
  called: AbortSignal | undefined;
  /** Throws where the export is known to have been cancelled: its files are a part of it at most. */
  throwIfCancelled(): void;
}

/** Header and trailer of gzip without any content: a smaller file is still being written. */
const emptyGzipBytes = 20;

/**
 * Watches the folder of an export until its files have come to rest, which is half of the proof that it is whole (the
 * other half is that each of them is intact when it is read). Braze gives no sign of the end (contracts: braze 4.6).
 *
 * @throws SyncError `EXPORT_NOT_ARRIVED`, `EXPORT_CANCELLED`; what listing throws; the signal's reason.
 */
export async function waitForExport(
  folder: ExportFolder,
  objectPrefix: string,
  times: ArrivalTimes,
  signs: ArrivalSigns,
  { signal, phase }: Pick<SourceContext, 'signal' | 'phase'>,
): Promise<StoredFile[]> {
  const { giveUpMs, doubtMs, quietAfterCallMs } = times;
  const started = Date.now();
  let seen = '';
  let lastChange = started;
  let lastNewFile = started;
  let count = 0;
  for (;;) {
    const files = await folder.filesOf(objectPrefix, signal);
    signs.throwIfCancelled();
    const now = Date.now();
    const state = stateOf(files);
    if (state !== seen) lastChange = now;
    if (files.length > count) lastNewFile = now;
    seen = state;
    count = files.length;
    const called = signs.called?.aborted ?? false;
    const quietMs = called ? Math.min(times.quietMs, quietAfterCallMs) : times.quietMs;
    const written = files.every(({ size }) => size >= emptyGzipBytes);
    if (count > 0 && written && now - lastChange >= quietMs) return files;
    if (now - lastNewFile >= giveUpMs) throw notArrived(folder, objectPrefix, count, giveUpMs);
    if (count === 0 && now - started >= doubtMs) phase('doubting', folder.place);
    else phase('waiting', `${count} · ${megabytes(files)} MB · ${Math.round((now - started) / 1000)} s`);
    await pause(called ? Math.min(times.pollMs, quietAfterCallMs) : times.pollMs, signal, signs.called);
  }
}

/** Ends early with the call, where it has not come yet. */
async function pause(ms: number, signal: AbortSignal, called: AbortSignal | undefined): Promise<void> {
  const wake = called && !called.aborted ? AbortSignal.any([signal, called]) : signal;
  await sleep(ms, undefined, { signal: wake }).catch(() => signal.throwIfAborted());
}

function megabytes(files: readonly StoredFile[]): string {
  return (files.reduce((sum, file) => sum + file.size, 0) / 1e6).toFixed(1);
}

function notArrived(folder: ExportFolder, objectPrefix: string, files: number, waitedMs: number): SyncError {
  const minutes = Math.round(waitedMs / 60_000);
  return new SyncError({
    code: 'EXPORT_NOT_ARRIVED',
    message:
      files === 0
        ? `Braze accepted the export, but no file appeared below ${folder.place} (folder ${objectPrefix}) within ${minutes} minutes.`
        : `The export never came to rest: ${files} files below ${folder.place} (folder ${objectPrefix}), the last one ${minutes} minutes ago.`,
    advice:
      'Check that the bucket and root path of the S3 settings are those connected in Braze (Partner Integrations > Amazon S3, Test Credentials), and look for an e-mail from Braze about a failed export. An empty segment may write no file at all.',
  });
}
