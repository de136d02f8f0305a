import type { FileStore, StoredFile } from '../codec/fileStore';
import { fileUnit } from '../codec/fileUnit';
import type { Source, SourceContext, SourceUnit } from '../run/source';
import type { StateStore, StoreWrite } from '../store/store';

export interface DeltaFilesSettings {
  /** Whose memory of files this is: each goal reads each file once. */
  goalId: string;
  /** Keys begin with this. */
  prefix: string;
}

/**
 * Reads delta files (NDJSON, plain or gzip) below a prefix, in key order, each version of each file once: a file is
 * remembered by key and ETag, so one that was replaced is new.
 */
export class DeltaFilesSource implements Source {
  readonly #files: FileStore;
  readonly #store: StateStore;
  readonly #settings: DeltaFilesSettings;
  #read: StoredFile[] = [];

  constructor(files: FileStore, store: StateStore, settings: DeltaFilesSettings) {
    this.#files = files;
    this.#store = store;
    this.#settings = settings;
  }

  async *units(context: SourceContext): AsyncGenerator<SourceUnit> {
    context.phase('asking');
    const files = await this.#newFiles(context.signal);
    this.#read = [];
    for (const [at, file] of files.entries()) {
      context.phase('reading', `${at + 1} / ${files.length}`);
      this.#read.push(file);
      yield fileUnit(this.#files, file);
    }
  }

  remember(readAgain: (unitName: string) => boolean): StoreWrite[] {
    return this.#read
      .filter((file) => !readAgain(file.key))
      .map((file) => ({ space: 'file', key: this.#memoryKey(file), value: new Date().toISOString() }));
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  async #newFiles(signal: AbortSignal): Promise<StoredFile[]> {
    const listed: StoredFile[] = [];
    for await (const file of this.#files.list(this.#settings.prefix, signal)) {
      if (!file.key.endsWith('/')) listed.push(file);
    }
    const remembered = await this.#store.getMany(
      'file',
      listed.map((file) => this.#memoryKey(file)),
    );
    return listed.filter((_, at) => remembered[at] === undefined);
  }

  #memoryKey(file: StoredFile): string {
    return JSON.stringify([this.#settings.goalId, file.key, file.etag]);
  }
}
