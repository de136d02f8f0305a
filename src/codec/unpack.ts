import { SyncError } from '../errors/syncError';
import { type GunzipLimits, gunzip } from './gunzip';

/** Told by the first bytes; names and content types of objects in S3 are too often wrong. */
export type Packing = 'plain' | 'gzip' | 'zip';

/** Bytes needed to tell. */
const magicBytes = 4;

export function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  // "PK" and then a file entry, an empty archive, or a spanned one.
  if (head[0] === 0x50 && head[1] === 0x4b && [0x0304, 0x0506, 0x0708].includes(head[2]! * 256 + head[3]!)) {
    return 'zip';
  }
  return 'plain';
}

/**
 * The bytes of a file, decompressed where its first bytes say that it is gzip, untouched where they do not. An
 * empty file is plain. Leaving the loop early ends the reading of `bytes`.
 *
 * @throws SyncError `FILE_FORMAT` for a zip archive; those of `gunzip`.
 */
export async function* unpack(
  bytes: AsyncIterable<Uint8Array>,
  limits: GunzipLimits = {},
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const upstream = bytes[Symbol.asyncIterator]();
  try {
    const { chunks, ended } = await head(upstream);
    const all = resumed(chunks, ended ? undefined : upstream);
    const packing = packingOf(Buffer.concat(chunks));
    if (packing === 'zip') throw zipFile(limits.file ?? 'the file');
    if (packing === 'gzip') yield* gunzip(all, limits, signal);
    else {
      for await (const chunk of all) {
        signal?.throwIfAborted();
        yield chunk;
      }
    }
  } finally {
    await upstream.return?.();
  }
}

async function head(upstream: AsyncIterator<Uint8Array>): Promise<{ chunks: Uint8Array[]; ended: boolean }> {
  const chunks: Uint8Array[] = [];
  for (let size = 0; size < magicBytes; ) {
    const next = await upstream.next();
    if (next.done) return { chunks, ended: true };
    chunks.push(next.value);
    size += next.value.length;
  }
  return { chunks, ended: false };
}

/** The chunks already taken, then the rest. */
async function* resumed(
  chunks: Uint8Array[],
  rest: AsyncIterator<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
  for (let next = await rest?.next(); next !== undefined && !next.done; next = await rest?.next()) {
    yield next.value;
  }
}

function zipFile(file: string): SyncError {
  return new SyncError({
    code: 'FILE_FORMAT',
    message: `Zip is not read yet, and ${file} is a zip archive.`,
    advice: 'Choose gzip as the output format.',
  });
}
