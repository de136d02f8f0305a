import { SyncError } from '../../src/errors/syncError';
import type { FlowPath } from '../../src/run/goalRun';

/** What a node's deployed configuration says about wires; the shapes are Node-RED's own. */
export interface WiredNode {
  id: string;
  type: string;
  name?: string;
  /** Disabled. */
  d?: boolean;
  /** Tab or subflow definition it is on. */
  z?: string;
  /** Tabs: the whole tab is disabled. */
  disabled?: boolean;
  wires?: string[][];
  /** Link nodes: where a message goes, or comes from. */
  links?: string[];
  /** `link out`: `return` goes back to the link call that the message came from. */
  mode?: string;
  /** `link call`: with `dynamic` the message says where to. */
  linkType?: string;
  /** `complete`: the nodes whose completed messages it passes on. */
  scope?: string[] | null;
  /** Subflow definitions: what enters, and what leaves through which output. */
  in?: { wires: { id: string }[] }[];
  out?: { wires: { id: string; port: number }[] }[];
}

/** A place in the flow at run time: a configured node, within the subflow instances around it. */
interface Place {
  id: string;
  /** Run-time id of the subflow instance the node is in; empty on a tab. */
  within: string;
}

/** The path, and the configured nodes that it leads over, source and sink included. */
export interface WiredPath extends FlowPath {
  route: string[];
  /** Who gets the records as the source made them. */
  readers: RecordReaders;
}

export interface RecordReaders {
  /** Ids of the configured mappers. */
  mappers: string[];
  /** Names of the other nodes, which may read whatever they like. Debug nodes are not among them: they only show. */
  others: string[];
}

/** Nodes that pass on what comes and look at nothing. */
const wiring = new Set(['junction', 'link in', 'link out', 'link call']);
const mapperType = 'profile-field-mapper';
/** Nodes that rows pass through without changing how they travel. */
const passThrough = new Set([mapperType, ...wiring]);
/** Core nodes that take arrays apart or put them together anew: a missing row may simply come with another message. */
const rearranging = new Set(['split', 'join', 'batch']);

/**
 * Follows the wires from a source, through links, junctions and subflows, to the sinks of ours.
 *
 * @throws SyncError FLOW_TWO_SINKS where there is more than one: a goal is one source and one sink (R4).
 */
export function flowPath(
  nodes: ReadonlyMap<string, WiredNode>,
  start: { id: string; within: string },
  sinkTypes: ReadonlySet<string>,
): WiredPath {
  const graph = walk(nodes, start, sinkTypes);
  connectReturns(graph);
  const sinks = [...graph.keys()].filter((key) => sinkTypes.has(graph.get(key)!.node.type));
  if (sinks.length > 1) {
    const names = sinks.map((key) => nameOf(graph.get(key)!.node)).join(' and ');
    throw new SyncError({
      code: 'FLOW_TWO_SINKS',
      message: `This source leads to ${sinks.length} sinks: ${names}.`,
      advice: 'Make two goals: one source and one sink each.',
    });
  }
  const [sink] = sinks;
  const readers = readersFrom(keyOf(start), graph);
  if (sink === undefined) return { sink: undefined, single: false, between: [], route: [], readers };
  const relevant = leadingTo(sink, graph);
  const onTheWay = [...relevant].filter((key) => key !== sink && key !== keyOf(start));
  const forked = [...relevant].some(
    (key) => graph.get(key)!.next.filter((next) => relevant.has(next)).length > 1,
  );
  const types = onTheWay.map((key) => graph.get(key)!.node);
  return {
    sink,
    single: !forked && !types.some((node) => rearranging.has(node.type)),
    between: types.filter((node) => !passThrough.has(node.type) && !isSubflow(node)).map(nameOf),
    route: [...new Set([...relevant].map((key) => graph.get(key)!.node.id))].sort(),
    readers,
  };
}

/** Run-time ids of everything that messages of a node can reach; nothing is followed beyond nodes of the types in `ends`. */
export function reachedFrom(
  nodes: ReadonlyMap<string, WiredNode>,
  start: string,
  ends: ReadonlySet<string>,
): Set<string> {
  return new Set(walk(nodes, { id: start, within: '' }, ends).keys());
}

interface Visited {
  node: WiredNode;
  next: string[];
}

function walk(
  nodes: ReadonlyMap<string, WiredNode>,
  start: Place,
  sinkTypes: ReadonlySet<string>,
): Map<string, Visited> {
  const graph = new Map<string, Visited>();
  const open: Place[] = [start];
  for (let place = open.pop(); place; place = open.pop()) {
    const node = nodes.get(place.id);
    if (!node || graph.has(keyOf(place))) continue;
    const next = sinkTypes.has(node.type) ? [] : nextPlaces(nodes, node, place);
    // Source and sink complete when the rows are settled: what follows from that is no longer this goal.
    const between = place !== start && !sinkTypes.has(node.type);
    if (between) next.push(...completeNodesOf(nodes, node).map((id) => ({ id, within: place.within })));
    const reachable = next.filter(({ id }) => isRunning(nodes, id));
    graph.set(keyOf(place), { node, next: reachable.map(keyOf) });
    open.push(...reachable);
  }
  return graph;
}

function isRunning(nodes: ReadonlyMap<string, WiredNode>, id: string): boolean {
  const node = nodes.get(id);
  return node !== undefined && !node.d && !(node.z !== undefined && nodes.get(node.z)?.disabled);
}

function nextPlaces(nodes: ReadonlyMap<string, WiredNode>, node: WiredNode, place: Place): Place[] {
  const here = (id: string): Place => ({ id, within: place.within });
  if (node.type === 'link out') return node.mode === 'return' ? [] : linkTargets(nodes, node).map(here);
  if (isSubflow(node)) return subflowEntry(nodes, node, place);
  const onwards = (node.wires ?? []).flatMap((_, port) => behind(nodes, place, port));
  return [...calledFrom(node), ...onwards];
}

/** The Complete nodes that pass on every message this node has completed. */
function completeNodesOf(nodes: ReadonlyMap<string, WiredNode>, node: WiredNode): string[] {
  const found: string[] = [];
  for (const { id, type, z, scope } of nodes.values()) {
    if (type === 'complete' && z === node.z && Array.isArray(scope) && scope.includes(node.id))
      found.push(id);
  }
  return found;
}

/** Node-RED takes a link for made when either end names the other. */
function linkTargets(nodes: ReadonlyMap<string, WiredNode>, out: WiredNode): string[] {
  const targets = new Set(out.links ?? []);
  for (const node of nodes.values()) {
    if (node.type === 'link in' && node.links?.includes(out.id)) targets.add(node.id);
  }
  return [...targets];
}

/** Where a link call sends its messages to: always a tab. Of a dynamic one only the message knows. */
function calledFrom(node: WiredNode): Place[] {
  if (node.type !== 'link call' || node.linkType === 'dynamic') return [];
  return (node.links ?? []).slice(0, 1).map((id) => ({ id, within: '' }));
}

/**
 * What a link call sends out comes back through the `link out` nodes that return, and goes on by the wires of the call.
 * So the way leads through the called nodes, not past them. Nodes that are called from two places lead back to both,
 * which looks like a fork: at worst a missing row is waited for that was left out.
 */
function connectReturns(graph: Map<string, Visited>): void {
  const called = new Map<Visited, string>();
  for (const call of graph.values()) {
    const [target] = calledFrom(call.node).map(keyOf);
    if (target === undefined || !call.next.includes(target)) continue;
    called.set(call, target);
    call.next = call.next.filter((key) => key !== target);
  }
  const returns = new Map<Visited, string[]>();
  for (const [call, target] of called) {
    for (const key of reachableFrom(target, graph)) {
      const visited = graph.get(key)!;
      if (visited.node.type !== 'link out' || visited.node.mode !== 'return') continue;
      returns.set(visited, [...(returns.get(visited) ?? []), ...call.next]);
    }
  }
  for (const [call, target] of called) call.next = [target];
  for (const [visited, next] of returns) visited.next = next;
}

/** Behind a mapper there are updates; a dynamic call may lead to anybody. */
function readersFrom(start: string, graph: ReadonlyMap<string, Visited>): RecordReaders {
  const readers: RecordReaders = { mappers: [], others: [] };
  const seen = new Set<string>([start]);
  const open = [...(graph.get(start)?.next ?? [])];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    const { node, next } = graph.get(key)!;
    if (node.type === mapperType) readers.mappers.push(node.id);
    else if (isSubflow(node) || (wiring.has(node.type) && node.linkType !== 'dynamic')) open.push(...next);
    else if (node.type !== 'debug') readers.others.push(nameOf(node));
  }
  return readers;
}

function isSubflow(node: WiredNode): boolean {
  return node.type.startsWith('subflow:');
}

function subflowEntry(nodes: ReadonlyMap<string, WiredNode>, instance: WiredNode, place: Place): Place[] {
  const definition = nodes.get(instance.type.slice('subflow:'.length));
  const within = keyOf(place);
  const entered = (definition?.in ?? []).flatMap(({ wires }) => wires.map(({ id }) => ({ id, within })));
  // An input can be wired straight to an output.
  const passed = (definition?.out ?? []).flatMap(({ wires }, port) =>
    wires.some(({ id }) => id === definition?.id) ? behind(nodes, place, port) : [],
  );
  return [...entered, ...passed];
}

/** Where messages go that leave a node by one of its outputs: by its wires, and out of the subflow it is in. */
function behind(nodes: ReadonlyMap<string, WiredNode>, place: Place, port: number): Place[] {
  const wired = (nodes.get(place.id)?.wires?.[port] ?? []).map((id) => ({ id, within: place.within }));
  return [...wired, ...subflowExits(nodes, place, port)];
}

/** Where messages go that leave a node's subflow: on, from the matching output of the instance. */
function subflowExits(nodes: ReadonlyMap<string, WiredNode>, place: Place, port: number): Place[] {
  if (place.within === '') return [];
  const { instance, within } = instanceOf(nodes, place.within);
  const definition = instance && nodes.get(instance.type.slice('subflow:'.length));
  if (!instance || !definition) return [];
  return (definition.out ?? []).flatMap(({ wires }, outer) =>
    wires.some((wire) => wire.id === place.id && wire.port === port)
      ? behind(nodes, { id: instance.id, within }, outer)
      : [],
  );
}

/** Node-RED calls a node in a subflow `<instance>-<node>`, and so on inwards. */
function instanceOf(
  nodes: ReadonlyMap<string, WiredNode>,
  runtimeId: string,
): { instance: WiredNode | undefined; within: string } {
  for (let dash = -1; ; ) {
    const instance = nodes.get(runtimeId.slice(dash + 1));
    if (instance && isSubflow(instance))
      return { instance, within: dash < 0 ? '' : runtimeId.slice(0, dash) };
    dash = runtimeId.indexOf('-', dash + 1);
    if (dash < 0) return { instance: undefined, within: '' };
  }
}

function keyOf({ id, within }: Place): string {
  return within === '' ? id : `${within}-${id}`;
}

function leadingTo(sink: string, graph: ReadonlyMap<string, Visited>): Set<string> {
  const before = new Map<string, { next: string[] }>();
  for (const [key, { next }] of graph) {
    for (const to of next) before.set(to, { next: [...(before.get(to)?.next ?? []), key] });
  }
  return reachableFrom(sink, before);
}

function reachableFrom(start: string, graph: ReadonlyMap<string, { next: string[] }>): Set<string> {
  const found = new Set<string>([start]);
  const open = [start];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const next of graph.get(key)?.next ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}

function nameOf(node: WiredNode): string {
  return node.name ? `"${node.name}" (${node.type})` : `${node.type} ${node.id}`;
}
