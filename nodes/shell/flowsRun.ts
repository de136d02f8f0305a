import type { NodeAPI } from 'node-red';

/** What waits for the flows to run. One listener serves all: a hundred nodes must not look like a leak. */
const waiting = new Set<() => void>();
let listening = false;

/**
 * Calls `then` whenever a deploy, or the start, is through and all flows run. Only then do the nodes that others refer
 * to exist. Returns a function that ends it.
 */
export function onFlowsRun(RED: NodeAPI, then: () => void): () => void {
  if (!listening) {
    listening = true;
    RED.events.on('flows:started', () => {
      for (const call of [...waiting]) call();
    });
  }
  waiting.add(then);
  return () => waiting.delete(then);
}

/** The same, for the next time only. */
export function onceFlowsRun(RED: NodeAPI, then: () => void): void {
  const end = onFlowsRun(RED, () => {
    end();
    then();
  });
}
