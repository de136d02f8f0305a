import type { NodeAPI } from 'node-red';

const waiting: (() => void)[] = [];

/** Calls back once all flows of the current deploy run. One listener serves all nodes: a flow may have many. */
export function onceFlowsRun(RED: NodeAPI, then: () => void): void {
  waiting.push(then);
  if (waiting.length > 1) return;
  RED.events.once('flows:started', () => {
    for (const call of waiting.splice(0)) call();
  });
}
