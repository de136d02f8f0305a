/** What the runtime tells of a connection on `profile-sync/connection/<id>`. */
interface ConnectionNews {
  on?: boolean;
}

/** A connection as the editor holds it, with what the runtime said of it last. */
export interface ToggledNode extends EditorNode {
  /** Not saved with the node: the state belongs to the runtime. Undefined: not deployed, or not known yet. */
  connectionOn?: boolean | undefined;
}

const topic = 'profile-sync/connection/';
/** Also of connections whose node the editor has not loaded yet. */
const known = new Map<string, boolean | undefined>();

/** Keeps the buttons of all connections in step with the runtime. To be called once. */
export function followToggles(): void {
  RED.comms.subscribe(`${topic}#`, (heard, data) => {
    const id = heard.slice(topic.length);
    known.set(id, (data as ConnectionNews).on);
    const node = RED.nodes.node(id);
    if (node) show(node);
  });
  RED.events.on('nodes:add', (node) => {
    if (node.type === 'profile-sync-connection' && known.has(node.id)) show(node);
  });
}

/** A press: the editor has turned the property round already, the runtime must follow. */
export function toggle(node: ToggledNode): void {
  const on = node.connectionOn === true;
  $.ajax({
    url: `profile-sync/connections/${encodeURIComponent(node.id)}/toggle`,
    method: 'POST',
    contentType: 'application/json',
    dataType: 'json',
    data: JSON.stringify({ on }),
  }).fail((request: JQuery.jqXHR) => {
    show(node);
    RED.notify(failure(node, request), 'error');
  });
}

function show(node: ToggledNode): void {
  node.connectionOn = known.get(node.id);
  node.dirty = true;
  RED.view.redraw();
}

function failure(node: EditorNode, request: JQuery.jqXHR): string {
  if (request.status === 404) return node._('profile-sync-connection.toggle.missing');
  if (request.status === 0) return node._('shared.admin.unreachable');
  if (request.status === 401 || request.status === 403) return node._('shared.admin.forbidden');
  return node._('shared.admin.failed', { status: request.status });
}
