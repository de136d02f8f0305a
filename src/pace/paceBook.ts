import { Pace, type PaceLimits, type PaceOptions } from './pace';

interface Group {
  pace: Pace;
  members: Map<string, PaceLimits>;
  /** Since when it has no members. */
  emptySince: number;
}

/** What was learned of a server is worth keeping over a deploy, and for a while after. */
const keptMs = 3_600_000;

/**
 * The paces of one process: one for each rate group, shared by all who name the group. A group outlives its members for
 * an hour, so that a deploy does not forget what the server said.
 */
export class PaceBook {
  readonly #groups = new Map<string, Group>();
  readonly #now: () => number;
  readonly #options: PaceOptions;

  constructor(options: PaceOptions = {}, now: () => number = Date.now) {
    this.#options = options;
    this.#now = now;
  }

  /** Joins a group, or changes what a member asks for. The strictest limits of all members are in force. */
  join(group: string, member: string, limits: PaceLimits): Pace {
    this.#sweep();
    const known = this.#groups.get(group);
    const entry = known ?? { pace: new Pace(this.#options), members: new Map(), emptySince: 0 };
    this.#groups.set(group, entry);
    entry.members.set(member, limits);
    entry.pace.limit(strictest([...entry.members.values()]));
    return entry.pace;
  }

  leave(group: string, member: string): void {
    const entry = this.#groups.get(group);
    if (!entry?.members.delete(member)) return;
    if (entry.members.size > 0) entry.pace.limit(strictest([...entry.members.values()]));
    else entry.emptySince = this.#now();
    this.#sweep();
  }

  get size(): number {
    return this.#groups.size;
  }

  #sweep(): void {
    for (const [name, { members, pace, emptySince }] of this.#groups) {
      if (members.size === 0 && pace.idle && this.#now() - emptySince > keptMs) this.#groups.delete(name);
    }
  }
}

function strictest(all: readonly PaceLimits[]): PaceLimits {
  const budgets = new Map<number, number>();
  for (const { requests, windowMs } of all.flatMap((limits) => limits.budgets)) {
    budgets.set(windowMs, Math.min(requests, budgets.get(windowMs) ?? requests));
  }
  return {
    most: Math.min(...all.map(({ most }) => most)),
    budgets: [...budgets].map(([windowMs, requests]) => ({ requests, windowMs })),
    reserve: Math.max(...all.map(({ reserve }) => reserve)),
  };
}
