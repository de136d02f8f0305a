import assert from 'node:assert/strict';
import { crc32, inflateRawSync } from 'node:zlib';

/** Reads the single entry of a zip archive by its central directory, and checks that both headers agree. */
export function unzipOne(archive: Buffer): { name: string; content: Buffer } {
  const end = archive.length - 22;
  assert.equal(archive.readUInt32LE(end), 0x06054b50);
  assert.equal(archive.readUInt16LE(end + 10), 1);
  const central = archive.readUInt32LE(end + 16);
  assert.equal(central + archive.readUInt32LE(end + 12), end);
  assert.equal(archive.readUInt32LE(central), 0x02014b50);
  const nameLength = archive.readUInt16LE(central + 28);
  const local = archive.readUInt32LE(central + 42);
  assert.equal(archive.readUInt32LE(local), 0x04034b50);
  assert.deepEqual(archive.subarray(local + 4, local + 30), archive.subarray(central + 6, central + 32));
  const at = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const content = inflateRawSync(archive.subarray(at, at + archive.readUInt32LE(central + 20)));
  assert.equal(content.length, archive.readUInt32LE(central + 24));
  assert.equal(crc32(content), archive.readUInt32LE(central + 16));
  return { name: archive.subarray(central + 46, central + 46 + nameLength).toString(), content };
}
