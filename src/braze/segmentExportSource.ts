import type { ErasableFileStore, StoredFile } from '../codec/fileStore';
import { ReadAhead } from '../codec/readAhead';
import { asSyncError, SyncError } from '../errors/syncError';
import type { AskedFields } from '../mapping/compileMapping';
import type { RunNotice } from '../run/notices';
import type { Source, SourceContext, SourceUnit } from '../run/source';
import type { BrazeClient } from './brazeClient';
import { type ArrivalTimes, waitForExport } from './exportArrival';
import { estimatedUsers, isFarBelow } from './exportEstimate';
import { ExportFolder } from './exportFolder';
import type { ExportMemory, RememberedExport } from './exportMemory';
import { ExportStart, type ExportUnderWay, type WhenRunning } from './exportStart';
import { exportUnit } from './exportUnit';
import type { SharedExports } from './exportWatch';

export interface SegmentExportSettings extends ArrivalTimes {
  segmentId: string;
  /** `fields_to_export` of contracts: braze 4.4. */
  fields: string[];
  /** Custom attributes by name; only used where `custom_attributes` is not among the fields. */
  customAttributes: string[];
  whenRunning: WhenRunning;
  /** Where Braze is to call when the files are ready; undefined: it is not asked to. */
  callbackUrl?: string | undefined;
  /** What becomes of the files once a complete run has read them for good. */
  afterwards: 'leave' | 'delete';
}

/** How far the export has come: asked for, accepted by Braze, proven to be whole. */
interface ExportState extends Partial<RememberedExport> {
  files?: ListedFile[];
}

type ListedFile = Pick<StoredFile, 'key' | 'size' | 'etag'>;

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
  readonly #folder: ExportFolder;
  readonly #settings: SegmentExportSettings;
  readonly #memory: ExportMemory | undefined;
  readonly #start: ExportStart;
  #state: ExportState | undefined;

  /** @param means `memory` is the goal's own, across its runs; the rest all sources of the process share. */
  constructor(
    client: BrazeClient,
    files: ErasableFileStore,
    settings: SegmentExportSettings,
    means: SharedExports & { memory?: ExportMemory },
  ) {
    const { segmentId, fields, callbackUrl, whenRunning } = settings;
    const customAttributes = fields.includes('custom_attributes') ? [] : settings.customAttributes;
    this.#client = client;
    this.#files = files;
    this.#folder = new ExportFolder(files, segmentId);
    this.#settings = settings;
    this.#memory = means.memory;
    this.#start = new ExportStart(client, this.#folder, means, {
      request: { segmentId, fields, customAttributes, format: 'gzip' },
      callbackUrl,
      whenRunning,
      times: settings,
    });
    this.asked = askedOfExport(settings);
  }

  async *units(context: SourceContext): AsyncGenerator<SourceUnit> {
    const state = (context.earlier?.state as ExportState | undefined) ?? {};
    this.#state = state;
    const { asked, watch } = await this.#underWay(state, context);
    context.readsAsOf(asked.askedAt);
    const ahead = new ReadAhead(this.#files, context.signal);
    try {
      const files = state.files ?? (await this.#arrived(state, { asked, watch }, context));
      for (let at = 0; at < files.length; ) {
        for (; at < files.length; at++) {
          const file = files[at]!;
          if (context.earlier?.isDone(file.key)) continue;
          const place = { number: at + 1, of: files.length };
          context.phase('reading', `${place.number} / ${place.of}`, place);
          ahead.expect(files.slice(at).filter(({ key }) => !context.earlier?.isDone(key)));
          yield exportUnit(ahead, file);
        }
        watch.throwIfCancelled();
        if (await this.#grew({ asked, watch }, files, context)) await context.checkpoint();
      }
      await this.#compareWithEstimate(context);
    } finally {
      ahead.close();
      watch.close();
    }
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
      const error = signal.aborted
        ? deletingTooSlow()
        : asSyncError(thrown, 'deleting the files of an export');
      return { code: 'filesLeft', values: { place: this.#folder.place, reason: error.message } };
    }
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  /** Asks for the export, or goes on with the one that an earlier life asked for. */
  async #underWay(state: ExportState, context: SourceContext): Promise<ExportUnderWay> {
    const { objectPrefix, askedAt, token } = state;
    if (objectPrefix !== undefined) {
      // States of release 0.1 do not have the time: then that of the run's start holds.
      return this.#start.resumed({ objectPrefix, askedAt: askedAt ?? Number.POSITIVE_INFINITY, token });
    }
    const mayBeOurs = context.earlier?.state !== undefined;
    context.phase('asking');
    // Before the export is asked for: a bucket that cannot be read must not cost the customer an export.
    await this.#folder.look(context.signal);
    // The intent is durable first: whoever comes after a crash then knows that an export may be running already.
    await context.checkpoint();
    const underWay = await this.#start.start(context, mayBeOurs);
    Object.assign(state, underWay.asked);
    await context.checkpoint();
    return underWay;
  }

  /** The files of the export once it is whole, as far as a listing can tell. */
  async #arrived(
    state: ExportState,
    underWay: ExportUnderWay,
    context: SourceContext,
  ): Promise<ListedFile[]> {
    const files = await this.#wait(underWay, context);
    state.files = files.map(({ key, size, etag }) => ({ key, size, etag }));
    // From here on the list is fixed: what arrives later is not of this export.
    await context.checkpoint();
    await this.#memory?.forget();
    return state.files;
  }

  #wait({ asked, watch }: ExportUnderWay, context: SourceContext): Promise<StoredFile[]> {
    return waitForExport(this.#folder, asked.objectPrefix, this.#settings, watch, context);
  }

  /**
   * Adds the files to the list that came after it was made. Read files may be gone meanwhile, as Braze or a life-cycle
   * rule deletes them after hours; one that is another now was not whole when it was read.
   */
  async #grew(underWay: ExportUnderWay, files: ListedFile[], context: SourceContext): Promise<boolean> {
    const read = new Map(files.map((file) => [file.key, file.etag]));
    const now = await this.#folder.filesOf(underWay.asked.objectPrefix, context.signal);
    const changed = now.find(({ key, etag }) => read.has(key) && read.get(key) !== etag);
    if (changed) throw changedAfterReading(changed.key);
    if (now.every(({ key }) => read.has(key))) return false;
    // Where one came late, more may follow.
    for (const file of await this.#wait(underWay, context)) {
      if (!read.has(file.key)) files.push({ key: file.key, size: file.size, etag: file.etag });
    }
    return true;
  }

  async #compareWithEstimate(context: SourceContext): Promise<void> {
    const estimate = await estimatedUsers(this.#client, this.#settings.segmentId, context.signal);
    const read = context.rowsRead();
    if (estimate !== undefined && isFarBelow(read, estimate)) {
      context.notice({ code: 'fewerUsers', values: { read, estimate } });
    }
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
