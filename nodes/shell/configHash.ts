import { createHash } from 'node:crypto';
import type { WiredNode } from './flowPath';

/** Where a node is drawn and what it is called decides nothing of what a run does. */
const looks = new Set([
  'x',
  'y',
  'w',
  'h',
  'l',
  'g',
  'name',
  'info',
  'icon',
  'inputLabels',
  'outputLabels',
  'd',
  'z',
]);

/**
 * Of everything deployed that decides what a goal's run does: the nodes on its way, in order, and the configuration
 * nodes that they name. A run goes on after a restart only under the same (R8). Credentials are not part of it.
 */
export function configHash(nodes: ReadonlyMap<string, WiredNode>, route: readonly string[]): string {
  const hash = createHash('sha256');
  const seen = new Set<string>();
  const add = (id: string): void => {
    const node = nodes.get(id);
    if (!node || seen.has(id)) return;
    seen.add(id);
    const entries = Object.entries(node).filter(([name]) => !looks.has(name));
    hash.update(JSON.stringify(entries.sort(([one], [other]) => (one < other ? -1 : 1))));
    // A configuration node is named by its id in some property, and lies on no tab.
    for (const [, value] of entries) {
      if (typeof value === 'string' && value !== id && nodes.get(value)?.z === undefined) add(value);
    }
  };
  for (const id of route) add(id);
  return hash.digest('hex');
}
