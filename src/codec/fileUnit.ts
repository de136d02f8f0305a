import type { SourceUnit } from '../run/source';
import { type CsvFormat, readCsv } from './csv';
import type { ByteRange, FileStore, StoredFile } from './fileStore';
import { readNdjson } from './ndjson';
import { unpack, unpackTexts } from './unpack';

/** How files become records. */
export interface FileFormat {
  /** Default: CSV where the key ends so, else NDJSON. */
  kind?: 'ndjson' | 'csv';
  /** Of those that are CSV. */
  csv?: CsvFormat;
}

/**
 * One file as a unit of a source, plain, gzip or zip: the rows of CSV, or the lines of NDJSON. A zip archive may hold
 * several files; each of CSV has a header of its own.
 */
export function fileUnit(
  files: Pick<FileStore, 'open'>,
  file: Pick<StoredFile, 'key' | 'size' | 'etag'>,
  format: FileFormat = {},
): SourceUnit {
  const kind = format.kind ?? (csvKey.test(file.key) ? 'csv' : 'ndjson');
  return {
    name: file.key,
    lastingName: `${file.key} ${file.etag}`,
    rows: (signal) => {
      const packed = { size: file.size, read: (range?: ByteRange) => files.open(file, signal, range) };
      const limits = { file: file.key };
      if (kind === 'ndjson') return readNdjson(unpack(packed, limits, signal));
      return readCsv(unpackTexts(packed, limits, signal), { ...format.csv, file: file.key });
    },
  };
}

const csvKey = /\.(csv|tsv)(\.(gz|gzip|zip))?$/i;
