import type { KeySpan, StateStore, StoreKey, StoreSpace, StoreWrite } from './store';
import type { EngineWrite, StoreEngine } from './storeEngine';
import { fullKey, keyInSpace, keysBeginningWith } from './storeKey';
import { WriteQueue } from './writeQueue';

/** The state interface on top of one embedded engine, which this process alone writes to. */
export class EngineStore implements StateStore {
  readonly #engine: StoreEngine;
  readonly #queue: WriteQueue;

  protected constructor(engine: StoreEngine) {
    this.#engine = engine;
    this.#queue = new WriteQueue(engine);
  }

  getMany(space: StoreSpace, keys: readonly (Uint8Array | string)[]): Promise<(Buffer | undefined)[]> {
    return this.#engine.getMany(keys.map((key) => fullKey({ space, key })));
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    if (writes.length > 0) await this.#queue.add(writes.map(engineWrite), []);
  }

  putIfAbsent(writes: readonly StoreWrite[], guards: readonly StoreKey[]): Promise<boolean> {
    return this.#queue.add(writes.map(engineWrite), guards.map(fullKey));
  }

  async *list(
    space: StoreSpace,
    prefix: string,
    options: { newestFirst?: boolean; limit?: number } & KeySpan = {},
  ): AsyncIterable<{ key: string; value: Buffer }> {
    const entries = this.#engine.entries(keysBeginningWith(space, prefix, options), {
      reverse: options.newestFirst ?? false,
      limit: options.limit,
    });
    for await (const [key, value] of entries) yield { key: keyInSpace(key).toString(), value };
  }

  async *keys(space: StoreSpace, prefix: Uint8Array | string, span?: KeySpan): AsyncIterable<Buffer> {
    for await (const key of this.#engine.keys(keysBeginningWith(space, prefix, span))) yield keyInSpace(key);
  }

  approximateSize(space?: StoreSpace): Promise<number> {
    return this.#engine.size(space && keysBeginningWith(space, ''));
  }

  compact(): Promise<void> {
    return this.#queue.alone(() => this.#engine.compact());
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#engine.close();
  }
}

/** Copies: what a caller does with its bytes must not reach the store. */
function engineWrite({ space, key, value }: StoreWrite): EngineWrite {
  return {
    key: fullKey({ space, key }),
    value: value === undefined ? undefined : Buffer.from(value as Uint8Array),
  };
}
