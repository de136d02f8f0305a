import type { FileStore, StoredFile } from '../codec/fileStore';
import { fileUnit } from '../codec/fileUnit';
import type { Source, SourceContext, SourceUnit } from '../run/source';
import type { StateStore, StoreWrite } from '../store/store';

export interface DeltaFilesSettings {
  /** Whose memory of files this is: each goal reads each file once. */
  goalId: string;
  /** Keys begin with this. */
  prefix: string;
  /** Read files again that were read before. */
  fullRead?: boolean;
}

type ListedFile = Pick<StoredFile, 'key' | 'size' | 'etag'> & { readBefore?: boolean };

/**
 * Reads delta files (NDJSON, plain, gzip or zip) below a prefix, in key order, each version of each file once: a file is
 * remembered by key and ETag, so one that was replaced is new.
 */
export class DeltaFilesSource implements Source {
  readonly meaning = 'amount';
  readonly #files: FileStore;
  readonly #store: StateStore;
  readonly #settings: DeltaFilesSettings;
  /** Undefined until the list is complete: a part of it must not be taken for the whole. */
  #list: ListedFile[] | undefined;

  constructor(files: FileStore, store: StateStore, settings: DeltaFilesSettings) {
    this.#files = files;
    this.#store = store;
    this.#settings = settings;
  }

  async *units(context: SourceContext): AsyncGenerator<SourceUnit> {
    context.phase('asking');
    const earlier = context.earlier?.state as ListedFile[] | undefined;
    const list = earlier ?? (await this.#newFiles(context.signal));
    this.#list = list;
    // From here on the list is fixed: what arrives later belongs to the next run.
    await context.checkpoint();
    for (const [at, file] of list.entries()) {
      if (context.earlier?.isDone(file.key)) continue;
      const place = { number: at + 1, of: list.length };
      context.phase('reading', `${place.number} / ${place.of}`, place);
      yield { ...fileUnit(this.#files, file), ...(file.readBefore && { readBefore: true }) };
    }
  }

  state(): ListedFile[] | undefined {
    return this.#list;
  }

  remember(readAgain: (unitName: string) => boolean): StoreWrite[] {
    return (this.#list ?? [])
      .filter((file) => !readAgain(file.key))
      .map((file) => ({ space: 'file', key: this.#memoryKey(file), value: new Date().toISOString() }));
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  async #newFiles(signal: AbortSignal): Promise<ListedFile[]> {
    const listed: ListedFile[] = [];
    for await (const { key, size, etag } of this.#files.list(this.#settings.prefix, signal)) {
      if (!key.endsWith('/')) listed.push({ key, size, etag });
    }
    const remembered = await this.#store.getMany(
      'file',
      listed.map((file) => this.#memoryKey(file)),
    );
    if (!this.#settings.fullRead) return listed.filter((_, at) => remembered[at] === undefined);
    return listed.map((file, at) => ({ ...file, ...(remembered[at] !== undefined && { readBefore: true }) }));
  }

  #memoryKey(file: ListedFile): string {
    return JSON.stringify([this.#settings.goalId, file.key, file.etag]);
  }
}
