import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { GoalRun } from '../../src/run/goalRun';
import { historyTrim, historyWrite } from '../../src/run/history';
import { RunRegistry } from '../../src/run/registry';
import type { Source } from '../../src/run/source';
import { LevelStore } from '../../src/store/levelStore';
import type { StateStore } from '../../src/store/store';

/** Runs kept in the history. */
const historyRuns = 200;
/** An unused store stays open this long. */
const storeLingerMs = 5_000;

/**
 * What all nodes of one Node-RED share: the open runs, the store, the HTTP connections. A process has one Node-RED, and
 * the module cache makes this one object of it.
 */
class Platform {
  readonly runs = new RunRegistry();
  #http: HttpClient | undefined;
  #store: Promise<StateStore> | undefined;
  #storeUsers = 0;
  #closeTimer: NodeJS.Timeout | undefined;

  /** Lives as long as the process: a deploy must not cut requests that are still in flight. */
  get http(): HttpClient {
    this.#http ??= createHttpClient({});
    return this.#http;
  }

  /** Opens the store on first use, in the Node-RED user directory. Pair every call with `releaseStore`. */
  async acquireStore(RED: NodeAPI): Promise<StateStore> {
    this.#storeUsers++;
    clearTimeout(this.#closeTimer);
    this.#store ??= LevelStore.open(join(RED.settings.userDir ?? process.cwd(), 'profile-sync'));
    try {
      return await this.#store;
    } catch (thrown) {
      this.#store = undefined;
      this.#storeUsers--;
      throw thrown;
    }
  }

  /** Closes the store a while after its last user let go: runs and history reads come in bursts. */
  releaseStore(): void {
    this.#storeUsers--;
    if (this.#storeUsers > 0) return;
    this.#closeTimer = setTimeout(() => {
      const store = this.#store;
      this.#store = undefined;
      void store?.then((open) => open.close());
    }, storeLingerMs);
    this.#closeTimer.unref();
  }

  /** One transaction at the end of a run: what the source learned, and the history. */
  async settle(store: StateStore, run: GoalRun, source?: Source): Promise<void> {
    const again = new Set(run.unitsToRepeat);
    const writes = run.complete && source ? source.remember((unit) => again.has(unit), again.size > 0) : [];
    await store.commit([
      ...writes,
      historyWrite(run.summary()),
      ...(await historyTrim(store, historyRuns - 1)),
    ]);
  }
}

export const platform = new Platform();
