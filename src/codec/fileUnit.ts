import type { SourceUnit } from '../run/source';
import { readCsv } from './csv';
import type { ByteRange, FileStore, StoredFile } from './fileStore';
import { readNdjson } from './ndjson';
import { unpack } from './unpack';

/**
 * One file as a unit of a source: the rows of a CSV file, plain or gzip, which its key tells, or the lines of an NDJSON
 * file, plain, gzip or zip.
 */
export function fileUnit(files: FileStore, file: Pick<StoredFile, 'key' | 'size' | 'etag'>): SourceUnit {
  return {
    name: file.key,
    lastingName: `${file.key} ${file.etag}`,
    rows: (signal) => {
      const packed = { size: file.size, read: (range?: ByteRange) => files.open(file, signal, range) };
      const bytes = unpack(packed, { file: file.key }, signal);
      return csvKey.test(file.key) ? readCsv(bytes, { file: file.key }) : readNdjson(bytes);
    },
  };
}

/** No zip archives: each member has a header of its own, and members come as one text. */
const csvKey = /\.(csv|tsv)(\.(gz|gzip))?$/i;
