import type { EngineWrite, StoreEngine } from './storeEngine';
import type { KeyRange } from './storeKey';

/** A map in memory; its entries are put in order when they are listed. */
export class MemoryEngine implements StoreEngine {
  /** Keys with one character per byte, so that they compare as their bytes do. */
  readonly #entries = new Map<string, Buffer>();
  #bytes = 0;

  async getMany(keys: readonly Buffer[]): Promise<(Buffer | undefined)[]> {
    return keys.map((key) => {
      const value = this.#entries.get(asText(key));
      return value && Buffer.from(value);
    });
  }

  async write(writes: readonly EngineWrite[]): Promise<void> {
    this.apply(writes);
  }

  apply(writes: readonly EngineWrite[]): void {
    for (const { key, value } of writes) {
      const text = asText(key);
      const before = this.#entries.get(text);
      if (before) this.#bytes -= text.length + before.length;
      if (value === undefined) this.#entries.delete(text);
      else {
        this.#entries.set(text, value);
        this.#bytes += text.length + value.length;
      }
    }
  }

  async *entries(
    range: KeyRange,
    options: { reverse?: boolean; limit?: number | undefined } = {},
  ): AsyncIterable<[Buffer, Buffer]> {
    // Taken together with its values: later writes must not show.
    const found = this.#sorted(range);
    if (options.reverse) found.reverse();
    for (const [key, value] of found.slice(0, options.limit)) yield [asBytes(key), Buffer.from(value)];
  }

  async *keys(range: KeyRange): AsyncIterable<Buffer> {
    for (const [key] of this.#sorted(range)) yield asBytes(key);
  }

  async size(range?: KeyRange): Promise<number> {
    if (!range) return this.#bytes;
    return this.#sorted(range).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  }

  async compact(): Promise<void> {}

  async close(): Promise<void> {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #sorted(range: KeyRange): [string, Buffer][] {
    const from = asText(range.from);
    const before = asText(range.before);
    const found = [...this.#entries].filter(([key]) => key >= from && key < before);
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

function asText(key: Buffer): string {
  return key.toString('latin1');
}

function asBytes(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}
