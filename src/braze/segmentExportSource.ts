import { setTimeout as sleep } from 'node:timers/promises';
import type { ErasableFileStore, StoredFile } from '../codec/fileStore';
import { fileUnit } from '../codec/fileUnit';
import { asSyncError, SyncError } from '../errors/syncError';
import type { AskedFields } from '../mapping/compileMapping';
import type { RunNotice } from '../run/notices';
import type { Source, SourceContext, SourceUnit } from '../run/source';
import type { BrazeClient } from './brazeClient';

export interface SegmentExportSettings {
  segmentId: string;
  /** `fields_to_export` of contracts: braze 4.4. */
  fields: string[];
  /** Custom attributes by name; only used where `custom_attributes` is not among the fields. */
  customAttributes: string[];
  /** Between two looks at the bucket. */
  pollMs: number;
  /** The files count as whole once keys and sizes have been the same for this long. */
  quietMs: number;
  /** Without a new file for this long the export has failed. */
  giveUpMs: number;
  /** Without any file for this long people are asked whether this is the right bucket. */
  doubtMs: number;
  whenRunning: WhenRunning;
  /** What becomes of the files once a complete run has read them for good. */
  afterwards: 'leave' | 'delete';
}

/**
 * What to do while Braze exports the segment for somebody else (contracts: braze 4.5): wait for its end, cancel it, or
 * fail. Cancelling ends every running export of the segment, whoever asked for it.
 */
export type WhenRunning = 'wait' | 'cancel' | 'fail';

/** How far the export has come: asked for, accepted by Braze, proven to be whole. */
interface ExportState {
  objectPrefix?: string;
  files?: ListedFile[];
}

type ListedFile = Pick<StoredFile, 'key' | 'size' | 'etag'>;

/** Header and trailer of gzip without any content: a smaller file is still being written. */
const emptyGzipBytes = 20;

/**
 * The import source: asks Braze to export a segment to S3, waits until the files have stopped changing, and reads them.
 * Braze gives no end marker (contracts: braze 4.6). Our proof of completeness is a quiet period, every archive being
 * intact, and a last look at the folder after the reading: what came meanwhile is read too.
 */
export class SegmentExportSource implements Source {
  readonly meaning = 'total';
  readonly asked: AskedFields;
  readonly #client: BrazeClient;
  readonly #files: ErasableFileStore;
  readonly #settings: SegmentExportSettings;
  #state: ExportState | undefined;

  constructor(client: BrazeClient, files: ErasableFileStore, settings: SegmentExportSettings) {
    this.#client = client;
    this.#files = files;
    this.#settings = settings;
    this.asked = askedOfExport(settings);
  }

  async *units(context: SourceContext): AsyncGenerator<SourceUnit> {
    const state = (context.earlier?.state as ExportState | undefined) ?? {};
    this.#state = state;
    const files = state.files ?? (await this.#export(state, context));
    for (let at = 0; at < files.length; ) {
      for (; at < files.length; at++) {
        const file = files[at]!;
        if (context.earlier?.isDone(file.key)) continue;
        const place = { number: at + 1, of: files.length };
        context.phase('reading', `${place.number} / ${place.of}`, place);
        yield fileUnit(this.#files, file);
      }
      if (await this.#grew(state.objectPrefix!, files, context)) await context.checkpoint();
    }
  }

  /**
   * Adds the files to the list that came after it was made. Read files may be gone meanwhile, as Braze or a life-cycle
   * rule deletes them after hours; one that is another now was not whole when it was read.
   */
  async #grew(objectPrefix: string, files: ListedFile[], context: SourceContext): Promise<boolean> {
    const read = new Map(files.map((file) => [file.key, file.etag]));
    const now = await this.#exported(objectPrefix, context.signal);
    const changed = now.find(({ key, etag }) => read.has(key) && read.get(key) !== etag);
    if (changed) throw changedAfterReading(changed.key);
    if (now.every(({ key }) => read.has(key))) return false;
    // Where one came late, more may follow.
    for (const file of await this.#wait(objectPrefix, context)) {
      if (!read.has(file.key)) files.push({ key: file.key, size: file.size, etag: file.etag });
    }
    return true;
  }

  state(): ExportState | undefined {
    return this.#state;
  }

  /** A segment export is a snapshot: there is nothing to continue from next time. */
  remember(): [] {
    return [];
  }

  /** Only the files that were read: other exports and other tools have theirs beside them. */
  async cleanUp(signal: AbortSignal): Promise<RunNotice | undefined> {
    const keys = this.#state?.files?.map(({ key }) => key) ?? [];
    if (this.#settings.afterwards === 'leave' || keys.length === 0) return undefined;
    try {
      await this.#files.delete(keys, signal);
      return undefined;
    } catch (thrown) {
      const place = this.#place();
      const error = signal.aborted
        ? deletingTooSlow()
        : asSyncError(thrown, 'deleting the files of an export');
      return { code: 'filesLeft', values: { place, reason: error.message } };
    }
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  /** Asks for the export, or goes on waiting for the one that an earlier life asked for, until it is whole. */
  async #export(state: ExportState, context: SourceContext): Promise<ListedFile[]> {
    const askedBefore = context.earlier?.state !== undefined;
    if (state.objectPrefix === undefined) {
      context.phase('asking');
      // Before the export is asked for: a bucket that cannot be read must not cost the customer an export.
      for await (const _ of this.#files.list(this.#folder(), context.signal)) break;
      // The intent is durable first: whoever comes after a crash then knows that an export may be running already.
      await context.checkpoint();
      state.objectPrefix = await this.#start(context, askedBefore);
      await context.checkpoint();
    }
    const files = await this.#wait(state.objectPrefix, context);
    state.files = files.map(({ key, size, etag }) => ({ key, size, etag }));
    // From here on the list is fixed: what arrives later is not of this export.
    await context.checkpoint();
    return state.files;
  }

  /**
   * The object prefix. Where an export of ours may still run, whose prefix was lost, its end is waited for even where
   * another's would be a failure.
   */
  async #start(context: SourceContext, mayBeOurs: boolean): Promise<string> {
    const { segmentId, fields, customAttributes, pollMs, giveUpMs, whenRunning } = this.#settings;
    let cancelled = false;
    const wanted = fields.includes('custom_attributes') ? [] : customAttributes;
    const request = {
      segmentId,
      fields,
      format: 'gzip' as const,
      ...(wanted.length > 0 && { customAttributes: wanted }),
    };
    for (const began = Date.now(); ; ) {
      try {
        return (await this.#client.startSegmentExport(request, context.signal)).objectPrefix;
      } catch (thrown) {
        const running = thrown instanceof SyncError && thrown.code === 'BRAZE_EXPORT_RUNNING';
        if (!running || Date.now() - began > giveUpMs) throw thrown;
        if (whenRunning === 'fail' && !mayBeOurs) throw thrown;
        context.phase('queued', `${Math.round((Date.now() - began) / 1000)} s`);
        // Once: what runs after that was asked for later, and two who cancel each other would never end.
        if (whenRunning === 'cancel' && !cancelled) {
          cancelled = true;
          await this.#client.cancelSegmentExport(segmentId, context.signal);
        }
        await sleep(pollMs, undefined, { signal: context.signal });
      }
    }
  }

  /**
   * Watches the export's folder. Keys are matched by the object prefix and never computed: the date folder is the day
   * the export was finished, not the day it was asked for (contracts: braze 4.3).
   */
  async #wait(objectPrefix: string, context: SourceContext): Promise<StoredFile[]> {
    const { pollMs, quietMs, giveUpMs, doubtMs, segmentId } = this.#settings;
    const where = this.#place();
    const started = Date.now();
    let seen = '';
    let lastChange = started;
    let lastNewFile = started;
    let count = 0;
    for (;;) {
      const files = await this.#exported(objectPrefix, context.signal);
      const now = Date.now();
      const state = files.map((file) => `${file.key} ${file.size} ${file.etag}`).join('\n');
      if (state !== seen) lastChange = now;
      if (files.length > count) lastNewFile = now;
      seen = state;
      count = files.length;
      const written = files.every(({ size }) => size >= emptyGzipBytes);
      if (count > 0 && written && now - lastChange >= quietMs) return files;
      if (now - lastNewFile >= giveUpMs) throw notArrived(segmentId, objectPrefix, where, count, giveUpMs);
      if (count === 0 && now - started >= doubtMs) context.phase('doubting', where);
      else
        context.phase(
          'waiting',
          `${count} · ${megabytes(files)} MB · ${Math.round((now - started) / 1000)} s`,
        );
      await sleep(pollMs, undefined, { signal: context.signal });
    }
  }

  async #exported(objectPrefix: string, signal: AbortSignal): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for await (const file of this.#files.list(this.#folder(), signal)) {
      const [, , , folder, name, ...deeper] = file.key.split('/');
      if (folder === objectPrefix && name !== undefined && deeper.length === 0) files.push(file);
    }
    return files;
  }

  #place(): string {
    const folder = this.#folder();
    return this.#files.place?.(folder) ?? folder;
  }

  /** Where all exports of the segment are, those of other tools too. */
  #folder(): string {
    return `segment-export/${this.#settings.segmentId}/`;
  }
}

/** Whole fields, and custom attributes by name. */
export function askedOfExport({
  fields,
  customAttributes,
}: Pick<SegmentExportSettings, 'fields' | 'customAttributes'>): AskedFields {
  const asked = new Set(fields);
  const attributes = new Set(customAttributes);
  return {
    has: ([root, name]) =>
      asked.has(root ?? '') || (root === 'custom_attributes' && name !== undefined && attributes.has(name)),
    ...(!asked.has('custom_attributes') && { named: { custom_attributes: customAttributes } }),
  };
}

function megabytes(files: readonly StoredFile[]): string {
  return (files.reduce((sum, file) => sum + file.size, 0) / 1e6).toFixed(1);
}

function changedAfterReading(key: string): SyncError {
  return new SyncError({
    code: 'EXPORT_NOT_ARRIVED',
    message: `The file ${key} of the export is another one now than when it was read, so it was not whole then.`,
    advice: 'Run the goal again, and make the time longer after which an export counts as complete.',
  });
}

function deletingTooSlow(): SyncError {
  return new SyncError({
    code: 'EXPORT_FILES_LEFT',
    message: 'Deleting the files took too long.',
    advice: 'Delete what is left by hand, or have a life-cycle rule of the bucket do it.',
  });
}

function notArrived(
  segmentId: string,
  objectPrefix: string,
  where: string,
  files: number,
  waitedMs: number,
): SyncError {
  const minutes = Math.round(waitedMs / 60_000);
  return new SyncError({
    code: 'EXPORT_NOT_ARRIVED',
    message:
      files === 0
        ? `Braze accepted the export of segment ${segmentId}, but no file appeared below ${where} (folder ${objectPrefix}) within ${minutes} minutes.`
        : `The export of segment ${segmentId} never came to rest: ${files} files in ${where}, the last one ${minutes} minutes ago.`,
    advice:
      'Check that the bucket and root path of the S3 settings are those connected in Braze (Partner Integrations > Amazon S3, Test Credentials), and look for an e-mail from Braze about a failed export. An empty segment may write no file at all.',
  });
}
