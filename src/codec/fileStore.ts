/** A file as a listing shows it. */
export interface StoredFile {
  key: string;
  size: number;
  /** Changes whenever the content does. */
  etag: string;
  lastModified: Date;
}

/** Where files are read from; S3 is one. Keys are relative to whatever root the store was opened with. */
export interface FileStore {
  /** Every file whose key begins with `prefix`, in key order. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredFile>;
  /** The bytes of exactly that version of the file. */
  open(file: Pick<StoredFile, 'key' | 'size' | 'etag'>, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
