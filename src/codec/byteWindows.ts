import type { PackedBytes } from './packedBytes';

const windowBytes = 64 * 1024;
/** One for a zip archive's directory at its end, one for the headers and small members before it. */
const windowsHeld = 2;

interface ByteWindow {
  start: number;
  bytes: Buffer;
}

/**
 * Small reads all over a file, each of which would be a request of its own: more is read ahead than was asked for, and
 * the last two windows are kept.
 */
export class ByteWindows {
  readonly #packed: PackedBytes;
  #windows: ByteWindow[] = [];

  constructor(packed: PackedBytes) {
    this.#packed = packed;
  }

  get size(): number {
    return this.#packed.size;
  }

  /** These bytes; fewer where the file ends before. What reading throws comes through unchanged. */
  async bytes(start: number, end: number): Promise<Buffer> {
    const last = Math.min(end, this.size);
    if (last <= start) return Buffer.alloc(0);
    return this.held(start, last) ?? (await this.#read(start, last));
  }

  /** These bytes, where they need not be read. */
  held(start: number, end: number): Buffer | undefined {
    const at = this.#windows.findIndex(
      (window) => start >= window.start && end <= window.start + window.bytes.length,
    );
    if (at < 0) return undefined;
    const window = this.#windows.splice(at, 1)[0]!;
    this.#windows.unshift(window);
    return window.bytes.subarray(start - window.start, end - window.start);
  }

  async #read(start: number, end: number): Promise<Buffer> {
    const ahead = Math.min(this.size, Math.max(end, start + windowBytes));
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#packed.read({ start, end: ahead })) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    this.#windows = [{ start, bytes }, ...this.#windows.slice(0, windowsHeld - 1)];
    return bytes.subarray(0, end - start);
  }
}
