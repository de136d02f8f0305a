import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ExportRequest } from './exportRequest';
import { exportRow } from './exportRow';
import type { ExportSettings } from './settings';
import type { BrazeUserRecord } from './userRecord';
import { zipOf } from './zipWriter';

const compress = promisify(gzip);

/** The bucket that Braze writes exports to. A rejection plays broken credentials: the export fails silently. */
export interface ExportBucket {
  put(key: string, bytes: Buffer): Promise<void> | void;
  remove(key: string): Promise<void> | void;
}

/** What became of an export, for those who look behind the scenes; Braze itself tells nobody. */
export interface ExportOutcome {
  segmentId: string;
  objectPrefix: string;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  /** Keys written so far. */
  keys: string[];
  /** Rows written so far, duplicates included, malformed lines not. */
  rows: number;
  /** Why it failed. */
  reason?: string;
  callback: 'notAsked' | 'pending' | 'delivered' | 'undelivered' | 'notLoopback';
}

/** A name like those of Braze: a UUID and seconds since 1970 (contracts: braze 4.3). */
export function newObjectPrefix(): string {
  return `${randomUUID()}-${Math.floor(Date.now() / 1000)}`;
}

/**
 * Writes one export file by file (contracts: braze 4.3), with the faults of the settings at the time of the request.
 * The date folder is that of the first file's time, UTC: files appear before the export is complete, so the true
 * date of completion cannot be known then.
 *
 * @param rootPath leading path in the bucket, `''` or ending with a slash
 */
export async function writeExport(
  outcome: ExportOutcome,
  request: ExportRequest,
  members: Iterable<BrazeUserRecord>,
  settings: ExportSettings,
  bucket: ExportBucket,
  rootPath: string,
  signal: AbortSignal,
): Promise<void> {
  await sleep(settings.fileDelayMs, undefined, { signal });
  if (settings.failSilently) throw new Error('told to fail silently');
  const day = Date.now() + (settings.straddleMidnight ? 86_400_000 : 0);
  const folder = `${rootPath}segment-export/${outcome.segmentId}/${new Date(day).toISOString().slice(0, 10)}/`;
  const put = async (key: string, bytes: Buffer) => {
    signal.throwIfAborted();
    await bucket.put(key, bytes);
    outcome.keys.push(key);
  };
  if (settings.dashboardCsv) {
    const csv = await zipOf([
      { name: 'users.csv', content: Buffer.from('user_id,email\nsomebody,somebody@example.org\n') },
    ]);
    await put(`${folder}users-${randomBytes(8).toString('hex')}.zip`, csv);
  }
  const format = settings.alwaysZip ? 'zip' : request.format;
  let late: { key: string; bytes: Buffer } | undefined;
  let index = 0;
  for (const text of fileTexts(outcome, request, members, settings)) {
    if (index > 0) await sleep(settings.fileDelayMs, undefined, { signal });
    const name = randomBytes(12).toString('hex');
    const key = `${folder}${outcome.objectPrefix}/${name}.${format === 'gzip' ? 'gz' : 'zip'}`;
    let bytes = await packed(format, name, text, settings.zipMembers);
    if (index === settings.truncatedFile?.index) bytes = bytes.subarray(0, bytes.length >> 1);
    if (index === settings.lateFile?.index) late = { key, bytes };
    else await put(key, bytes);
    index++;
  }
  if (late && settings.lateFile) {
    await sleep(settings.lateFile.ms, undefined, { signal });
    await put(late.key, late.bytes);
  }
}

/** The texts of an export's files, one row a line. Without rows there is no file, or one empty one. */
function* fileTexts(
  outcome: Pick<ExportOutcome, 'rows'>,
  request: ExportRequest,
  members: Iterable<BrazeUserRecord>,
  settings: ExportSettings,
): Generator<string> {
  let lines: string[] = [];
  let files = 0;
  const repeated: string[] = [];
  const duplicates = settings.duplicateRow?.count ?? 0;
  for (const member of members) {
    const line = `${JSON.stringify(exportRow(member, request.selection))}\n`;
    lines.push(line);
    if (outcome.rows === 0) lines.push(...(settings.malformedRow?.lines ?? []).map((text) => `${text}\n`));
    if (repeated.length < duplicates) repeated.push(line);
    outcome.rows++;
    if (lines.length >= settings.rowsPerFile) {
      yield lines.join('');
      files++;
      lines = [];
    }
  }
  outcome.rows += repeated.length;
  lines.push(...repeated);
  if (lines.length > 0 || (files === 0 && settings.emptySegment === 'emptyFile')) yield lines.join('');
}

/** Zip entries end in .txt, as Braze's own script expects them. */
function packed(format: 'zip' | 'gzip', name: string, text: string, members: number): Promise<Buffer> {
  if (format === 'gzip') return compress(Buffer.from(text));
  const contents = parts(text, members);
  return zipOf(
    contents.map((part, at) => ({
      name: contents.length === 1 ? `${name}.txt` : `${name}-${at + 1}.txt`,
      content: Buffer.from(part),
    })),
  );
}

/** The lines in as many parts, the last ones of fewer or no lines where they do not divide evenly. */
function parts(text: string, count: number): string[] {
  if (count === 1) return [text];
  const lines = text.split(/(?<=\n)/);
  const size = Math.ceil(lines.length / count);
  return Array.from({ length: count }, (_, at) => lines.slice(at * size, (at + 1) * size).join(''));
}
