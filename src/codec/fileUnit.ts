import type { SourceUnit } from '../run/source';
import type { FileStore, StoredFile } from './fileStore';
import { readNdjson } from './ndjson';
import { unpack } from './unpack';

/** One NDJSON file, plain or gzip, as a unit of a source: its rows are its lines. */
export function fileUnit(files: FileStore, file: Pick<StoredFile, 'key' | 'size' | 'etag'>): SourceUnit {
  return {
    name: file.key,
    lastingName: `${file.key} ${file.etag}`,
    rows: (signal) => readNdjson(unpack(files.open(file, signal), { file: file.key }, signal)),
  };
}
