import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endBytes = 22;
const version = 20;
const utf8Names = 0x0800;
const deflated = 8;
/** 1980-01-01, the earliest date a zip can name: the sandbox's files have none worth keeping. */
const dosDate = 0x0021;

export interface ZipEntry {
  name: string;
  content: Buffer;
}

/** A zip archive of deflated entries. Sizes over 4 GiB would need Zip64 and are refused by `RangeError`. */
export async function zipOf(entries: readonly ZipEntry[]): Promise<Buffer> {
  const data: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, 'utf8');
    const packed = await deflate(entry.content);
    const local = Buffer.alloc(localHeaderBytes);
    local.writeUInt32LE(0x04034b50, 0);
    writeEntry(local, 4, entry.content, packed, name);
    data.push(local, name, packed);

    const central = Buffer.alloc(centralHeaderBytes);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(version, 4);
    writeEntry(central, 6, entry.content, packed, name);
    central.writeUInt32LE(at, 42);
    directory.push(central, name);
    at += localHeaderBytes + name.length + packed.length;
  }
  const end = Buffer.alloc(endBytes);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...data, ...directory, end]);
}

/** The 26 bytes that the local and the central header share. */
function writeEntry(header: Buffer, at: number, content: Buffer, data: Buffer, name: Buffer): void {
  header.writeUInt16LE(version, at);
  header.writeUInt16LE(utf8Names, at + 2);
  header.writeUInt16LE(deflated, at + 4);
  header.writeUInt16LE(dosDate, at + 8);
  header.writeUInt32LE(crc32(content), at + 10);
  header.writeUInt32LE(data.length, at + 14);
  header.writeUInt32LE(content.length, at + 18);
  header.writeUInt16LE(name.length, at + 22);
}
