import { mkdir } from 'node:fs/promises';
import type { ClassicLevel } from 'classic-level';
import { SyncError } from '../errors/syncError';
import type { StateStore, StoreSpace, StoreWrite } from './store';

/** First byte of every key. The numbers are part of the file format and never change their meaning. */
const spaceByte: Record<StoreSpace, number> = {
  watermark: 1,
  file: 2,
  history: 3,
  fingerprint: 4,
  checkpoint: 5,
  intent: 6,
  setting: 7,
};

const formatKey = Buffer.from([0]);
/** Raised with every change of what is stored how; older versions refuse a newer number. */
const formatVersion = 1;

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/**
 * The embedded store: LevelDB in a folder of the Node-RED user directory. LevelDB locks the folder, so there is one
 * writer; writes go through its log and are synced to the disk before `commit` resolves; its work happens on the thread
 * pool, not on the event loop.
 */
export class LevelStore implements StateStore {
  readonly #level: Level;

  private constructor(level: Level) {
    this.#level = level;
  }

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
    const store = new LevelStore(level);
    await store.#checkFormat();
    return store;
  }

  async getMany(space: StoreSpace, keys: readonly (Uint8Array | string)[]): Promise<(Buffer | undefined)[]> {
    const values = await this.#level.getMany(keys.map((key) => fullKey(space, key)));
    return values.map((value) => value && asBuffer(value));
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    if (writes.length === 0) return;
    await this.#level.batch(
      writes.map(({ space, key, value }) =>
        value === undefined
          ? { type: 'del' as const, key: fullKey(space, key) }
          : { type: 'put' as const, key: fullKey(space, key), value: Buffer.from(value as Uint8Array) },
      ),
      { sync: true },
    );
  }

  async *list(
    space: StoreSpace,
    prefix: string,
    options: { newestFirst?: boolean; limit?: number } = {},
  ): AsyncIterable<{ key: string; value: Buffer }> {
    const from = fullKey(space, prefix);
    const entries = this.#level.iterator({
      gte: from,
      lt: after(from),
      reverse: options.newestFirst ?? false,
      limit: options.limit ?? -1,
    });
    for await (const [key, value] of entries) {
      yield { key: asBuffer(key).subarray(1).toString(), value: asBuffer(value) };
    }
  }

  async close(): Promise<void> {
    await this.#level.close();
  }

  async #checkFormat(): Promise<void> {
    const stored = await this.#level.get(formatKey);
    if (stored === undefined) {
      await this.#level.put(formatKey, Buffer.from(String(formatVersion)), { sync: true });
      return;
    }
    const found = Number(asBuffer(stored).toString());
    if (found <= formatVersion) return;
    await this.#level.close();
    throw new SyncError({
      code: 'STORE_TOO_NEW',
      message: `The store was written by a newer version of this package (format ${found}, this version knows ${formatVersion}).`,
      advice: 'Install that version again, or choose another folder; nothing was changed.',
    });
  }
}

function fullKey(space: StoreSpace, key: Uint8Array | string): Buffer {
  const rest = typeof key === 'string' ? Buffer.from(key) : key;
  const full = Buffer.allocUnsafe(rest.length + 1);
  full[0] = spaceByte[space];
  full.set(rest, 1);
  return full;
}

/** The first key that does not begin with `prefix`. A space byte is never 255, so there is always one. */
function after(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  let last = end.length - 1;
  while (end[last] === 255) last--;
  end[last] = end[last]! + 1;
  return end.subarray(0, last + 1);
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
