/** One node of a flow, as Node-RED's flow files hold it. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/**
 * A node that hands every message it gets to the test, which reads them with `runtime.observed(name)`. It is a core
 * function node that calls a writer the harness put into the global context: whole messages, in order, on disk before
 * the node completes, so nothing is lost when the process is killed. What JSON cannot hold (functions, `req`) is lost.
 * Works behind any node: sinks, sources, `catch`, `status`, `complete`.
 */
export function probe(id: string, tab: string, name = id): FlowNode {
  return {
    id,
    type: 'function',
    z: tab,
    name: `probe ${name}`,
    func: `global.get('observe')(${JSON.stringify(name)}, msg);\nreturn null;`,
    outputs: 0,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
    x: 700,
    y: 40,
    wires: [],
  };
}

/** A flow's tab. */
export function tab(id: string, label = id): FlowNode {
  return { id, type: 'tab', label, disabled: false, info: '', env: [] };
}

/** An inject node that fires only when asked to (`runtime.inject(id)`). */
export function inject(id: string, tabId: string, wires: string[]): FlowNode {
  return {
    id,
    type: 'inject',
    z: tabId,
    name: id,
    props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }],
    repeat: '',
    crontab: '',
    once: false,
    onceDelay: 0.1,
    topic: '',
    payload: '',
    payloadType: 'date',
    x: 100,
    y: 40,
    wires: [wires],
  };
}
