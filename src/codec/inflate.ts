import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Gunzip, InflateRaw, ZlibOptions } from 'node:zlib';
import type { UnpackGuard } from './unpackGuard';

/**
 * Chunks of 256 KiB come out, since Node's default of 16 KiB costs a third of the throughput; and up to 1 MiB is inflated
 * ahead, on another thread, while what came out is parsed. By default zlib waits after each chunk until it is taken.
 */
export const inflating = { chunkSize: 256 * 1024, readableHighWaterMark: 1024 * 1024 } as ZlibOptions;

/**
 * Sends bytes through one of zlib's streams as they arrive. Leaving the loop early, or aborting, ends the reading of
 * `bytes` too; what `bytes` throws comes through unchanged, and so do zlib's own errors.
 *
 * @throws SyncError `FILE_TOO_LARGE`; the signal's reason.
 */
export async function* inflate(
  bytes: AsyncIterable<Uint8Array>,
  inflater: Gunzip | InflateRaw,
  guard: UnpackGuard,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  signal?.throwIfAborted();
  const intake = { failed: undefined as { reason: unknown } | undefined };
  const source = Readable.from(counted(bytes, guard, intake), {
    objectMode: false,
    highWaterMark: 256 * 1024,
  });
  // Its failure is seen by the loop below as well, as the inflater's error.
  const feeding = pipeline(source, inflater, ...(signal ? [{ signal }] : [])).catch(() => undefined);
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      guard.produce(chunk.length);
      yield chunk;
    }
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    throw intake.failed ? intake.failed.reason : thrown;
  } finally {
    source.destroy();
    await feeding;
  }
}

/** Counts what goes in, and keeps the source's own failure apart from zlib's. */
async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  guard: UnpackGuard,
  intake: { failed: { reason: unknown } | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of bytes) {
      guard.take(chunk.length);
      yield chunk;
    }
  } catch (reason) {
    intake.failed = { reason };
    throw reason;
  }
}

/** The code of an error that is zlib's own: `Z_DATA_ERROR`. */
export function zlibFault(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code.startsWith('Z_') ? code : undefined;
}
