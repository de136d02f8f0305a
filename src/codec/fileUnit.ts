import type { SourceUnit } from '../run/source';
import { readCsv } from './csv';
import type { ByteRange, FileStore, StoredFile } from './fileStore';
import { readNdjson } from './ndjson';
import { unpack } from './unpack';

/**
 * One file as a unit of a source, plain, gzip or zip: the rows of a CSV file, which its key tells, or the lines of NDJSON.
 * A zip archive may hold several files of NDJSON but only one of CSV: each would have a header of its own, and members
 * come as one text.
 */
export function fileUnit(files: FileStore, file: Pick<StoredFile, 'key' | 'size' | 'etag'>): SourceUnit {
  return {
    name: file.key,
    lastingName: `${file.key} ${file.etag}`,
    rows: (signal) => {
      const packed = { size: file.size, read: (range?: ByteRange) => files.open(file, signal, range) };
      const isCsv = csvKey.test(file.key);
      const bytes = unpack(packed, { file: file.key, ...(isCsv && { maxMembers: 1 }) }, signal);
      return isCsv ? readCsv(bytes, { file: file.key }) : readNdjson(bytes);
    },
  };
}

const csvKey = /\.(csv|tsv)(\.(gz|gzip|zip))?$/i;
