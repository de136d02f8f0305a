import type { RenamingFileStore, StoredFile } from '../codec/fileStore';
import { type FileFormat, fileUnit } from '../codec/fileUnit';
import { keyPattern, markerEnding } from '../codec/keyPattern';
import { asSyncError, SyncError } from '../errors/syncError';
import type { RunNotice } from '../run/notices';
import type { Source, SourceContext, SourceUnit } from '../run/source';
import type { StateStore, StoreWrite } from '../store/store';
import { type Readiness, ReadinessCheck } from './readiness';

export interface DeltaFilesSettings {
  /** Whose memory of files this is: each goal reads each file once. */
  goalId: string;
  /** A prefix, or a pattern with wildcards (`src/codec/keyPattern.ts`). */
  keys: string;
  /** Default: by the ending of the key. */
  format?: FileFormat;
  /** Default: at once. */
  readiness?: Readiness;
  /** `rename`: what was read for good gets the ending of a marker, as BlueConic's own S3 connection does. Default: leave. */
  afterwards?: 'leave' | 'rename';
  /** Read files again that were read before. */
  fullRead?: boolean;
}

type ListedFile = Pick<StoredFile, 'key' | 'size' | 'etag'> & { readBefore?: boolean };

/** Fixed before the first file is read: what comes later belongs to the next run. */
interface DeltaFilesState {
  files: ListedFile[];
  left?: RunNotice;
}

/**
 * Reads delta files (NDJSON or CSV, plain, gzip or zip) in key order, each version of each file once: a file is
 * remembered by key and ETag, so one that was replaced is new.
 */
export class DeltaFilesSource implements Source {
  readonly meaning = 'amount';
  readonly #files: RenamingFileStore;
  readonly #store: StateStore;
  readonly #settings: DeltaFilesSettings;
  /** Undefined until the list is complete: a part of it must not be taken for the whole. */
  #state: DeltaFilesState | undefined;
  /** Files that earlier runs have read and did not come to rename. */
  #stillThere: StoredFile[] = [];

  constructor(files: RenamingFileStore, store: StateStore, settings: DeltaFilesSettings) {
    this.#files = files;
    this.#store = store;
    this.#settings = settings;
  }

  async *units(context: SourceContext): AsyncGenerator<SourceUnit> {
    context.phase('asking');
    const earlier = context.earlier?.state as DeltaFilesState | undefined;
    this.#state = earlier ?? (await this.#newFiles(context.signal));
    const { files, left } = this.#state;
    if (left) context.notice(left);
    await context.checkpoint();
    for (const [at, file] of files.entries()) {
      if (context.earlier?.isDone(file.key)) continue;
      const place = { number: at + 1, of: files.length };
      context.phase('reading', `${place.number} / ${place.of}`, place);
      const unit = fileUnit(this.#files, file, this.#settings.format);
      yield { ...unit, ...(file.readBefore && { readBefore: true }) };
    }
  }

  state(): DeltaFilesState | undefined {
    return this.#state;
  }

  remember(readAgain: (unitName: string) => boolean): StoreWrite[] {
    return (this.#state?.files ?? [])
      .filter((file) => !readAgain(file.key))
      .map((file) => ({ space: 'file', key: this.#memoryKey(file), value: new Date().toISOString() }));
  }

  async cleanUp(signal: AbortSignal): Promise<RunNotice | undefined> {
    if (this.#settings.afterwards !== 'rename') return undefined;
    try {
      for (const file of [...this.#stillThere, ...(this.#state?.files ?? [])]) {
        await this.#files.rename(file, file.key + markerEnding, signal);
      }
      return undefined;
    } catch (thrown) {
      const { message } = signal.aborted ? renamingTooSlow() : asSyncError(thrown, 'renaming delta files');
      return { code: 'filesNotRenamed', values: { reason: message } };
    }
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  async #newFiles(signal: AbortSignal): Promise<DeltaFilesState> {
    const { keys, readiness = { by: 'age', minutes: 0 }, fullRead } = this.#settings;
    const { prefix, fits } = keyPattern(keys);
    const listed: StoredFile[] = [];
    const markers = new Map<string, Date>();
    for await (const file of this.#files.list(prefix, signal)) {
      if (fits(file.key)) listed.push(file);
      else if (file.key.endsWith(markerEnding)) markers.set(file.key, file.lastModified);
    }
    const remembered = await this.#store.getMany(
      'file',
      listed.map((file) => this.#memoryKey(file)),
    );
    this.#stillThere = listed.filter((_, at) => remembered[at] !== undefined);
    const check = new ReadinessCheck(readiness, markers);
    const files: ListedFile[] = [];
    for (const [at, file] of listed.entries()) {
      const readBefore = remembered[at] !== undefined;
      if ((readBefore && !fullRead) || !check.isReady(file)) continue;
      const { key, size, etag } = file;
      files.push({ key, size, etag, ...(readBefore && { readBefore }) });
    }
    return { files, ...(check.left && { left: check.left }) };
  }

  #memoryKey(file: Pick<StoredFile, 'key' | 'etag'>): string {
    return JSON.stringify([this.#settings.goalId, file.key, file.etag]);
  }
}

function renamingTooSlow(): SyncError {
  return new SyncError({
    code: 'FILES_NOT_RENAMED',
    message: 'Renaming the files that were read takes too long.',
    advice: 'They are not read again; the next run goes on renaming them.',
  });
}
