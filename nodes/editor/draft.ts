/**
 * A config node as somebody has it on the screen right now, deployed or not, for the server to try out. Secrets appear
 * only if they were typed in this session; the server reads unchanged ones by `id`.
 */
export interface Draft {
  id: string;
  [property: string]: unknown;
}

/** What Node-RED puts into a password field that has a stored value. */
const stored = '__PWRD__';

/** The draft of a config node whose dialog is closed; undefined where none is chosen. */
export function savedDraft(id: string): Draft | undefined {
  const node = id === '' || id === '_ADD_' ? null : RED.nodes.node(id);
  if (node === null) return undefined;
  const draft: Draft = { id: node.id };
  for (const property of Object.keys(node._def.defaults)) draft[property] = node[property];
  for (const name of Object.keys(node._def.credentials ?? {})) {
    const value = node.credentials?.[name];
    if (typeof value === 'string' && value !== stored) draft[name] = value;
  }
  return draft;
}

/** The draft of the config node whose dialog is open. */
export function openDraft(node: EditorNode): Draft {
  const draft: Draft = { id: node.id };
  for (const property of Object.keys(node._def.defaults)) {
    const value = inputValue(property);
    draft[property] = value === undefined ? node[property] : value;
  }
  for (const name of Object.keys(node._def.credentials ?? {})) {
    const value = inputValue(name);
    if (typeof value === 'string' && value !== stored) draft[name] = value;
  }
  return draft;
}

function inputValue(property: string): string | boolean | undefined {
  const input = document.getElementById(`node-config-input-${property}`);
  if (input instanceof HTMLInputElement && input.type === 'checkbox') return input.checked;
  if (input instanceof HTMLInputElement || input instanceof HTMLSelectElement) return input.value;
  return undefined;
}
