import { reachedFrom, type WiredNode } from '../shell/flowPath';
import { sinkTypes } from '../shell/sinkDirectory';

const directions: Readonly<Record<string, 'import' | 'export'>> = {
  'braze-segment-export': 'import',
  'blueconic-delta': 'export',
};
const connectionType = 'profile-sync-connection';

export interface LooseSource {
  id: string;
  name: string;
  direction: 'import' | 'export';
}

/** Source nodes that no connection leads to. Those in subflows are left out: they run under the id of their instance. */
export function looseSources(nodes: ReadonlyMap<string, WiredNode>): LooseSource[] {
  const ends = new Set([...sinkTypes, ...Object.keys(directions)]);
  const ordered = new Set<string>();
  for (const { id, type } of nodes.values()) {
    if (type === connectionType) for (const reached of reachedFrom(nodes, id, ends)) ordered.add(reached);
  }
  const loose: LooseSource[] = [];
  for (const { id, type, name, z, d } of nodes.values()) {
    const direction = directions[type];
    const isOnTab = z !== undefined && nodes.get(z)?.type === 'tab' && !nodes.get(z)?.disabled;
    if (direction && isOnTab && !d && !ordered.has(id)) loose.push({ id, name: name || type, direction });
  }
  return loose;
}
