/** The outside systems that the sandbox stands in for. */
export type SandboxSystem = 'braze' | 'blueconic' | 's3';

/** What goes wrong. `after: true` lets the request be processed first, so that only its answer is lost or changed. */
export type Fault =
  /** Answers late. */
  | { kind: 'latency'; ms: number; jitterMs?: number }
  /** Answers with a status of its own. */
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string>; after?: boolean }
  /** At most `limit` requests per fixed window of `windowMs`, aligned to the clock; more are answered 429. */
  | { kind: 'wall'; limit: number; windowMs: number; headerStyle: 'epoch' | 'mau' | 'none' }
  /** Never answers. */
  | { kind: 'hang'; after?: boolean }
  /** Closes the connection without an answer. */
  | { kind: 'reset'; after?: boolean }
  /** Answers with an HTML page, as a proxy in trouble does. */
  | { kind: 'html'; status: number }
  /** Sends only the first `share` (0 to 1) of the answer's body and then breaks the connection. */
  | { kind: 'cutBody'; share: number }
  /**
   * Bends the list `errors` of a JSON answer that says `success`: each entry twice; entries without their index, at least
   * one; or no list at all.
   */
  | { kind: 'bentErrors'; how: 'repeated' | 'unindexed' | 'notAList' }
  /** Sends the answer's body in pieces with a pause between them. */
  | { kind: 'slowBody'; pieceBytes: number; pauseMs: number };

/** One rule of the fault injection: which requests, how many of them, what happens. */
export interface FaultRule {
  system: SandboxSystem;
  /** Upper-case HTTP method; absent: any. */
  method?: string;
  /** Matches where the request's path contains it; absent: any. */
  path?: string;
  /** Matches where the request's body contains it; absent: any. Not for S3, whose bodies are streams. */
  contains?: string;
  /** Let this many matching requests through first. */
  skip?: number;
  /** Apply to at most this many requests; absent: all. */
  times?: number;
  /** Apply to this share (0 to 1) of the matching requests, chosen by a seeded sequence; absent: all. */
  share?: number;
  seed?: number;
  fault: Fault;
}

interface ActiveRule {
  id: number;
  rule: FaultRule;
  seen: number;
  applied: number;
  random: () => number;
  window: { start: number; count: number };
}

export interface WallVerdict {
  limit: number;
  remaining: number;
  resetAt: number;
  headerStyle: 'epoch' | 'mau' | 'none';
  exceeded: boolean;
}

/** What the rules say about one request. */
export interface FaultPlan {
  faults: Exclude<Fault, { kind: 'wall' }>[];
  wall?: WallVerdict;
}

/** The fault rules now in force. One instance serves all three systems. */
export class FaultRules {
  #rules: ActiveRule[] = [];
  #nextId = 1;

  add(rule: FaultRule): number {
    const id = this.#nextId++;
    this.#rules.push({
      id,
      rule,
      seen: 0,
      applied: 0,
      random: sequence(rule.seed ?? id),
      window: { start: 0, count: 0 },
    });
    return id;
  }

  remove(id: number): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((active) => active.id !== id);
    return this.#rules.length < before;
  }

  clear(): void {
    this.#rules = [];
  }

  list(): { id: number; rule: FaultRule; seen: number; applied: number }[] {
    return this.#rules.map(({ id, rule, seen, applied }) => ({ id, rule, seen, applied }));
  }

  /** Some rule wants to see bodies before it can say what goes wrong. */
  looksIntoBodies(system: SandboxSystem): boolean {
    return this.#rules.some(({ rule }) => rule.system === system && rule.contains !== undefined);
  }

  /** @param body only needed where a rule looks into bodies */
  plan(system: SandboxSystem, method: string, path: string, body?: Buffer): FaultPlan {
    const plan: FaultPlan = { faults: [] };
    for (const active of this.#rules) {
      const { rule } = active;
      if (rule.system !== system) continue;
      if (rule.method !== undefined && rule.method !== method) continue;
      if (rule.path !== undefined && !path.includes(rule.path)) continue;
      if (rule.contains !== undefined && !body?.includes(rule.contains)) continue;
      active.seen++;
      if (active.seen <= (rule.skip ?? 0)) continue;
      if (rule.times !== undefined && active.applied >= rule.times) continue;
      if (rule.share !== undefined && active.random() >= rule.share) continue;
      active.applied++;
      if (rule.fault.kind === 'wall') plan.wall = wallVerdict(active.window, rule.fault, Date.now());
      else plan.faults.push(rule.fault);
    }
    return plan;
  }
}

function wallVerdict(
  window: { start: number; count: number },
  wall: Extract<Fault, { kind: 'wall' }>,
  now: number,
): WallVerdict {
  const start = now - (now % wall.windowMs);
  if (window.start !== start) {
    window.start = start;
    window.count = 0;
  }
  window.count++;
  return {
    limit: wall.limit,
    remaining: Math.max(0, wall.limit - window.count),
    resetAt: start + wall.windowMs,
    headerStyle: wall.headerStyle,
    exceeded: window.count > wall.limit,
  };
}

/** A small seeded sequence of numbers in [0, 1), so that a scripted fault strikes the same requests every time. */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
