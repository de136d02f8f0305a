import { crc32, createInflateRaw } from 'node:zlib';
import { ByteWindows } from './byteWindows';
import { fileCorrupt } from './fileErrors';
import { inflate, inflating, zlibFault } from './inflate';
import type { PackedBytes } from './packedBytes';
import { UnpackGuard, type UnpackLimits } from './unpackGuard';
import { type ZipMember, zipMembers } from './zipDirectory';

const headerBytes = 30;
const headerSignature = 0x04034b50;

/**
 * The texts of all members of a zip archive, in the order of its directory: so a line has the same number whenever the
 * archive is read. Each must be read before the next is asked for; what is held does not grow with them. Size and
 * checksum of each are judged at its end.
 *
 * @throws SyncError `FILE_CORRUPT` and those of `zipMembers`; what `packed` throws; the signal's reason.
 */
export async function* unzip(
  packed: PackedBytes,
  limits: UnpackLimits = {},
  signal?: AbortSignal,
): AsyncGenerator<AsyncIterable<Uint8Array>, void, undefined> {
  signal?.throwIfAborted();
  const guard = new UnpackGuard(limits);
  const windows = new ByteWindows(packed);
  for (const member of await zipMembers(windows, guard)) {
    yield memberText(member, packed, windows, guard, signal);
  }
}

async function* memberText(
  member: ZipMember,
  packed: PackedBytes,
  windows: ByteWindows,
  guard: UnpackGuard,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const start = await dataStart(member, windows, guard);
  const bytes = dataOf(start, start + member.packedBytes, packed, windows);
  const plain = member.deflated
    ? inflate(bytes, createInflateRaw(inflating), guard, signal)
    : guarded(bytes, guard, signal);
  let size = 0;
  let sum = 0;
  try {
    for await (const chunk of plain) {
      size += chunk.length;
      if (size > member.plainBytes) break;
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (thrown) {
    const fault = zlibFault(thrown);
    throw fault ? fileCorrupt(guard.file, 'zip', fault) : thrown;
  }
  if (size !== member.plainBytes) throw fileCorrupt(guard.file, 'zip', 'size');
  if (sum !== member.crc32) throw fileCorrupt(guard.file, 'zip', 'checksum');
}

/** Name and extra field of the local header may be longer or shorter than those in the directory. */
async function dataStart(member: ZipMember, windows: ByteWindows, guard: UnpackGuard): Promise<number> {
  const { headerAt, packedBytes } = member;
  const header = await windows.bytes(headerAt, headerAt + headerBytes);
  if (header.length < headerBytes || header.readUInt32LE(0) !== headerSignature) {
    throw fileCorrupt(guard.file, 'zip', 'header');
  }
  const start = headerAt + headerBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + packedBytes > windows.size) throw fileCorrupt(guard.file, 'zip', 'place of a member');
  return start;
}

async function* dataOf(
  start: number,
  end: number,
  packed: PackedBytes,
  windows: ByteWindows,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (start === end) return;
  const held = windows.held(start, end);
  if (held) yield held;
  else yield* packed.read({ start, end });
}

async function* guarded(
  bytes: AsyncIterable<Uint8Array>,
  guard: UnpackGuard,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    guard.take(chunk.length);
    guard.produce(chunk.length);
    yield chunk;
  }
}
