import type { NodeAPI } from 'node-red';
import type { GoalRun } from '../../src/run/goalRun';
import { parseRef } from '../../src/run/ref';
import type { WiredNode, WiredPath } from './flowPath';
import { completesLast } from './promptNodes';

/** A node at run time; in a subflow `_alias` is the id it is configured under. */
interface RunningNode {
  id: string;
  type: string;
  _alias?: string;
}

interface End {
  id: string;
  node: RunningNode;
}

/** The events of Node-RED's hooks, as far as they are read here. */
interface SendEvent {
  msg: object;
  source: End;
  destination: End;
}
interface ReceiveEvent {
  msg: object;
  destination: End;
}
interface CompleteEvent {
  msg: object;
  node: End;
  error?: unknown;
}

/** A batch between the source and the sink, and how many messages with its name some node is busy with. */
interface Batch {
  name: string;
  unit: number;
  batch: number;
  inFlight: number;
  /** It arrived, failed somewhere, or was judged already: nothing more is concluded from its messages. */
  over: boolean;
}

/** Hooks of other packages that may hold a message back where it is counted neither here nor there. */
const holdingHooks = ['onSend', 'preRoute'];

/**
 * Watches, for one run, what becomes of its batches between source and sink. Once every node has completed a batch of
 * which nothing went to the sink, its rows were left out on purpose, and the run is told so at once (R6).
 *
 * A hint that saves waiting; the ledger never depends on it. It stays out of every flow in which a node may complete
 * first and send later, and falls silent with the first message that has lost its name: then rows that do not arrive
 * are judged by the run's own idle time.
 */
export function watchPassage(
  RED: NodeAPI,
  nodes: ReadonlyMap<string, WiredNode>,
  path: WiredPath,
  run: GoalRun,
): void {
  // The test helper's runtime has no hooks.
  const hooks = RED.hooks as NodeAPI['hooks'] | undefined;
  if (!hooks || !path.single || path.between.length === 0) return;
  if (!path.route.every((id) => completesLast(nodes.get(id)!))) return;
  const passage = new Passage(run, path, () => !holdingHooks.some((name) => hooks.has(name)));
  const label = `profile-sync-${run.id}`;
  // Exactly one declared parameter each: Node-RED takes anything else for a callback and waits for ever.
  hooks.add(`preDeliver.${label}`, (event: unknown) => passage.delivered(event as SendEvent));
  hooks.add(`postReceive.${label}`, (event: unknown) => passage.received(event as ReceiveEvent));
  hooks.add(`onComplete.${label}`, (event: unknown) => passage.completed(event as CompleteEvent));
  const end = (): void => {
    passage.stop();
    hooks.remove(`*.${label}`);
    RED.events.removeListener('flows:stopping', end);
  };
  // What a node holds when it is deployed anew it completes too, but without having left it out on purpose.
  RED.events.on('flows:stopping', end);
  run.listen({ finished: end });
}

/** The gauge of one run: messages delivered minus messages completed, per batch. None of its methods may throw. */
export class Passage {
  readonly #run: GoalRun;
  readonly #sink: string | undefined;
  readonly #route: ReadonlySet<string>;
  readonly #trustworthy: () => boolean;
  readonly #batches = new Map<string, Batch>();
  /** By message object, as nodes may change what is in it; with the nodes that are busy with it. */
  readonly #travelling = new WeakMap<object, { batch: Batch; busy: string[] }>();
  #silent = false;

  /** @param trustworthy False while something outside the flow may be holding messages back. */
  constructor(run: GoalRun, path: WiredPath, trustworthy: () => boolean) {
    this.#run = run;
    this.#sink = path.sink;
    this.#route = new Set(path.route);
    this.#trustworthy = trustworthy;
  }

  stop(): void {
    this.#silent = true;
    this.#batches.clear();
  }

  delivered({ msg, source, destination }: SendEvent): void {
    if (this.#silent) return;
    const travelling = this.#travelling.get(msg);
    const batch = travelling?.batch ?? this.#batchOf(msg, source.id);
    if (!batch) {
      // Nobody can tell whose rows are in there. At either end that does no harm: what comes to the source is a trigger,
      // and the sink knows every row by its ref before the next batch is judged.
      const ends = [this.#run.goal.id, this.#sink];
      if (!ends.includes(destination.id) && this.#isOnTheWay(destination)) this.stop();
      return;
    }
    if (batch.over) return;
    // What Catch nodes make of a batch may reach the sink on ways that no wire from the source shows.
    if (destination.id === this.#sink || source.node.type === 'catch') {
      this.#close(batch);
      return;
    }
    batch.inFlight++;
    if (travelling) travelling.busy.push(destination.id);
    else this.#travelling.set(msg, { batch, busy: [destination.id] });
  }

  /** Instances of subflows never complete: what they received they have passed on by now. */
  received({ msg, destination }: ReceiveEvent): void {
    if (destination.node.type.startsWith('subflow:')) this.#leave(msg, destination.id);
  }

  completed({ msg, node, error }: CompleteEvent): void {
    const batch = this.#travelling.get(msg)?.batch;
    if (batch && error) this.#close(batch);
    this.#leave(msg, node.id);
  }

  #leave(msg: object, nodeId: string): void {
    const travelling = this.#travelling.get(msg);
    const at = travelling ? travelling.busy.indexOf(nodeId) : -1;
    if (!travelling || at < 0) return;
    travelling.busy.splice(at, 1);
    const { batch } = travelling;
    // A function's own results, and what Catch and Complete nodes do, follow within the same turn.
    if (--batch.inFlight === 0 && !batch.over) setImmediate(() => this.#judge(batch));
  }

  #judge(batch: Batch): void {
    if (this.#silent || batch.over || batch.inFlight > 0 || !this.#trustworthy()) return;
    this.#close(batch);
    this.#run.missingFrom(batch.unit, batch.batch);
  }

  #close(batch: Batch): void {
    batch.over = true;
    this.#batches.delete(batch.name);
  }

  /** The batch that a message names; undefined where it names none of this run. */
  #batchOf(msg: object, sourceId: string): Batch | undefined {
    const sync = (msg as { sync?: { run?: unknown; unit?: unknown; batch?: unknown } | null }).sync;
    if (sync?.run !== this.#run.id || typeof sync.batch !== 'number') return undefined;
    const name = `${sync.batch} of ${sync.unit}`;
    const known = this.#batches.get(name);
    if (known) return known;
    const begun = sourceId === this.#run.goal.id ? this.#begin(name, msg) : undefined;
    return begun ?? { name, unit: 0, batch: 0, inFlight: 0, over: true };
  }

  #begin(name: string, msg: object): Batch | undefined {
    const [first] = (msg as { payload: [{ _ref?: unknown }?] }).payload;
    const ref = parseRef(first?._ref);
    if (!ref) return undefined;
    const batch = this.#run.batchOf(ref.unit, ref.row);
    const begun = { name, unit: ref.unit, batch, inFlight: 0, over: false };
    this.#batches.set(name, begun);
    return begun;
  }

  #isOnTheWay({ id, node }: End): boolean {
    return this.#route.has(node._alias ?? id);
  }
}
