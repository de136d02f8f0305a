import type { Node, NodeAPI } from 'node-red';
import { SyncError } from '../../src/errors/syncError';

/** The configuration node a node refers to. Throws SETTING_MISSING where none is chosen, or it is disabled. */
export function configNode<T extends Node>(RED: NodeAPI, id: string, what: string): T {
  const node = RED.nodes.getNode(id) as T | null;
  if (node) return node;
  throw new SyncError({
    code: 'SETTING_MISSING',
    message: `No ${what} configuration is chosen, or the chosen one is disabled.`,
    advice: `Open the node and choose a ${what} configuration, then deploy.`,
  });
}

export function required(value: string | undefined, what: string): string {
  const text = (value ?? '').trim();
  if (text !== '') return text;
  throw new SyncError({
    code: 'SETTING_MISSING',
    message: `The node needs ${what}.`,
    advice: 'Open the node and choose one, then deploy.',
  });
}
