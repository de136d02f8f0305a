/** A queue in which callers take turns: each gets one in every round, however many wait for it. */
export class Turns<Caller, Waiter> {
  /** Callers in the order of their turns, with what waits for each. */
  readonly #lines = new Map<Caller, Waiter[]>();

  get empty(): boolean {
    return this.#lines.size === 0;
  }

  /** @param first before everything else of the same caller. */
  add(caller: Caller, waiter: Waiter, first: boolean): void {
    const line = this.#lines.get(caller);
    if (!line) this.#lines.set(caller, [waiter]);
    else if (first) line.unshift(waiter);
    else line.push(waiter);
  }

  next(): Waiter | undefined {
    const turn = this.#lines.entries().next();
    if (turn.done) return undefined;
    const [caller, line] = turn.value;
    const waiter = line.shift();
    this.#lines.delete(caller);
    if (line.length > 0) this.#lines.set(caller, line);
    return waiter;
  }

  remove(caller: Caller, waiter: Waiter): void {
    const line = this.#lines.get(caller);
    const at = line?.indexOf(waiter) ?? -1;
    if (!line || at < 0) return;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(caller);
  }

  /** The one of each caller whose turn comes first. */
  *heads(): Generator<Waiter> {
    for (const line of this.#lines.values()) yield line[0]!;
  }
}
