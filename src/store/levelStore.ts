import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { SyncError } from '../errors/syncError';
import { EngineStore } from './engineStore';
import { folderContents } from './folderContents';
import { bringUpToDate, type Migration } from './migrations';
import type { EngineWrite, StoreEngine } from './storeEngine';
import {
  causeOf,
  engineMissing,
  storeDamaged,
  storeFailed,
  storeInUse,
  storeUnavailable,
} from './storeErrors';
import { formatKey, type KeyRange } from './storeKey';

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/**
 * The embedded store: LevelDB in a folder of the Node-RED user directory. LevelDB locks the folder, so there is one
 * writer; writes go through its log and are synced to the disk before `commit` resolves; its work happens on the thread
 * pool, not on the event loop.
 */
export class LevelStore extends EngineStore {
  /**
   * Opens or creates the store. Nothing that is there already is overwritten.
   *
   * @throws SyncError STORE_IN_USE, STORE_DAMAGED, STORE_FOREIGN, STORE_TOO_NEW, STORE_ENGINE_MISSING, STORE_UNAVAILABLE
   */
  static async open(folder: string, migrations?: readonly Migration[]): Promise<LevelStore> {
    await folderContents(folder);
    const engine = await openLevel(folder);
    try {
      await bringUpToDate(engine, folder, migrations);
    } catch (thrown) {
      await engine.close();
      throw thrown;
    }
    return new LevelStore(engine);
  }
}

/** Opens the engine alone, of whatever format its content is. */
export async function openLevel(folder: string): Promise<StoreEngine> {
  const { ClassicLevel } = await loadEngine();
  try {
    await mkdir(folder, { recursive: true });
    const level: Level = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' });
    await level.open();
    return new LevelEngine(level);
  } catch (thrown) {
    const cause = causeOf(thrown);
    if (cause === 'LEVEL_LOCKED') throw storeInUse(folder);
    if (cause === 'LEVEL_CORRUPTION') throw storeDamaged(folder);
    throw storeUnavailable(folder, cause);
  }
}

/** Loaded on first use: an idle Node-RED pays nothing for it, and one that cannot load it still starts. */
async function loadEngine(): Promise<typeof import('classic-level')> {
  try {
    return await import('classic-level');
  } catch (thrown) {
    throw engineMissing(causeOf(thrown));
  }
}

class LevelEngine implements StoreEngine {
  readonly #level: Level;

  constructor(level: Level) {
    this.#level = level;
  }

  async getMany(keys: readonly Buffer[]): Promise<(Buffer | undefined)[]> {
    try {
      const values = await this.#level.getMany(keys as Buffer[]);
      return values.map((value) => value && asBuffer(value));
    } catch (thrown) {
      throw this.#failed(thrown, 'read');
    }
  }

  async write(writes: readonly EngineWrite[]): Promise<void> {
    try {
      // Many times cheaper on the event loop than handing over the same as an array.
      const batch = this.#level.batch();
      for (const { key, value } of writes) {
        if (value === undefined) batch.del(key);
        else batch.put(key, value);
      }
      await batch.write({ sync: true });
    } catch (thrown) {
      throw this.#failed(thrown, 'written');
    }
  }

  async *entries(
    range: KeyRange,
    options: { reverse?: boolean; limit?: number | undefined } = {},
  ): AsyncIterable<[Buffer, Buffer]> {
    const { reverse = false, limit = -1 } = options;
    try {
      const entries = this.#level.iterator({ gte: range.from, lt: range.before, reverse, limit });
      for await (const [key, value] of entries) yield [asBuffer(key), asBuffer(value)];
    } catch (thrown) {
      throw this.#failed(thrown, 'read');
    }
  }

  async *keys(range: KeyRange): AsyncIterable<Buffer> {
    try {
      for await (const key of this.#level.keys({ gte: range.from, lt: range.before })) yield asBuffer(key);
    } catch (thrown) {
      throw this.#failed(thrown, 'read');
    }
  }

  async size(range?: KeyRange): Promise<number> {
    if (range) return this.#level.approximateSize(range.from, range.before);
    const folder = this.#level.location;
    const sizes = (await readdir(folder)).map((name) =>
      stat(join(folder, name)).then(
        (file) => file.size,
        // Tables come and go while LevelDB works.
        () => 0,
      ),
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  async compact(): Promise<void> {
    await this.#level.compactRange(formatKey, Buffer.from([255]));
  }

  async close(): Promise<void> {
    await this.#level.close();
  }

  /** Damage inside a table shows only when the table is read. */
  #failed(thrown: unknown, doing: 'read' | 'written'): SyncError {
    if (thrown instanceof SyncError) return thrown;
    const cause = causeOf(thrown);
    const folder = this.#level.location;
    return cause === 'LEVEL_CORRUPTION' ? storeDamaged(folder) : storeFailed(folder, doing, cause);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
