import { gunzip } from './gunzip';
import { joinTexts } from './joinTexts';
import type { PackedBytes } from './packedBytes';
import type { UnpackLimits } from './unpackGuard';
import { unzip } from './unzip';

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

/** The texts of a file as one text of lines. Throws as `unpackTexts` does. */
export function unpack(
  packed: PackedBytes,
  limits: UnpackLimits = {},
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  return joinTexts(unpackTexts(packed, limits, signal));
}

/**
 * What a file holds, decompressed where its first bytes say that it is gzip or zip: the text of each member of a zip
 * archive, and one text of everything else. Each must be read before the next is asked for. An empty file is plain.
 * Leaving the loop early ends the reading.
 *
 * @throws SyncError those of `gunzip` and `unzip`; what `packed` throws; the signal's reason.
 */
export async function* unpackTexts(
  packed: PackedBytes,
  limits: UnpackLimits = {},
  signal?: AbortSignal,
): AsyncGenerator<AsyncIterable<Uint8Array>, void, undefined> {
  const upstream = packed.read()[Symbol.asyncIterator]();
  let packing: Packing;
  try {
    const { chunks, ended } = await head(upstream);
    const all = resumed(chunks, ended ? undefined : upstream);
    packing = packingOf(Buffer.concat(chunks));
    if (packing === 'gzip') yield gunzip(all, limits, signal);
    else if (packing === 'plain') yield abortable(all, signal);
  } finally {
    await upstream.return?.();
  }
  // From its end: where the members are stands in the directory there.
  if (packing === 'zip') yield* unzip(packed, limits, signal);
}

async function* abortable(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    yield chunk;
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
