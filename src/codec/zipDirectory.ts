import type { Entry, RandomAccessReader } from 'yauzl';
import { SyncError } from '../errors/syncError';
import type { ByteWindows } from './byteWindows';
import { fileCorrupt, fileEncrypted, fileTooLarge, fileTruncated, methodUnknown } from './fileErrors';
import type { UnpackGuard } from './unpackGuard';

type Yauzl = typeof import('yauzl');

/** One file inside an archive. Nothing is written to a disk, so no name can lead anywhere. */
export interface ZipMember {
  /** Where its local header begins. */
  headerAt: number;
  packedBytes: number;
  plainBytes: number;
  crc32: number;
  deflated: boolean;
}

const stored = 0;
const deflate = 8;
const entrySignature = 0x02014b50;
const localHeaderBytes = 30;

/**
 * The members of an archive in the order of its directory, without folders and what macOS adds. The directory stands at the
 * end and is read whole first, so that what cannot or must not be read is refused before any row of it is.
 *
 * @throws SyncError `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_TOO_LARGE`, `FILE_ENCRYPTED`, `FILE_FORMAT`; what reading
 * throws.
 */
export async function zipMembers(windows: ByteWindows, guard: UnpackGuard): Promise<ZipMember[]> {
  const yauzl = await loadYauzl();
  const { file } = guard;
  const reading: Reading = {};
  // Names stay bytes: yauzl would refuse the whole archive for one that begins with a slash or has `..` in it.
  const zip = await yauzl
    .fromRandomAccessReaderPromise(readerOf(yauzl, windows, reading), windows.size, { decodeStrings: false })
    .catch(() => {
      // Without an end of the directory that fits, the archive is not all there.
      throw reading.failed ? reading.failed.reason : fileTruncated(file, 'zip');
    });
  const members: ZipMember[] = [];
  let packed = 0;
  let plain = 0;
  try {
    if (zip.entryCount > guard.maxMembers) throw fileTooLarge(file, `more than ${guard.maxMembers} files`);
    for await (const entry of zip.eachEntry()) {
      if (entry.isEncrypted()) throw fileEncrypted(file);
      if (isFolder(entry) || isOfMacOs(entry)) continue;
      const { compressionMethod: method, compressedSize, uncompressedSize } = entry;
      if (method !== stored && method !== deflate) throw methodUnknown(file, method);
      packed += localHeaderBytes + compressedSize;
      plain += uncompressedSize;
      members.push({
        headerAt: entry.relativeOffsetOfLocalHeader,
        packedBytes: compressedSize,
        plainBytes: uncompressedSize,
        crc32: entry.crc32,
        deflated: method === deflate,
      });
    }
  } catch (thrown) {
    if (reading.failed) throw reading.failed.reason;
    if (thrown instanceof SyncError) throw thrown;
    // yauzl's errors have no code.
    const encrypted = thrown instanceof Error && /encrypt/.test(thrown.message);
    throw encrypted ? fileEncrypted(file) : fileCorrupt(file, 'zip', 'directory');
  } finally {
    zip.close();
  }
  // The same bytes counted several times: how a small archive is made to hold petabytes.
  if (packed > windows.size) throw fileCorrupt(file, 'zip', 'members overlap');
  guard.judge(plain, windows.size);
  // A place in the file, which the type declarations take for a boolean.
  const end = Number(zip.readEntryCursor);
  const after = await windows.bytes(end, end + 4);
  // Writers that do not know Zip64 count to 65,535 and begin anew.
  if (after.length === 4 && after.readUInt32LE() === entrySignature) {
    throw fileCorrupt(file, 'zip', 'more members than its directory counts');
  }
  return members;
}

/** Loaded on first use: an idle Node-RED, and one that reads gzip, pays nothing for it. */
function loadYauzl(): Promise<Yauzl> {
  return import('yauzl');
}

/** Keeps what reading threw apart from yauzl's own errors. */
interface Reading {
  failed?: { reason: unknown };
}

function readerOf(yauzl: Yauzl, windows: ByteWindows, reading: Reading): RandomAccessReader {
  return new (class extends yauzl.RandomAccessReader {
    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      callback: (thrown: Error | null, bytesRead?: number) => void,
    ): void {
      windows.bytes(position, position + length).then(
        (bytes) => callback(null, bytes.copy(buffer, offset)),
        (reason) => {
          reading.failed = { reason };
          callback(new Error('The bytes could not be read.'));
        },
      );
    }
  })();
}

/** The name alone does not make a folder: a member with content must not get lost by it. */
function isFolder({ fileNameRaw, uncompressedSize }: Entry): boolean {
  return uncompressedSize === 0 && fileNameRaw.at(-1) === 0x2f;
}

/** Icons and the like that macOS packs beside each file: no rows, though they may end in `.csv`. */
function isOfMacOs({ fileNameRaw }: Entry): boolean {
  return fileNameRaw.toString('latin1').startsWith('__MACOSX/');
}
