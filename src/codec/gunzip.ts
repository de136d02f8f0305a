import { createGunzip } from 'node:zlib';
import { fileCorrupt, fileTruncated } from './fileErrors';
import { inflate, inflating, zlibFault } from './inflate';
import { UnpackGuard, type UnpackLimits } from './unpackGuard';

/**
 * Decompresses one gzip file of one or more members, as it arrives. Leaving the loop early, or aborting, ends the
 * reading of `bytes` too; what `bytes` throws comes through unchanged.
 *
 * @throws SyncError `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_TOO_LARGE`; the signal's reason.
 */
export async function* gunzip(
  bytes: AsyncIterable<Uint8Array>,
  limits: UnpackLimits = {},
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const guard = new UnpackGuard(limits);
  try {
    yield* inflate(bytes, createGunzip(inflating), guard, signal);
  } catch (thrown) {
    const fault = zlibFault(thrown);
    if (fault === 'Z_BUF_ERROR') throw fileTruncated(guard.file, 'gzip');
    throw fault ? fileCorrupt(guard.file, 'gzip', fault) : thrown;
  }
  if (guard.taken === 0) throw fileTruncated(guard.file, 'gzip');
}
