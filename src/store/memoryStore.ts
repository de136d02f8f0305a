import type { StateStore, StoreSpace, StoreWrite } from './store';

/** State that is gone with the process. For tests, and for trying things out. */
export class MemoryStore implements StateStore {
  readonly #spaces = new Map<StoreSpace, Map<string, Buffer>>();

  async getMany(space: StoreSpace, keys: readonly (Uint8Array | string)[]): Promise<(Buffer | undefined)[]> {
    const entries = this.#space(space);
    return keys.map((key) => entries.get(asText(key)));
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    for (const { space, key, value } of writes) {
      if (value === undefined) this.#space(space).delete(asText(key));
      else this.#space(space).set(asText(key), Buffer.from(value as Uint8Array));
    }
  }

  async *list(
    space: StoreSpace,
    prefix: string,
    options: { newestFirst?: boolean; limit?: number } = {},
  ): AsyncIterable<{ key: string; value: Buffer }> {
    const wanted = Buffer.from(prefix).toString('latin1');
    const keys = [...this.#space(space).keys()].filter((key) => key.startsWith(wanted)).sort();
    if (options.newestFirst) keys.reverse();
    for (const key of keys.slice(0, options.limit)) {
      yield { key: Buffer.from(key, 'latin1').toString(), value: this.#space(space).get(key)! };
    }
  }

  async close(): Promise<void> {
    this.#spaces.clear();
  }

  #space(space: StoreSpace): Map<string, Buffer> {
    let entries = this.#spaces.get(space);
    if (!entries) {
      entries = new Map();
      this.#spaces.set(space, entries);
    }
    return entries;
  }
}

/** One character per byte, so that text and byte keys meet and sort alike. */
function asText(key: Uint8Array | string): string {
  return Buffer.from(key as Uint8Array).toString('latin1');
}
