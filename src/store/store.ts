/** What a piece of state is about; each space has keys of its own. */
export type StoreSpace =
  | 'watermark'
  | 'file'
  | 'history'
  | 'fingerprint'
  | 'checkpoint'
  | 'intent'
  | 'setting';

/** One change of state. `value: undefined` deletes. */
export interface StoreWrite {
  space: StoreSpace;
  key: Uint8Array | string;
  value: Uint8Array | string | undefined;
}

/**
 * Where the product keeps what it must know after a restart. Keys sort by their bytes. One process writes at a time
 * (the embedded engine enforces it); a shared engine brings its own rules.
 */
export interface StateStore {
  /** Values in the order of the keys; `undefined` where there is none. */
  getMany(space: StoreSpace, keys: readonly (Uint8Array | string)[]): Promise<(Buffer | undefined)[]>;
  /** All or nothing, and on the disk when the promise resolves. */
  commit(writes: readonly StoreWrite[]): Promise<void>;
  /** Entries whose key begins with `prefix`, in key order; `newestFirst` turns it round. */
  list(
    space: StoreSpace,
    prefix: string,
    options?: { newestFirst?: boolean; limit?: number },
  ): AsyncIterable<{ key: string; value: Buffer }>;
  close(): Promise<void>;
}
