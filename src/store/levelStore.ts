import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { SyncError } from '../errors/syncError';
import { EngineStore } from './engineStore';
import type { EngineWrite, StoreEngine } from './storeEngine';
import { formatKey, type KeyRange } from './storeKey';

/** Raised with every change of what is stored how; older versions refuse a newer number. */
const formatVersion = 1;

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/**
 * The embedded store: LevelDB in a folder of the Node-RED user directory. LevelDB locks the folder, so there is one
 * writer; writes go through its log and are synced to the disk before `commit` resolves; its work happens on the thread
 * pool, not on the event loop.
 */
export class LevelStore extends EngineStore {
  /** Opens or creates the store. Throws STORE_IN_USE, STORE_DAMAGED, STORE_TOO_NEW or STORE_UNAVAILABLE. */
  static async open(folder: string): Promise<LevelStore> {
    let level: Level;
    try {
      await mkdir(folder, { recursive: true });
      // Loaded on first use: an idle Node-RED pays nothing for it.
      const { ClassicLevel } = await import('classic-level');
      level = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
        keyEncoding: 'view',
        valueEncoding: 'view',
      });
      await level.open();
    } catch (thrown) {
      throw openError(thrown);
    }
    try {
      await checkFormat(level);
    } catch (thrown) {
      await level.close();
      throw thrown instanceof SyncError ? thrown : openError(thrown);
    }
    return new LevelStore(new LevelEngine(level));
  }
}

class LevelEngine implements StoreEngine {
  readonly #level: Level;

  constructor(level: Level) {
    this.#level = level;
  }

  async getMany(keys: readonly Buffer[]): Promise<(Buffer | undefined)[]> {
    const values = await this.#level.getMany(keys as Buffer[]);
    return values.map((value) => value && asBuffer(value));
  }

  async write(writes: readonly EngineWrite[]): Promise<void> {
    await this.#level.batch(
      writes.map(({ key, value }) =>
        value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
      ),
      { sync: true },
    );
  }

  async *entries(
    range: KeyRange,
    options: { reverse?: boolean; limit?: number | undefined } = {},
  ): AsyncIterable<[Buffer, Buffer]> {
    const entries = this.#level.iterator({
      gte: range.from,
      lt: range.before,
      reverse: options.reverse ?? false,
      limit: options.limit ?? -1,
    });
    for await (const [key, value] of entries) yield [asBuffer(key), asBuffer(value)];
  }

  async *keys(range: KeyRange): AsyncIterable<Buffer> {
    for await (const key of this.#level.keys({ gte: range.from, lt: range.before })) yield asBuffer(key);
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
}

async function checkFormat(level: Level): Promise<void> {
  const stored = await level.get(formatKey);
  if (stored === undefined) {
    await level.put(formatKey, Buffer.from(String(formatVersion)), { sync: true });
    return;
  }
  const found = Number(asBuffer(stored).toString());
  if (found <= formatVersion) return;
  throw new SyncError({
    code: 'STORE_TOO_NEW',
    message: `The store was written by a newer version of this package (format ${found}, this version knows ${formatVersion}).`,
    advice: 'Install that version again, or choose another folder; nothing was changed.',
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function openError(thrown: unknown): SyncError {
  const cause = (thrown as { cause?: { code?: string } }).cause?.code ?? (thrown as { code?: string }).code;
  if (cause === 'LEVEL_LOCKED') {
    return new SyncError({
      code: 'STORE_IN_USE',
      message: 'Another process has the profile-sync store of this user directory open.',
      advice: 'Run one Node-RED per user directory, or stop the other process.',
    });
  }
  if (cause === 'LEVEL_CORRUPTION') {
    return new SyncError({
      code: 'STORE_DAMAGED',
      message: 'The profile-sync store is damaged and was left as it is.',
      advice: 'Move its folder aside and start again; the next runs read everything anew.',
    });
  }
  return new SyncError({
    code: 'STORE_UNAVAILABLE',
    message: `The profile-sync store could not be opened (${cause ?? 'unknown cause'}).`,
    advice: 'Check that the Node-RED user directory is writable and that the disk is not full.',
  });
}
