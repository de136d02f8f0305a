import type { NodeAPI } from 'node-red';

/** A configuration as it stands in an open dialog: typed, perhaps not deployed, secrets only where just typed. */
export type Draft = Record<string, unknown>;

/** Node-RED replaces a value that is exactly one of these before a node sees it; a draft has not been through that. */
const placeholder = /^(?:\$\{([^}]+)\}|\$\(([^)]+)\))$/;

/**
 * Completes a draft with what only the server has: secrets that were left unchanged in the dialog, and the values of
 * `${ENV}` placeholders.
 */
export function completeDraft(RED: NodeAPI, draft: Draft, secrets: readonly string[]): Draft {
  const id = typeof draft.id === 'string' ? draft.id : '';
  const stored = (RED.nodes.getCredentials(id) ?? {}) as Record<string, unknown>;
  const complete: Draft = {};
  for (const [name, value] of Object.entries(draft)) complete[name] = resolved(RED, value);
  for (const name of secrets) {
    if (draft[name] === undefined) complete[name] = resolved(RED, stored[name] ?? '');
  }
  return complete;
}

function resolved(RED: NodeAPI, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const found = placeholder.exec(value);
  const name = found?.[1] ?? found?.[2];
  if (name === undefined) return value;
  return RED.util.evaluateNodeProperty(name, 'env', {} as never, {} as never) || '';
}
