import type { NodeAPI } from 'node-red';
import { ExportCallbacks } from '../../src/braze/exportCallbacks';
import type { SharedExports } from '../../src/braze/exportWatch';
import { OpenExports } from '../../src/braze/openExports';
import { deleteIntents } from '../../src/delta/sums';
import { UserGate } from '../../src/delta/userGate';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { widestDefault } from '../../src/pace/pace';
import { PaceBook } from '../../src/pace/paceBook';
import { checkpointDeletes, pausedWrite } from '../../src/run/checkpoint';
import { ConnectionBoard } from '../../src/run/connections';
import type { GoalRun } from '../../src/run/goalRun';
import { historyTrim, historyWrite } from '../../src/run/history';
import { RunRegistry } from '../../src/run/registry';
import type { Source } from '../../src/run/source';
import { type OpenedStore, openStore } from '../../src/store/openStore';
import type { StateStore, StoreWrite } from '../../src/store/store';
import { defaultRetention, type Retention, retentionOf, storeFolder } from './storeSettings';
import { StoreShelf } from './storeShelf';

/** Connections for what does not go by a pace, beside a pace at its widest. */
const spareConnections = 16;

/** Cleaning up after a run must not keep its end from being told. */
const cleanUpMs = 60_000;

/**
 * What all nodes of one Node-RED share: the open runs, the store, the HTTP connections, the pace of requests. A process has one Node-RED, and
 * the module cache makes this one object of it.
 */
class Platform {
  readonly runs = new RunRegistry();
  /** How fast requests to Braze may go, for each rate group. */
  readonly paces = new PaceBook({ learnsRate: true });
  readonly connections = new ConnectionBoard();
  /** What is known of exports of Braze while they are under way. */
  readonly exports: SharedExports = { openExports: new OpenExports(), callbacks: new ExportCallbacks() };
  #http: HttpClient | undefined;
  readonly stores = new StoreShelf(openStore);
  readonly #retention = new WeakMap<StateStore, Retention>();
  readonly #warned = new Set<string>();
  readonly #gates = new Map<string, UserGate>();

  /** Lives as long as the process: a deploy must not cut requests that are still in flight. */
  get http(): HttpClient {
    this.#http ??= createHttpClient({ connections: widestDefault + spareConnections });
    return this.#http;
  }

  /**
   * Opens the store on first use: the one of the chosen store node, or the default one. Pair every call with
   * `releaseStore`.
   */
  async acquireStore(RED: NodeAPI, storeNodeId?: string): Promise<StateStore> {
    const folder = storeFolder(RED, storeNodeId);
    const opened = await this.stores.acquire(folder);
    this.#warn(RED, folder, opened);
    this.#retention.set(opened.store, retentionOf(RED, folder));
    return opened.store;
  }

  /** Keeps profiles of one workspace apart for all sinks that send there; see UserGate. */
  gateOf(workspace: string): UserGate {
    let gate = this.#gates.get(workspace);
    if (!gate) {
      gate = new UserGate();
      this.#gates.set(workspace, gate);
    }
    return gate;
  }

  releaseStore(store: StateStore): void {
    this.stores.release(store);
  }

  /**
   * One transaction at the end of a run: what the source learned, what is left of its checkpoint, and the history. A run
   * that was cut off keeps its checkpoint and goes on later; one that went aside of it (a dry run) leaves it alone.
   */
  async settle(
    store: StateStore,
    run: GoalRun,
    source?: Source,
    how: 'over' | 'cut off' | 'paused' | 'aside' = 'over',
  ): Promise<void> {
    const again = new Set(run.unitsToRepeat);
    const learned = run.complete && source ? source.remember((unit) => again.has(unit), again.size > 0) : [];
    run.watermark = watermarkOf(source, learned);
    const goalId = run.goal.id;
    const { runs, days } = this.#retention.get(store) ?? defaultRetention;
    const kept = run.takeKept();
    const left = how === 'over' ? await checkpointDeletes(store, goalId) : [];
    await store.commit([
      ...kept.writes,
      ...learned,
      ...left,
      ...(how === 'paused' ? [pausedWrite(goalId, true)] : []),
      historyWrite(run.summary()),
      ...(await historyTrim(store, runs, { days, adding: run.id })),
    ]);
    kept.durable();
    // Later than all that: as long as a file may be read again, only its intents keep it from being added again.
    const readForGood = run.complete && run.unitsToRepeat.length === 0;
    if (how === 'over' && source && (source.meaning === 'total' || readForGood)) {
      await deleteIntents(store, goalId);
    }
    if (how === 'over' && readForGood && source?.cleanUp) await this.#cleanUp(store, run, source);
  }

  /** The run is over and durable by now: whatever goes wrong here is told, and changes nothing of its result. */
  async #cleanUp(store: StateStore, run: GoalRun, source: Source): Promise<void> {
    const left = await source.cleanUp?.(AbortSignal.timeout(cleanUpMs));
    if (!left) return;
    run.notice(left);
    await store.commit([historyWrite(run.summary())]).catch(() => undefined);
  }

  /** Once in the life of the process: the store is opened and closed many times. */
  #warn(RED: NodeAPI, folder: string, { warning }: OpenedStore): void {
    if (warning === undefined || this.#warned.has(folder)) return;
    this.#warned.add(folder);
    RED.log.warn(`[profile-sync] ${warning}`);
  }
}

/** Watermarks are stored as epoch milliseconds. */
function watermarkOf(source: Source | undefined, writes: readonly StoreWrite[]): GoalRun['watermark'] {
  const moved = writes.find(({ space }) => space === 'watermark');
  if (!moved && source?.since === undefined) return undefined;
  return {
    ...(source?.since !== undefined && { from: new Date(source.since).toISOString() }),
    ...(moved && { to: new Date(Number(moved.value)).toISOString() }),
  };
}

export const platform = new Platform();
