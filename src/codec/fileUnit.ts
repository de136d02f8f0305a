import type { SourceUnit } from '../run/source';
import type { ByteRange, FileStore, StoredFile } from './fileStore';
import { readNdjson } from './ndjson';
import { unpack } from './unpack';

/** One NDJSON file, plain, gzip or zip, as a unit of a source: its rows are its lines. */
export function fileUnit(files: FileStore, file: Pick<StoredFile, 'key' | 'size' | 'etag'>): SourceUnit {
  return {
    name: file.key,
    lastingName: `${file.key} ${file.etag}`,
    rows: (signal) => {
      const packed = { size: file.size, read: (range?: ByteRange) => files.open(file, signal, range) };
      return readNdjson(unpack(packed, { file: file.key }, signal));
    },
  };
}
