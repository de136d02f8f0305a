import { SyncError } from '../../src/errors/syncError';
import type { FlowPath } from '../../src/run/goalRun';

/** What a node's deployed configuration says about wires; the shapes are Node-RED's own. */
export interface WiredNode {
  id: string;
  type: string;
  name?: string;
  /** Disabled. */
  d?: boolean;
  wires?: string[][];
  /** Link nodes: where a message goes, or comes from. */
  links?: string[];
  mode?: string;
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

/** Nodes of ours that rows pass through without changing how they travel. */
const passThrough = new Set(['profile-field-mapper', 'junction', 'link in', 'link out', 'link call']);
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
): FlowPath {
  const graph = walk(nodes, start, sinkTypes);
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
  if (sink === undefined) return { sink: undefined, single: false, between: [] };
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
  };
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
    if (!node || node.d || graph.has(keyOf(place))) continue;
    const next = sinkTypes.has(node.type) ? [] : nextPlaces(nodes, node, place);
    const reachable = next.filter(({ id }) => nodes.has(id) && !nodes.get(id)!.d);
    graph.set(keyOf(place), { node, next: reachable.map(keyOf) });
    open.push(...reachable);
  }
  return graph;
}

function nextPlaces(nodes: ReadonlyMap<string, WiredNode>, node: WiredNode, place: Place): Place[] {
  const here = (id: string): Place => ({ id, within: place.within });
  const links = (node.links ?? []).map((id) => ({ id, within: '' }));
  if (node.type === 'link out') return node.mode === 'return' ? [] : links;
  const entered = isSubflow(node) ? subflowEntry(nodes, node, place) : [];
  if (isSubflow(node)) return entered;
  const wired = (node.wires ?? []).flat().map(here);
  const left = place.within === '' ? [] : subflowExits(nodes, place);
  // A link call goes out through its links, and what comes back leaves by its wires.
  return node.type === 'link call' ? [...links, ...wired, ...left] : [...wired, ...left];
}

function isSubflow(node: WiredNode): boolean {
  return node.type.startsWith('subflow:');
}

function subflowEntry(nodes: ReadonlyMap<string, WiredNode>, instance: WiredNode, place: Place): Place[] {
  const definition = nodes.get(instance.type.slice('subflow:'.length));
  const within = keyOf(place);
  return (definition?.in ?? []).flatMap(({ wires }) => wires.map(({ id }) => ({ id, within })));
}

/** Where a node's messages go that leave its subflow: on, from the matching output of the instance. */
function subflowExits(nodes: ReadonlyMap<string, WiredNode>, place: Place): Place[] {
  const { instance, within } = instanceOf(nodes, place.within);
  const definition = instance && nodes.get(instance.type.slice('subflow:'.length));
  if (!instance || !definition) return [];
  return (definition.out ?? []).flatMap(({ wires }, port) =>
    wires.some(({ id }) => id === place.id)
      ? (instance.wires?.[port] ?? []).map((id) => ({ id, within }))
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
  const before = new Map<string, string[]>();
  for (const [key, { next }] of graph) {
    for (const to of next) before.set(to, [...(before.get(to) ?? []), key]);
  }
  const found = new Set<string>([sink]);
  const open = [sink];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const from of before.get(key) ?? []) {
      if (found.has(from)) continue;
      found.add(from);
      open.push(from);
    }
  }
  return found;
}

function nameOf(node: WiredNode): string {
  return node.name ? `"${node.name}" (${node.type})` : `${node.type} ${node.id}`;
}
