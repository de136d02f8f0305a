import { type Draft, savedDraft } from './draft';

/**
 * The settings, with its `type`, of the nearest node of a type that is wired before or behind a node, through any nodes
 * between; where wires lead to none, as with links, of the only one on the tab. Undefined where it is not clear which.
 */
export function wiredNode(node: EditorNode, type: string, side: 'before' | 'behind'): Draft | undefined {
  const found = nearest(node, type, side) ?? onTab(node, type);
  const draft = found.length === 1 ? savedDraft(found[0]?.id ?? '') : undefined;
  return draft && { ...draft, type };
}

function nearest(node: EditorNode, type: string, side: 'before' | 'behind'): EditorNode[] | undefined {
  const seen = new Set([node.id]);
  let step: EditorNode[] = [node];
  while (step.length > 0) {
    step = step.flatMap(({ id }) =>
      RED.nodes
        .getNodeLinks(id, side === 'before' ? 1 : 0)
        .map((link) => (side === 'before' ? link.source : link.target)),
    );
    step = step.filter(({ id }) => !seen.has(id) && seen.add(id));
    const fitting = step.filter((other) => other.type === type);
    if (fitting.length > 0) return fitting;
  }
  return undefined;
}

function onTab(node: EditorNode, type: string): EditorNode[] {
  const found: EditorNode[] = [];
  RED.nodes.eachNode((other) => {
    if (other.type === type && other.z === node.z) found.push(other);
  });
  return found;
}
