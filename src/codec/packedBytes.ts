import type { ByteRange } from './fileStore';

/** One version of a file as it is stored, to be read from its beginning or in parts. */
export interface PackedBytes {
  size: number;
  /** All of it, or a part that is not empty and lies within it. Leaving the loop early ends the reading. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
}
