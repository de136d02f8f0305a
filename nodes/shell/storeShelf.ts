import type { OpenedStore } from '../../src/store/openStore';
import type { StateStore } from '../../src/store/store';

/** An unused store stays open this long: runs and history reads come in bursts. */
const defaultLingerMs = 5_000;

interface Shelved {
  opening: Promise<OpenedStore>;
  users: number;
  closeTimer: NodeJS.Timeout | undefined;
}

/** The open stores of this process, by folder: each is opened once, however many nodes use it. */
export class StoreShelf {
  readonly #open: (folder: string) => Promise<OpenedStore>;
  readonly #lingerMs: number;
  readonly #shelved = new Map<string, Shelved>();
  readonly #folders = new WeakMap<StateStore, string>();
  /** Stores on their way out: a folder is locked until its store is gone. */
  readonly #closing = new Map<string, Promise<void>>();

  constructor(open: (folder: string) => Promise<OpenedStore>, options: { lingerMs?: number } = {}) {
    this.#open = open;
    this.#lingerMs = options.lingerMs ?? defaultLingerMs;
  }

  /** Pair every call with `release`. */
  async acquire(folder: string): Promise<OpenedStore> {
    const shelved = this.#shelve(folder);
    shelved.users++;
    clearTimeout(shelved.closeTimer);
    try {
      const opened = await shelved.opening;
      this.#folders.set(opened.store, folder);
      return opened;
    } catch (thrown) {
      // The next one tries again; it may have begun already.
      if (this.#shelved.get(folder) === shelved) this.#shelved.delete(folder);
      throw thrown;
    }
  }

  release(store: StateStore): void {
    const folder = this.#folders.get(store);
    const shelved = folder === undefined ? undefined : this.#shelved.get(folder);
    if (folder === undefined || !shelved) return;
    shelved.users--;
    if (shelved.users > 0) return;
    shelved.closeTimer = setTimeout(() => this.#close(folder, shelved), this.#lingerMs);
    shelved.closeTimer.unref();
  }

  /** Runs `work` while nobody has the folder open. False where somebody has, and nothing was done. */
  async whileClosed(folder: string, work: () => Promise<void>): Promise<boolean> {
    const shelved = this.#shelved.get(folder);
    if (shelved && shelved.users > 0) return false;
    if (shelved) this.#close(folder, shelved);
    const done = this.#gone(folder).then(work);
    this.#closing.set(
      folder,
      done.catch(() => undefined),
    );
    await done;
    return true;
  }

  #shelve(folder: string): Shelved {
    const there = this.#shelved.get(folder);
    if (there) return there;
    const opening = this.#gone(folder).then(() => this.#open(folder));
    const shelved: Shelved = { opening, users: 0, closeTimer: undefined };
    this.#shelved.set(folder, shelved);
    return shelved;
  }

  #close(folder: string, shelved: Shelved): void {
    clearTimeout(shelved.closeTimer);
    this.#shelved.delete(folder);
    const closed = shelved.opening.then(({ store }) => store.close()).catch(() => undefined);
    this.#closing.set(folder, closed);
  }

  #gone(folder: string): Promise<void> {
    return this.#closing.get(folder) ?? Promise.resolve();
  }
}
