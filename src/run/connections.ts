import type { SyncError } from '../errors/syncError';
import type { GoalRun } from './goalRun';
import type { GoalToken, RunSummary } from './runSummary';

/** What a connection asks of the source of a goal; it travels as `msg.sync` on the goal's output. */
export interface GoalOrder {
  token: GoalToken;
  dryRun: boolean;
  fullRead: boolean;
}

/** What a connection hears of a goal that it has ordered. Calls come in this order, each once at most. */
export interface GoalListener {
  started(run: GoalRun): void;
  finished(summary: RunSummary): void;
  /** Instead of `started`: the source could not begin. */
  refused(error: SyncError): void;
}

interface Announcement {
  run: GoalRun;
  summary?: RunSummary;
}

/** A run that ended while nobody listened is remembered this long: its connection may be on its way up. */
const unheardMemoryMs = 60_000;

/**
 * Where sources and connections meet: a source announces the run that it began for a connection, the connection hears
 * how it goes. A source may be first, after a restart or a deploy: what it announced waits for the connection.
 */
export class ConnectionBoard {
  readonly #listeners = new Map<string, GoalListener>();
  readonly #announced = new Map<string, Announcement>();

  /** Returns how to stop listening; the run goes on, and may be listened to again. */
  expect(token: GoalToken, listener: GoalListener): () => void {
    const key = keyOf(token);
    this.#listeners.set(key, listener);
    const announced = this.#announced.get(key);
    if (announced) {
      listener.started(announced.run);
      if (announced.summary) this.#tellEnd(key, listener, announced.summary);
    }
    return () => {
      if (this.#listeners.get(key) === listener) this.#listeners.delete(key);
    };
  }

  goalStarted(token: GoalToken, run: GoalRun): void {
    const key = keyOf(token);
    const announcement: Announcement = { run };
    this.#announced.set(key, announcement);
    run.listen({ finished: (summary) => this.#ended(key, announcement, summary) });
    this.#listeners.get(key)?.started(run);
  }

  goalRefused(token: GoalToken, error: SyncError): void {
    const key = keyOf(token);
    const listener = this.#listeners.get(key);
    this.#listeners.delete(key);
    listener?.refused(error);
  }

  #ended(key: string, announcement: Announcement, summary: RunSummary): void {
    // A run that goes on after a deploy announces itself anew, under the same token.
    if (this.#announced.get(key) !== announcement) return;
    const listener = this.#listeners.get(key);
    if (listener) {
      this.#tellEnd(key, listener, summary);
    } else if (summary.result === 'stopped') {
      // By the deploy that also took the connection away: the goal is not done.
      this.#announced.delete(key);
    } else {
      announcement.summary = summary;
      setTimeout(() => {
        if (this.#announced.get(key) === announcement) this.#announced.delete(key);
      }, unheardMemoryMs).unref();
    }
  }

  #tellEnd(key: string, listener: GoalListener, summary: RunSummary): void {
    this.#announced.delete(key);
    this.#listeners.delete(key);
    listener.finished(summary);
  }
}

/** Reads an order from a message's `sync` property; undefined where there is none. */
export function readGoalOrder(sync: unknown): GoalOrder | undefined {
  if (typeof sync !== 'object' || sync === null) return undefined;
  const { connection, connectionRun, goal, dryRun, fullRead } = sync as Record<string, unknown>;
  if (typeof connection !== 'string' || typeof connectionRun !== 'string' || typeof goal !== 'string') {
    return undefined;
  }
  return {
    token: { connection, connectionRun, goal },
    dryRun: dryRun === true,
    fullRead: fullRead === true,
  };
}

/** The `sync` property of the message that starts a goal: what `readGoalOrder` reads. */
export function goalOrderMessage(order: GoalOrder): Record<string, unknown> {
  return {
    ...order.token,
    ...(order.dryRun && { dryRun: true }),
    ...(order.fullRead && { fullRead: true }),
  };
}

function keyOf({ connection, connectionRun, goal }: GoalToken): string {
  return JSON.stringify([connection, connectionRun, goal]);
}
