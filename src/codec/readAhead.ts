import type { ByteRange, FileStore, StoredFile } from './fileStore';

type File = Pick<StoredFile, 'key' | 'size' | 'etag'>;

/** How much may lie in memory before it is asked for. */
export interface ReadAheadLimits {
  /** Files on their way at once, the one that is read included. */
  files: number;
  /** Bytes of all of them; a file that does not fit is read when its turn comes, and the next ones all the same. */
  bytes: number;
}

const defaultLimits: ReadAheadLimits = { files: 4, bytes: 16 * 1024 * 1024 };

/**
 * Reads files one after the other, and fetches the next few while one is read: so the time that a store takes to begin
 * an answer passes once and not for each file. The fetched bytes of a file serve ranges as well, as zip archives need.
 */
export class ReadAhead {
  readonly #files: Pick<FileStore, 'open'>;
  readonly #limits: ReadAheadLimits;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  #fetched = new Map<string, FetchedFile>();

  constructor(files: Pick<FileStore, 'open'>, signal: AbortSignal, limits: ReadAheadLimits = defaultLimits) {
    this.#files = files;
    this.#limits = limits;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  /** What will be read from now on, in that order; everything else that was fetched is given up. */
  expect(files: readonly File[]): void {
    const wanted = new Map<string, FetchedFile>();
    let bytes = 0;
    for (const file of files) {
      if (wanted.size >= this.#limits.files) break;
      if (bytes + file.size > this.#limits.bytes) continue;
      bytes += file.size;
      const name = nameOf(file);
      wanted.set(name, this.#fetched.get(name) ?? new FetchedFile(this.#files, file, this.#signal));
    }
    for (const [name, file] of this.#fetched) if (!wanted.has(name)) file.stop();
    this.#fetched = wanted;
  }

  /** As that of a `FileStore`; a file that was fetched can be read only while it is expected. */
  open(file: File, signal?: AbortSignal, range?: ByteRange): AsyncIterable<Uint8Array> {
    const fetched = this.#fetched.get(nameOf(file));
    return fetched ? fetched.read(range) : this.#files.open(file, signal, range);
  }

  close(): void {
    this.#stop.abort();
    this.#fetched.clear();
  }
}

function nameOf({ key, etag }: File): string {
  return `${etag} ${key}`;
}

/** A file on its way into memory. What fails is told to whoever reads it, and to nobody else. */
class FetchedFile {
  readonly #stop = new AbortController();
  readonly #chunks: Uint8Array[] = [];
  #end: 'open' | 'whole' | { thrown: unknown } = 'open';
  #waiting: (() => void)[] = [];

  constructor(files: Pick<FileStore, 'open'>, file: File, signal: AbortSignal) {
    void this.#fetch(files.open(file, AbortSignal.any([signal, this.#stop.signal])));
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Chunks as they arrive. */
  async *read(
    { start, end }: ByteRange = { start: 0, end: Number.POSITIVE_INFINITY },
  ): AsyncGenerator<Uint8Array> {
    let offset = 0;
    for (let at = 0; offset < end; at++) {
      while (at >= this.#chunks.length) {
        if (this.#end === 'whole') return;
        if (this.#end !== 'open') throw this.#end.thrown;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      const chunk = this.#chunks[at]!;
      const part = chunk.subarray(Math.max(0, start - offset), end - offset);
      offset += chunk.length;
      if (part.length > 0) yield part;
    }
  }

  async #fetch(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of bytes) {
        this.#chunks.push(chunk);
        this.#tell();
      }
      this.#end = 'whole';
    } catch (thrown) {
      this.#end = { thrown };
    }
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }
}
