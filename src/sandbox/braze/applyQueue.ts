import { sequence } from '../faults';
import type { SettingsInForce } from './settings';

/**
 * Holds accepted requests back before they are applied, as Braze does (contracts: braze 2.7). Each request's delay,
 * when over, applies one of those waiting: the oldest, or in a race one picked by a seeded sequence.
 */
export class ApplyQueue {
  readonly #settings: SettingsInForce;
  readonly #timers = new Set<NodeJS.Timeout>();
  #waiting: (() => void)[] = [];
  #idle: (() => void)[] = [];
  #random: (() => number) | undefined;
  #seed: number | undefined;

  constructor(settings: SettingsInForce) {
    this.#settings = settings;
  }

  add(apply: () => void): void {
    const { delayMs } = this.#settings.value.apply;
    if (delayMs === 0 && this.#waiting.length === 0) {
      apply();
      return;
    }
    this.#waiting.push(apply);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#applyOne();
    }, delayMs);
    this.#timers.add(timer);
  }

  /** Resolves once nothing waits. */
  settled(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Forgets what waits, unapplied. */
  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting = [];
    this.#random = undefined;
    this.#wake();
  }

  #applyOne(): void {
    const [apply] = this.#waiting.splice(this.#pick(), 1);
    apply?.();
    if (this.#waiting.length === 0) this.#wake();
  }

  #pick(): number {
    const { order, seed } = this.#settings.value.apply;
    if (order === 'arrival') return 0;
    if (!this.#random || this.#seed !== seed) {
      this.#random = sequence(seed);
      this.#seed = seed;
    }
    return Math.floor(this.#random() * this.#waiting.length);
  }

  #wake(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}
