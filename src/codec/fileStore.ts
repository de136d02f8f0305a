/** A file as a listing shows it. */
export interface StoredFile {
  key: string;
  size: number;
  /** Changes whenever the content does. */
  etag: string;
  lastModified: Date;
  /** When it was listed, by the store's own clock; undefined where the store does not tell. */
  listedAt?: Date | undefined;
}

/** A part of a file: `end` is the first byte that no longer belongs to it. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Where files are read from; S3 is one. Keys are relative to whatever root the store was opened with. */
export interface FileStore {
  /** Every file whose key begins with `prefix`, in key order. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredFile>;
  /** The bytes of exactly that version of the file, or of a part of it that is not empty and lies within it. */
  open(
    file: Pick<StoredFile, 'key' | 'size' | 'etag'>,
    signal?: AbortSignal,
    range?: ByteRange,
  ): AsyncIterable<Uint8Array>;
  /** A key or prefix with all that is before it, for people: for S3 the bucket and the root path. */
  place?(prefix: string): string;
  close(): Promise<void>;
}

/** Files that may also be removed. */
export interface ErasableFileStore extends FileStore {
  /** Keys that do not exist count as deleted. Ends at the first refusal; then some may be gone. */
  delete(keys: readonly string[], signal?: AbortSignal): Promise<void>;
}

/** Files that may also get another key. */
export interface RenamingFileStore extends FileStore {
  /** Exactly that version, over whatever has the key `to`; one that was replaced or deleted stays as it is. */
  rename(file: Pick<StoredFile, 'key' | 'etag'>, to: string, signal?: AbortSignal): Promise<void>;
}
