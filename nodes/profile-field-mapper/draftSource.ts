import { segmentReading } from '../../src/blueconic/segmentReading';
import { askedOfExport } from '../../src/braze/segmentExportSource';
import type { NumberMeaning } from '../../src/delta/sums';
import type { AskedFields } from '../../src/mapping/compileMapping';
import { fieldsRead } from '../../src/mapping/fieldsRead';
import { newestFileSample, type Sample, segmentSample } from '../../src/preview/sample';
import { openBucket } from '../../src/s3/bucket';
import { blueconicClientOf } from '../blueconic-config/blueconic-config';
import { filesOf } from '../blueconic-delta/deltaFilesSettings';
import { s3SettingsOf } from '../profile-sync-s3-config/profile-sync-s3-config';
import type { Draft } from '../shell/draft';
import { required } from '../shell/settings';

/** What a preview has to know of the source that the mapper is wired to. */
export interface SourceTraits {
  asked: AskedFields | undefined;
  meaning: NumberMeaning;
}

/** As the source itself would say, from its settings and the mapping as they stand in the editor. */
export function traitsOf(source: Draft, mapping: unknown): SourceTraits {
  if (source.type === 'braze-segment-export') {
    const asked = { fields: texts(source.fields), customAttributes: texts(source.customAttributes) };
    return { asked: askedOfExport(asked), meaning: 'total' };
  }
  if (source.type === 'blueconic-delta') {
    if (source.origin === 'files') return { asked: undefined, meaning: 'amount' };
    const read = fieldsRead([mapping], true);
    const terms = { chosen: texts(source.properties), leavers: source.leavers === true, read };
    return { asked: segmentReading(terms).asked, meaning: 'total' };
  }
  return { asked: undefined, meaning: 'total' };
}

/**
 * A few records of the source, as its settings stand in the editor. Starts nothing and changes nothing.
 * @throws SyncError `SETTING_MISSING`, and those of the systems.
 */
export async function sampleOf(
  source: Draft,
  configs: { blueconic: Draft; s3: Draft },
  count: number,
  signal: AbortSignal,
): Promise<Sample> {
  if (source.type === 'blueconic-delta' && source.origin !== 'files') {
    const segmentId = required(text(source.segment), 'a BlueConic segment');
    const client = blueconicClientOf(configs.blueconic);
    return segmentSample(client, { segmentId, properties: texts(source.properties) }, count, signal);
  }
  const files =
    source.type === 'blueconic-delta'
      ? filesOf(source)
      : { keys: `segment-export/${required(text(source.segment), 'a Braze segment')}/` };
  const bucket = openBucket(s3SettingsOf(configs.s3));
  try {
    return await newestFileSample(bucket, files, count, signal);
  } finally {
    await bucket.close();
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
