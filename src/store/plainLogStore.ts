import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SyncError } from '../errors/syncError';
import { EngineStore } from './engineStore';
import { folderContents, plainLogFile, plainLogLock, plainLogNew } from './folderContents';
import { lockFolder } from './folderLock';
import { MemoryEngine } from './memoryEngine';
import { bringUpToDate, type Migration } from './migrations';
import { encodeRecord, logMagic, readLog } from './plainLog';
import type { EngineWrite, StoreEngine } from './storeEngine';
import { causeOf, storeDamaged, storeFailed, storeUnavailable } from './storeErrors';
import { allKeys, type KeyRange } from './storeKey';

/** A log is written anew when it is more than twice as large as what it holds, and larger than this. */
const wasteFrom = 4 << 20;
/** Bytes of a record when the log is written anew. */
const recordBytes = 1 << 20;

/**
 * The store for machines on which the native engine does not load: everything in memory, and every commit appended to a
 * plain file and synced before it counts. Correct, but its memory grows with the number of profiles, and opening reads
 * the whole file.
 */
export class PlainLogStore extends EngineStore {
  /**
   * Opens or creates the store. Nothing that is there already is overwritten.
   *
   * @throws SyncError STORE_IN_USE, STORE_DAMAGED, STORE_FOREIGN, STORE_TOO_NEW, STORE_UNAVAILABLE
   */
  static async open(folder: string, migrations?: readonly Migration[]): Promise<PlainLogStore> {
    await folderContents(folder);
    const engine = await openPlainLog(folder);
    try {
      await bringUpToDate(engine, folder, migrations);
    } catch (thrown) {
      await engine.close();
      throw thrown;
    }
    return new PlainLogStore(engine);
  }
}

/** Opens the engine alone, of whatever format its content is. */
export async function openPlainLog(folder: string): Promise<StoreEngine> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    throw storeUnavailable(folder, causeOf(thrown));
  }
  const lock = await lockFolder(folder, join(folder, plainLogLock));
  try {
    return await PlainLogEngine.open(folder, lock);
  } catch (thrown) {
    await lock.release();
    throw thrown instanceof SyncError ? thrown : storeUnavailable(folder, causeOf(thrown));
  }
}

class PlainLogEngine implements StoreEngine {
  readonly #folder: string;
  readonly #lock: { release(): Promise<void> };
  readonly #held = new MemoryEngine();
  #file: FileHandle | undefined;
  #end = 0;

  private constructor(folder: string, lock: { release(): Promise<void> }) {
    this.#folder = folder;
    this.#lock = lock;
  }

  static async open(folder: string, lock: { release(): Promise<void> }): Promise<PlainLogEngine> {
    const engine = new PlainLogEngine(folder, lock);
    await engine.#read();
    return engine;
  }

  getMany(keys: readonly Buffer[]): Promise<(Buffer | undefined)[]> {
    return this.#held.getMany(keys);
  }

  async write(writes: readonly EngineWrite[]): Promise<void> {
    await this.#append(encodeRecord(writes));
    this.#held.apply(writes);
    if (this.#end > wasteFrom && this.#end > 2 * (await this.#held.size())) await this.compact();
  }

  entries(
    range: KeyRange,
    options?: { reverse?: boolean; limit?: number | undefined },
  ): AsyncIterable<[Buffer, Buffer]> {
    return this.#held.entries(range, options);
  }

  keys(range: KeyRange): AsyncIterable<Buffer> {
    return this.#held.keys(range);
  }

  async size(range?: KeyRange): Promise<number> {
    return range ? this.#held.size(range) : this.#end;
  }

  /** Writes what is held to a new file, which then takes the place of the old one: at any moment one of them is whole. */
  async compact(): Promise<void> {
    const path = join(this.#folder, plainLogNew);
    const fresh = await open(path, 'w');
    let end = 0;
    try {
      for await (const bytes of this.#whole()) {
        await fresh.write(bytes, 0, bytes.length, end);
        end += bytes.length;
      }
      await fresh.sync();
    } catch (thrown) {
      await fresh.close();
      throw storeFailed(this.#folder, 'written', causeOf(thrown));
    }
    await fresh.close();
    await this.#file?.close();
    this.#file = undefined;
    const log = join(this.#folder, plainLogFile);
    await rename(path, log);
    await syncFolder(this.#folder);
    this.#file = await open(log, 'r+');
    this.#end = end;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    await this.#held.close();
    await this.#lock.release();
  }

  async #read(): Promise<void> {
    await rm(join(this.#folder, plainLogNew), { force: true });
    try {
      this.#file = await open(join(this.#folder, plainLogFile), 'r+');
    } catch (thrown) {
      if (causeOf(thrown) !== 'ENOENT') throw thrown;
      return this.compact();
    }
    const { end, damaged } = await readLog(this.#file, (writes) => this.#held.apply(writes));
    if (damaged) {
      await this.#file.close();
      throw storeDamaged(this.#folder);
    }
    // What a dying process left of its last commit would else be taken for damage once more follows it.
    await this.#file.truncate(end);
    this.#end = end;
    if (end > wasteFrom && end > 2 * (await this.#held.size())) await this.compact();
  }

  async #append(record: Buffer): Promise<void> {
    const file = this.#file;
    if (!file) throw storeFailed(this.#folder, 'written', 'an earlier write failed');
    try {
      for (let done = 0; done < record.length; ) {
        const { bytesWritten } = await file.write(record, done, record.length - done, this.#end + done);
        done += bytesWritten;
      }
      await file.datasync();
    } catch (thrown) {
      // Whether the commit is on the disk is unknown. The file is good up to here, and says so when it is opened again.
      this.#file = undefined;
      await file.truncate(this.#end).catch(() => undefined);
      await file.close().catch(() => undefined);
      throw storeFailed(this.#folder, 'written', causeOf(thrown));
    }
    this.#end += record.length;
  }

  async *#whole(): AsyncIterable<Buffer> {
    yield logMagic;
    let writes: EngineWrite[] = [];
    let bytes = 0;
    for await (const [key, value] of this.#held.entries(allKeys)) {
      writes.push({ key, value });
      bytes += key.length + value.length;
      if (bytes < recordBytes) continue;
      yield encodeRecord(writes);
      writes = [];
      bytes = 0;
    }
    if (writes.length > 0) yield encodeRecord(writes);
  }
}

/** A rename is on the disk when its folder is. Windows has no such call, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
