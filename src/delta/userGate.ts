import type { ProfilePrints } from './profilePrints';

/** Somebody who wants a profile that is closed. */
export interface Waiter {
  /** On whose behalf; all that wait for one owner are called together. */
  owner: object;
  /** The profile is open. Take it with `enter` at once, or it stays open for others. */
  opened(id: string, waiters: Waiter[], prints: ProfilePrints | undefined): void;
}

/**
 * A profile that something of ours is busy with, or was just now. There is one for every profile sent in the last
 * seconds, so it is a single small object.
 */
interface Closed {
  readonly id: string;
  readonly owner: object;
  /** Something is under way; else only time must pass, and the answer must reach the disk. */
  busy: boolean;
  durable: boolean;
  /** When the time has passed, epoch milliseconds; of no meaning while it is busy. */
  opensAt: number;
  /** What is remembered of it, where the store may not have it yet. */
  prints: ProfilePrints | undefined;
  waiting: Waiter[] | undefined;
}

const sweepMs = 100;

/**
 * Keeps the updates of one profile apart (R11): Braze applies requests in any order, so a profile stays closed from
 * sending until some seconds after the last answer, for all runs of a target. Who comes meanwhile waits and is called
 * when it opens.
 */
export class UserGate {
  readonly #closed = new Map<string, Closed>();
  /** In the order in which they open. */
  #cooling: Closed[] = [];
  /** Those before this place have opened. */
  #opened = 0;
  #timer: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#closed.size;
  }

  /** True: the profile is the owner's until `leave` or `answered`. False: the waiter will be called. */
  enter(id: string, owner: object, waiter: () => Waiter): boolean {
    const closed = this.#closed.get(id);
    if (closed) {
      closed.waiting ??= [];
      closed.waiting.push(waiter());
      return false;
    }
    this.#closed.set(id, {
      id,
      owner,
      busy: true,
      durable: true,
      opensAt: 0,
      prints: undefined,
      waiting: undefined,
    });
    return true;
  }

  isClosed(id: string): boolean {
    return this.#closed.has(id);
  }

  /** Nothing was sent: the profile opens at once. */
  leave(id: string): void {
    const closed = this.#closed.get(id);
    if (closed) this.#open(closed);
  }

  /** The answer is there. The profile opens after `settleMs`, and not before it was called durable. */
  answered(id: string, prints: ProfilePrints | undefined, settleMs: number): void {
    const closed = this.#closed.get(id);
    if (!closed) return;
    closed.busy = false;
    closed.durable = false;
    closed.prints = prints;
    closed.opensAt = Date.now() + settleMs;
    this.#cooling.push(closed);
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref();
  }

  /** The store has it now: whoever comes next looks there. Kept here, prints would be most of what a run holds. */
  durable(id: string): void {
    const closed = this.#closed.get(id);
    if (!closed) return;
    closed.durable = true;
    closed.prints = undefined;
  }

  /** The owner wants nothing more; what waited for it is handed back. */
  dropWaiting(owner: object): Waiter[] {
    const dropped: Waiter[] = [];
    for (const closed of this.#closed.values()) {
      if (!closed.waiting) continue;
      dropped.push(...closed.waiting.filter((waiter) => waiter.owner === owner));
      closed.waiting = closed.waiting.filter((waiter) => waiter.owner !== owner);
    }
    return dropped;
  }

  /** The owner is gone: what it was busy with opens, and none of its answers will be called durable any more. */
  release(owner: object): void {
    for (const closed of this.#closed.values()) {
      if (closed.owner !== owner) continue;
      closed.durable = true;
      if (closed.busy) this.#open(closed);
    }
  }

  #sweep(): void {
    const now = Date.now();
    const cooling = this.#cooling;
    const { length } = cooling;
    let notYet: Closed[] | undefined;
    let at = this.#opened;
    for (; at < length; at++) {
      const next = cooling[at]!;
      // It may have opened, and been closed by somebody else, meanwhile.
      if (next.busy || this.#closed.get(next.id) !== next) continue;
      if (next.opensAt > now) break;
      if (next.durable) this.#open(next);
      else {
        notYet ??= [];
        notYet.push(next);
      }
    }
    this.#opened = at;
    if (notYet) this.#putBack(notYet);
    else if (at > cooling.length >> 1) this.#forgetOpened();
    if (this.#cooling.length > this.#opened) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #putBack(notYet: readonly Closed[]): void {
    this.#cooling = notYet.concat(this.#cooling.slice(this.#opened));
    this.#opened = 0;
  }

  /** Only once in a while: there are as many as were sent in the last seconds. */
  #forgetOpened(): void {
    this.#cooling = this.#cooling.slice(this.#opened);
    this.#opened = 0;
  }

  #open({ id, waiting, prints }: Closed): void {
    this.#closed.delete(id);
    for (let left = waiting ?? []; left.length > 0; ) {
      const [first] = left;
      // The first owner takes it; those of others find it closed and wait again.
      first!.opened(
        id,
        left.filter(({ owner }) => owner === first!.owner),
        prints,
      );
      left = left.filter(({ owner }) => owner !== first!.owner);
    }
  }
}
