import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { SyncError } from '../errors/syncError';

/** What a compressed file may grow to; beyond it counts as a decompression bomb. */
export interface GunzipLimits {
  /** How the file is called in errors. Default "the file". */
  file?: string;
  /** Decompressed bytes. Default 64 GiB. */
  maxBytes?: number;
  /**
   * Decompressed bytes per compressed byte, judged once more than 16 MiB came out. Default 500: profile exports
   * reach 5 to 30, near-identical profiles 150, a file of zeros a little over 1,000.
   */
  maxRatio?: number;
}

// Node's default of 16 KiB costs a third of the throughput.
const outputChunkBytes = 256 * 1024;
const ratioCountsFromBytes = 16 * 1024 * 1024;

/**
 * Decompresses one gzip file of one or more members, as it arrives. Leaving the loop early, or aborting, ends the
 * reading of `bytes` too; what `bytes` throws comes through unchanged.
 *
 * @throws SyncError `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_TOO_LARGE`; the signal's reason.
 */
export async function* gunzip(
  bytes: AsyncIterable<Uint8Array>,
  limits: GunzipLimits = {},
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const file = limits.file ?? 'the file';
  const maxBytes = limits.maxBytes ?? 64 * 1024 ** 3;
  const maxRatio = limits.maxRatio ?? 500;
  signal?.throwIfAborted();
  const intake = { bytes: 0, failed: undefined as { reason: unknown } | undefined };
  const inflater = createGunzip({ chunkSize: outputChunkBytes });
  const source = Readable.from(counted(bytes, intake), { objectMode: false, highWaterMark: 256 * 1024 });
  // Its failure is seen by the loop below as well, as the inflater's error.
  const feeding = pipeline(source, inflater, ...(signal ? [{ signal }] : [])).catch(() => undefined);
  let produced = 0;
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      produced += chunk.length;
      if (produced > maxBytes) throw tooLarge(file, `more than ${maxBytes} bytes`);
      if (produced > ratioCountsFromBytes && produced > intake.bytes * maxRatio) {
        throw tooLarge(file, `more than ${maxRatio} times its compressed size`);
      }
      yield chunk;
    }
    if (intake.bytes === 0) throw truncated(file);
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    if (intake.failed) throw intake.failed.reason;
    throw readable(thrown, file);
  } finally {
    source.destroy();
    await feeding;
  }
}

/** Counts what goes in, and keeps the source's own failure apart from zlib's. */
async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  intake: { bytes: number; failed: { reason: unknown } | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of bytes) {
      intake.bytes += chunk.length;
      yield chunk;
    }
  } catch (reason) {
    intake.failed = { reason };
    throw reason;
  }
}

function readable(thrown: unknown, file: string): unknown {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return truncated(file);
  if (code?.startsWith('Z_')) {
    return new SyncError({
      code: 'FILE_CORRUPT',
      message: `The gzip data of ${file} is damaged (${code}).`,
      advice: 'Have the file written anew; if it is no gzip file, choose its true format.',
    });
  }
  return thrown;
}

function truncated(file: string): SyncError {
  return new SyncError({
    code: 'FILE_TRUNCATED',
    message: `The gzip data of ${file} ends before its end.`,
    advice: 'It may still have been on its way: read it again later, or have it written anew.',
    retry: 'later',
  });
}

function tooLarge(file: string, limit: string): SyncError {
  return new SyncError({
    code: 'FILE_TOO_LARGE',
    message: `Decompressed, ${file} is ${limit}.`,
    advice: 'Check where the file comes from; if it is genuine, split it or raise the limit.',
  });
}
