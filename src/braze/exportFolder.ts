import type { FileStore, StoredFile } from '../codec/fileStore';

/**
 * Where Braze writes the exports of one segment, each in a folder of its own, beside files of other tools (contracts:
 * braze 4.3). Keys are matched by the object prefix and never computed: the date folder is the day the export was
 * finished, not the day it was asked for.
 */
export class ExportFolder {
  /** What the keys of all exports of the segment begin with. */
  readonly prefix: string;
  readonly #files: FileStore;

  constructor(files: FileStore, segmentId: string) {
    this.#files = files;
    this.prefix = `segment-export/${segmentId}/`;
  }

  /** For people: with bucket and root path. */
  get place(): string {
    return this.#files.place?.(this.prefix) ?? this.prefix;
  }

  /** Throws where the bucket cannot be listed. */
  async look(signal: AbortSignal): Promise<void> {
    for await (const _ of this.#files.list(this.prefix, signal)) break;
  }

  /** The files of one export that are there by now. */
  async filesOf(objectPrefix: string, signal: AbortSignal): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for await (const file of this.#files.list(this.prefix, signal)) {
      const [, , , folder, name, ...deeper] = file.key.split('/');
      if (folder === objectPrefix && name !== undefined && deeper.length === 0) files.push(file);
    }
    return files;
  }
}

/** Differs exactly if a file was added, has gone, or is another one. */
export function stateOf(files: readonly StoredFile[]): string {
  return files.map((file) => `${file.key} ${file.size} ${file.etag}`).join('\n');
}
