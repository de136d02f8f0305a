import type { KeyRange } from './storeKey';

/** One change, in the bytes of the engine. `value: undefined` deletes. */
export interface EngineWrite {
  key: Buffer;
  value: Buffer | undefined;
}

/** A sorted map of bytes to bytes on some medium: what an embedded store needs of one. */
export interface StoreEngine {
  getMany(keys: readonly Buffer[]): Promise<(Buffer | undefined)[]>;
  /** All or nothing, durable when the promise resolves. One call at a time. */
  write(writes: readonly EngineWrite[]): Promise<void>;
  /** In the order of the keys, as things were when the first entry was asked for. */
  entries(
    range: KeyRange,
    options?: { reverse?: boolean; limit?: number | undefined },
  ): AsyncIterable<[key: Buffer, value: Buffer]>;
  keys(range: KeyRange): AsyncIterable<Buffer>;
  /** Bytes, of all or of a range. */
  size(range?: KeyRange): Promise<number>;
  /** Never called while a write is going on. */
  compact(): Promise<void>;
  close(): Promise<void>;
}
