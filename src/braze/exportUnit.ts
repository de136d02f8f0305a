import { isFileFault, lineCutOff } from '../codec/fileErrors';
import type { FileStore, StoredFile } from '../codec/fileStore';
import { fileUnit } from '../codec/fileUnit';
import type { SourceRow, SourceUnit } from '../run/source';

/**
 * A file of an export as a unit that proves while it is read that it is intact: packed data to their trailer and
 * checksum (`unpack`), and the last line to its end. What is not intact is not read to its end, and fails the run once
 * the other files were: so nothing concludes from what is missing in it. The proof is made while reading, and not before: an import only ever acts on what is there,
 * and whatever would act on absence waits for the end of a complete run.
 */
export function exportUnit(
  files: Pick<FileStore, 'open'>,
  file: Pick<StoredFile, 'key' | 'size' | 'etag'>,
): SourceUnit {
  const unit = fileUnit(files, file);
  return {
    ...unit,
    damage: (thrown) => (isFileFault(thrown) ? thrown : undefined),
    rows: (signal) => wholeLines(file.key, unit.rows(signal)),
  };
}

async function* wholeLines(key: string, slices: AsyncIterable<SourceRow[]>): AsyncGenerator<SourceRow[]> {
  for await (const slice of slices) {
    const last = slice.at(-1);
    if (last && 'fault' in last && last.fault === 'cut-off') throw lineCutOff(key);
    yield slice;
  }
}
