import type { BlueConicClient } from '../blueconic/blueconicClient';
import { segmentReading } from '../blueconic/segmentReading';
import { SegmentSource } from '../blueconic/segmentSource';
import type { FileStore, StoredFile } from '../codec/fileStore';
import { type FileFormat, fileUnit } from '../codec/fileUnit';
import { keyPattern } from '../codec/keyPattern';
import { readsAnything } from '../mapping/fieldsRead';
import type { ProfileRecord } from '../mapping/profileUpdate';
import type { SourceContext, SourceUnit } from '../run/source';
import { MemoryStore } from '../store/memoryStore';

/** A few records of a source, for people to try a mapping on. Personal data: to be shown, never kept or logged. */
export interface Sample {
  records: ProfileRecord[];
  /** Rows among them that are no record. */
  faults: number;
  /** Where they come from: a file's key, `page 1`. */
  from?: string;
  /** Why there are none. */
  empty?: 'no-file' | 'no-profile' | 'no-record';
}

/** More of a segment or file is never read for a sample. */
export const maxSampleRecords = 20;

/** The first profiles of a BlueConic segment, with everything that a mapping could read of them. */
export async function segmentSample(
  client: BlueConicClient,
  { segmentId, properties }: { segmentId: string; properties: string[] },
  count: number,
  signal: AbortSignal,
): Promise<Sample> {
  const source = new SegmentSource(client, new MemoryStore(), {
    goalId: 'sample',
    segmentId,
    reading: segmentReading({ chosen: properties, read: readsAnything }),
    pageRows: count,
    fullRead: true,
    fullReads: { firstRun: 'whole', everyDays: 0, scope: '' },
  });
  for await (const unit of source.units(contextOf(signal))) {
    const sample = await firstRows(unit, count, signal);
    return sample.records.length === 0 && sample.faults === 0 ? { ...sample, empty: 'no-profile' } : sample;
  }
  return { records: [], faults: 0, empty: 'no-profile' };
}

/**
 * The first records of the newest delta file, or of the newest file of a segment's exports that are already there: a
 * sample never asks Braze for an export.
 */
export async function newestFileSample(
  files: FileStore,
  { keys, format }: { keys: string; format?: FileFormat },
  count: number,
  signal: AbortSignal,
): Promise<Sample> {
  let newest: StoredFile | undefined;
  const { prefix, fits } = keyPattern(keys);
  for await (const file of files.list(prefix, signal)) {
    if (!fits(file.key) || file.size === 0) continue;
    if (!newest || file.lastModified >= newest.lastModified) newest = file;
  }
  if (!newest) return { records: [], faults: 0, empty: 'no-file' };
  const sample = await firstRows(fileUnit(files, newest, format), count, signal);
  return sample.records.length === 0 ? { ...sample, empty: 'no-record' } : sample;
}

async function firstRows(unit: SourceUnit, count: number, signal: AbortSignal): Promise<Sample> {
  const sample: Sample = { records: [], faults: 0, from: unit.name };
  for await (const rows of unit.rows(signal)) {
    for (const row of rows) {
      if ('record' in row) sample.records.push(row.record);
      else sample.faults++;
      if (sample.records.length + sample.faults >= count) return sample;
    }
  }
  return sample;
}

function contextOf(signal: AbortSignal): SourceContext {
  return {
    signal,
    phase: () => {},
    checkpoint: async () => {},
    rowsRead: () => 0,
    readsAsOf: () => {},
    notice: () => {},
    isSettled: () => false,
  };
}
