import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { EngineWrite } from './storeEngine';

/**
 * The file of the plain log store. It begins with eight bytes of its own; then come records, each one commit:
 *
 *     u32 length of the payload · u32 CRC-32 of the payload · u32 CRC-32 of these eight bytes · payload
 *     payload: for each write  u32 length of the key · u32 length of the value + 1, or 0 for a delete · key · value
 *
 * All numbers are little-endian. The head has a sum of its own: a record whose length cannot be believed would else look
 * like the end of the file, and what follows it would be lost without a word.
 */
export const logMagic = Buffer.from('PSYNCLG1');
const headBytes = 12;

export function encodeRecord(writes: readonly EngineWrite[]): Buffer {
  const length = writes.reduce((sum, { key, value }) => sum + 8 + key.length + (value?.length ?? 0), 0);
  const record = Buffer.allocUnsafe(headBytes + length);
  let at = headBytes;
  for (const { key, value } of writes) {
    at = record.writeUInt32LE(key.length, at);
    at = record.writeUInt32LE(value === undefined ? 0 : value.length + 1, at);
    at += key.copy(record, at);
    if (value) at += value.copy(record, at);
  }
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(crc32(record.subarray(headBytes)), 4);
  record.writeUInt32LE(crc32(record.subarray(0, 8)), 8);
  return record;
}

/** How the reading of a log ended: where the good part ends, and whether what follows is more than a torn last commit. */
export interface LogEnd {
  end: number;
  damaged: boolean;
}

/** Hands each commit to `apply`, from the beginning to the first record that is not whole. */
export async function readLog(file: FileHandle, apply: (writes: EngineWrite[]) => void): Promise<LogEnd> {
  const { size } = await file.stat();
  const magic = await bytesAt(file, 0, Math.min(size, logMagic.length));
  if (!magic.equals(logMagic)) return { end: 0, damaged: true };
  let end = logMagic.length;
  while (end < size) {
    if (size - end < headBytes) return { end, damaged: false };
    const head = await bytesAt(file, end, headBytes);
    if (crc32(head.subarray(0, 8)) !== head.readUInt32LE(8)) {
      return { end, damaged: !(await onlyZeros(file, end + headBytes, size)) };
    }
    const length = head.readUInt32LE(0);
    const next = end + headBytes + length;
    // The disk did not get to the end of the last commit, which was never reported as done.
    if (next > size) return { end, damaged: false };
    const payload = await bytesAt(file, end + headBytes, length);
    if (crc32(payload) !== head.readUInt32LE(4))
      return { end, damaged: !(await onlyZeros(file, next, size)) };
    apply(decodePayload(payload));
    end = next;
  }
  return { end, damaged: false };
}

function decodePayload(payload: Buffer): EngineWrite[] {
  const writes: EngineWrite[] = [];
  for (let at = 0; at < payload.length; ) {
    const keyEnd = at + 8 + payload.readUInt32LE(at);
    const coded = payload.readUInt32LE(at + 4);
    const valueEnd = keyEnd + Math.max(0, coded - 1);
    // Copied: a value that is kept must not keep the whole record.
    const value = coded === 0 ? undefined : Buffer.from(payload.subarray(keyEnd, valueEnd));
    writes.push({ key: payload.subarray(at + 8, keyEnd), value });
    at = valueEnd;
  }
  return writes;
}

/** A file system may have made room at the end of a file and not come to fill it. */
async function onlyZeros(file: FileHandle, from: number, size: number): Promise<boolean> {
  const step = 1 << 20;
  for (let at = from; at < size; at += step) {
    const bytes = await bytesAt(file, at, Math.min(step, size - at));
    if (bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}
