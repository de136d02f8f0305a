import type { NodeAPI } from 'node-red';
import type { WiredNode } from './flowPath';

/** Everything that is deployed, by configured id. */
export function deployedNodes(RED: NodeAPI): Map<string, WiredNode> {
  const nodes = new Map<string, WiredNode>();
  RED.nodes.eachNode((def) => {
    nodes.set(def.id, def as unknown as WiredNode);
  });
  return nodes;
}
