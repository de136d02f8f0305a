import { join } from 'node:path';
import type { FlowNode } from '../../test/support/flowProbe';

/** Settings of a Node-RED that has the bench sink: a sink which takes every row at once, so that a source is alone. */
export const benchSinkSettings = { nodesDir: [join(__dirname, '..', 'nodes')] };

/** A bench sink of a flow; wire a source, or a mapper, to it. */
export function benchSink(id: string, tab: string): FlowNode {
  return { id, type: 'bench-sink', z: tab, name: id, x: 700, y: 40, wires: [] };
}
