/** Which property of which flow nodes holds a config node of the type. */
const holders: { readonly [configType: string]: string } = {
  'braze-config': 'braze',
  'blueconic-config': 'blueconic',
};

/**
 * The config node of a type that a node without one of its own most likely means: the one used by the nodes it is
 * wired to, else by the nodes of its tab, else the only one there is. Undefined where that is not a single one.
 */
export function connectedConfig(node: EditorNode, configType: keyof typeof holders): string | undefined {
  const property = holders[configType] ?? '';
  const onTab: EditorNode[] = [];
  RED.nodes.eachNode((other) => {
    if (other.z === node.z) onTab.push(other);
  });
  const all = new Set<string>();
  RED.nodes.eachConfig((config) => {
    if (config.type === configType) all.add(config.id);
  });
  for (const neighbours of [RED.nodes.getAllFlowNodes(node), onTab]) {
    const used = new Set(
      neighbours.map((other) => String(other[property] ?? '')).filter((id) => all.has(id)),
    );
    if (used.size === 1) return [...used][0];
    if (used.size > 1) return undefined;
  }
  return all.size === 1 ? [...all][0] : undefined;
}
