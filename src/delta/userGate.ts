import { KeyTable } from './keyTable';
import type { ProfilePrints } from './profilePrints';

/** Somebody who wants a profile that is closed. */
export interface Waiter {
  /** On whose behalf; all that wait for one owner are called together. */
  owner: object;
  /** The profile is open. Take it with `enter` at once, or it stays open for others. */
  opened(key: Buffer, waiters: Waiter[], prints: ProfilePrints | undefined): void;
}

/** What a closed profile is waiting for. */
const stage = {
  open: 0,
  /** Something of it is under way. */
  busy: 1,
  /** The answer is there and must reach the disk; time must pass. */
  answered: 2,
  /** Only time must pass. */
  durable: 3,
  /** Another name of a profile that is closed under its first. */
  otherName: 4,
} as const;

const sweepMs = 100;

const noOthers: readonly Buffer[] = [];

/**
 * Keeps the updates of one profile apart (R11): requests in flight may be applied in any order, and Braze's after they
 * were answered, so a profile stays closed from sending until the answer, or some seconds after it, for all runs of a
 * target. Who comes meanwhile waits and is called when it opens. Profiles are named by their keys (see profileKey); where
 * one is looked for by several identifiers, it is closed under all of them.
 *
 * Everybody sent in the last seconds is in here, so what is known of one stands in lists, at the slot of its key.
 */
export class UserGate {
  readonly #closed = new KeyTable();
  readonly #stages: number[] = [];
  readonly #owners: (object | undefined)[] = [];
  /** When the time has passed, epoch milliseconds. */
  readonly #opensAt: number[] = [];
  /** What is remembered of it, where the store may not have it yet. */
  readonly #prints: (ProfilePrints | undefined)[] = [];
  readonly #waiting = new Map<number, Waiter[]>();
  /** The first slot of a profile to those of its other names, and back. */
  readonly #otherNames = new Map<number, number[]>();
  readonly #firstName = new Map<number, number>();
  /** Slots in the order in which they open. */
  #cooling: number[] = [];
  /** Those before this place have opened. */
  #opened = 0;
  #timer: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#closed.size;
  }

  /**
   * True: the profile is the owner's until `leave` or `answered`, which take its first key. False: the waiter will be
   * called.
   * @param others keys under which it is closed as well.
   */
  enter(key: Buffer, owner: object, waiter: () => Waiter, others: readonly Buffer[] = noOthers): boolean {
    const closed = this.#findClosed(key, others);
    if (closed >= 0) {
      this.#wait(closed, waiter(), key, others);
      return false;
    }
    const slot = this.#closed.add(key);
    this.#stages[slot] = stage.busy;
    this.#owners[slot] = owner;
    this.#opensAt[slot] = 0;
    this.#prints[slot] = undefined;
    for (const other of others) this.#nameToo(slot, other);
    return true;
  }

  /** Waits behind whoever has the profile that is closed under the first of these keys, whatever the row's own are. */
  follow(closedKey: Buffer, waiter: Waiter, key: Buffer, others: readonly Buffer[] = noOthers): void {
    this.#wait(this.#findClosed(closedKey, noOthers), waiter, key, others);
  }

  isClosed(key: Buffer): boolean {
    return this.#closed.find(key) >= 0;
  }

  /** Nothing was sent: the profile opens at once. */
  leave(key: Buffer): void {
    const slot = this.#closed.find(key);
    if (slot >= 0) this.#open(slot);
  }

  /** The answer is there. The profile opens after `settleMs`, and not before it was called durable. */
  answered(key: Buffer, prints: ProfilePrints | undefined, settleMs: number): void {
    const slot = this.#closed.find(key);
    if (slot < 0) return;
    this.#stages[slot] = stage.answered;
    this.#prints[slot] = prints;
    this.#opensAt[slot] = Date.now() + settleMs;
    this.#cooling.push(slot);
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref();
  }

  /** The store has it now: whoever comes next looks there. Kept here, prints would be most of what a run holds. */
  durable(key: Buffer): void {
    const slot = this.#closed.find(key);
    if (slot < 0) return;
    if (this.#stages[slot] === stage.answered) this.#stages[slot] = stage.durable;
    this.#prints[slot] = undefined;
  }

  /** The owner wants nothing more; what waited for it is handed back. */
  dropWaiting(owner: object): Waiter[] {
    const dropped: Waiter[] = [];
    for (const [slot, waiting] of this.#waiting) {
      dropped.push(...waiting.filter((waiter) => waiter.owner === owner));
      const left = waiting.filter((waiter) => waiter.owner !== owner);
      if (left.length > 0) this.#waiting.set(slot, left);
      else this.#waiting.delete(slot);
    }
    return dropped;
  }

  /** The owner is gone: what it was busy with opens, and none of its answers will be called durable any more. */
  release(owner: object): void {
    const busy: number[] = [];
    for (let slot = 0; slot < this.#closed.slots; slot++) {
      if (this.#owners[slot] !== owner) continue;
      if (this.#stages[slot] === stage.answered) this.#stages[slot] = stage.durable;
      else if (this.#stages[slot] === stage.busy) busy.push(slot);
    }
    for (const slot of busy) this.#open(slot);
  }

  /** The first slot of a profile that is closed under one of these keys; -1 where none is. */
  #findClosed(key: Buffer, others: readonly Buffer[]): number {
    let slot = this.#closed.find(key);
    for (let at = 0; slot < 0 && at < others.length; at++) slot = this.#closed.find(others[at]!);
    return this.#firstName.get(slot) ?? slot;
  }

  /** From then on the profile is closed under the names of those who wait, too: nobody may overtake them. */
  #wait(slot: number, waiter: Waiter, key: Buffer, others: readonly Buffer[]): void {
    const waiting = this.#waiting.get(slot);
    if (waiting) waiting.push(waiter);
    else this.#waiting.set(slot, [waiter]);
    this.#nameToo(slot, key);
    for (const other of others) this.#nameToo(slot, other);
  }

  #nameToo(slot: number, name: Buffer): void {
    if (this.#closed.find(name) >= 0) return;
    const other = this.#closed.add(name);
    this.#stages[other] = stage.otherName;
    this.#firstName.set(other, slot);
    const names = this.#otherNames.get(slot);
    if (names) names.push(other);
    else this.#otherNames.set(slot, [other]);
  }

  #forgetOtherNames(slot: number): void {
    for (const other of this.#otherNames.get(slot) ?? []) {
      this.#stages[other] = stage.open;
      this.#firstName.delete(other);
      this.#closed.remove(other);
    }
    this.#otherNames.delete(slot);
  }

  #sweep(): void {
    const now = Date.now();
    const cooling = this.#cooling;
    let notYet: number[] | undefined;
    let at = this.#opened;
    for (; at < cooling.length; at++) {
      const slot = cooling[at]!;
      const reached = this.#stages[slot]!;
      // It may have opened, and been closed by somebody else, meanwhile.
      if (reached !== stage.answered && reached !== stage.durable) continue;
      if (this.#opensAt[slot]! > now) break;
      if (reached === stage.durable) this.#open(slot);
      else {
        notYet ??= [];
        notYet.push(slot);
      }
    }
    this.#opened = at;
    if (notYet) this.#putBack(notYet);
    else if (at > cooling.length >> 1) this.#forgetOpened();
    if (this.#cooling.length > this.#opened) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #putBack(notYet: readonly number[]): void {
    this.#cooling = notYet.concat(this.#cooling.slice(this.#opened));
    this.#opened = 0;
  }

  /** Only once in a while: there are as many as were sent in the last seconds. */
  #forgetOpened(): void {
    this.#cooling = this.#cooling.slice(this.#opened);
    this.#opened = 0;
  }

  #open(slot: number): void {
    const prints = this.#prints[slot];
    const waiting = this.#waiting.get(slot);
    this.#stages[slot] = stage.open;
    this.#owners[slot] = undefined;
    this.#prints[slot] = undefined;
    const key = waiting && this.#closed.keyAt(slot);
    this.#closed.remove(slot);
    if (this.#otherNames.size > 0) this.#forgetOtherNames(slot);
    if (!waiting || !key) return;
    this.#waiting.delete(slot);
    for (let left = waiting; left.length > 0; ) {
      const [first] = left;
      // The first owner takes it; those of others find it closed and wait again.
      first!.opened(
        key,
        left.filter(({ owner }) => owner === first!.owner),
        prints,
      );
      left = left.filter(({ owner }) => owner !== first!.owner);
    }
  }
}
