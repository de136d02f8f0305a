/** What a piece of state is about; each space has keys of its own. */
export type StoreSpace =
  | 'watermark'
  | 'file'
  | 'history'
  | 'fingerprint'
  | 'checkpoint'
  | 'intent'
  | 'setting'
  | 'report'
  | 'number'
  | 'member';

export interface StoreKey {
  space: StoreSpace;
  key: Uint8Array | string;
}

/** One change of state. `value: undefined` deletes. */
export interface StoreWrite extends StoreKey {
  value: Uint8Array | string | undefined;
}

/** Narrows a listing: whole keys, `from` included, `before` not. What lies outside is not read. */
export interface KeySpan {
  from?: string | undefined;
  before?: string | undefined;
}

/**
 * Where the product keeps what it must know after a restart. Keys sort by their bytes. One process writes at a time
 * (the embedded engine enforces it); a shared engine brings its own rules.
 *
 * Writes take effect in the order of the calls, whether they come from `commit` or from `putIfAbsent`.
 */
export interface StateStore {
  /** Values in the order of the keys; `undefined` where there is none. */
  getMany(space: StoreSpace, keys: readonly (Uint8Array | string)[]): Promise<(Buffer | undefined)[]>;
  /** All or nothing, and on the disk when the promise resolves. */
  commit(writes: readonly StoreWrite[]): Promise<void>;
  /**
   * As `commit`, but only if none of the guards is there; looking and writing are one step. False: nothing was written,
   * at least one guard was there. The guards need not be among the writes, though they mostly are.
   */
  putIfAbsent(writes: readonly StoreWrite[], guards: readonly StoreKey[]): Promise<boolean>;
  /** Entries whose key begins with `prefix`, in key order; `newestFirst` turns it round. */
  list(
    space: StoreSpace,
    prefix: string,
    options?: { newestFirst?: boolean; limit?: number } & KeySpan,
  ): AsyncIterable<{ key: string; value: Buffer }>;
  /** The keys that begin with `prefix`, in order, as bytes: for keys that are no text, and where values are not wanted. */
  keys(space: StoreSpace, prefix: Uint8Array | string, span?: KeySpan): AsyncIterable<Buffer>;
  /** Bytes on the disk, of all or of one space, roughly: what was written in the last moments may be missing. */
  approximateSize(space?: StoreSpace): Promise<number>;
  /** Gives back the room of what was deleted and replaced. Reads and writes go on meanwhile, or wait. */
  compact(): Promise<void>;
  close(): Promise<void>;
}
