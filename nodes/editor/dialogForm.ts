import type { Fault } from './checks';
import { configFault, savedNumber } from './checks';

/** The prefix of the ids that Node-RED gives meaning to in a form. */
function fieldId(node: EditorNode, property: string): string {
  return `node-${node._def.category === 'config' ? 'config-' : ''}input-${property}`;
}

/** The input of a property in the open form. The form is ours, so that a missing input is a fault of this package. */
export function field<T extends HTMLElement = HTMLInputElement>(node: EditorNode, property: string): T {
  return element<T>(fieldId(node, property));
}

export function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The form has no element "${id}".`);
  return found as T;
}

const owner = 'profileSyncNode';

/** Marks the open form as this node's; to be called first in `oneditprepare`. */
export function claimForm(node: EditorNode, property: string): void {
  const form = field(node, property).closest('form');
  if (form === null) return;
  form.dataset[owner] = node.id;
  // A node that was saved before a choice existed has none: it behaves, and so shows, as the first one.
  for (const select of form.querySelectorAll('select'))
    if (select.selectedIndex < 0) select.selectedIndex = 0;
}

/**
 * A property's current value: from the form if it is open for this very node, else as saved. Node-RED validates other
 * nodes of a type while a dialog is open, so that an input with the right id may belong to another node.
 */
export function currentValue(node: EditorNode, property: string): unknown {
  const input = document.getElementById(fieldId(node, property));
  if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) return node[property];
  if (input.closest('form')?.dataset[owner] !== node.id) return node[property];
  return input instanceof HTMLInputElement && input.type === 'checkbox' ? input.checked : input.value;
}

/** A validator's answer for one field: `true`, or a sentence that begins with the field's label. */
export function verdict(node: EditorNode, label: string, fault: Fault | undefined): Verdict {
  if (fault === undefined) return true;
  return `${node._(label)}: ${node._(`shared.invalid.${fault.fault}`, fault.values)}`;
}

/** A node of an earlier release behaves as a new one does, and so shows what a new one has. */
export function showDefaults(node: EditorNode, defaults: Readonly<Record<string, string | number>>): void {
  for (const [property, value] of Object.entries(defaults)) {
    if (node[property] === undefined)
      field<HTMLInputElement | HTMLSelectElement>(node, property).value = `${value}`;
  }
}

/** Saves number fields as numbers; Node-RED itself would save the text of the input. */
export function saveNumbers(node: EditorNode, properties: readonly string[]): void {
  for (const property of properties) node[property] = savedNumber(field(node, property).value);
}

/** Shows or hides whole parts of a form; hidden parts leave the tab order as well. */
export function showParts(parts: { [id: string]: boolean }): void {
  for (const [id, visible] of Object.entries(parts)) element(id).hidden = !visible;
}

/** Calls `changed` now and after every change of an input or select. */
export function follow(input: HTMLElement, changed: () => void): void {
  $(input).on('change', changed);
  changed();
}

/** The validator of a property that holds the id of a config node. */
export function configVerdict(node: EditorNode, label: string, value: unknown): Verdict {
  return verdict(node, label, configFault(value, configState));
}

function configState(id: string): 'missing' | 'invalid' | 'valid' {
  const config = RED.nodes.node(id);
  if (config === null) return 'missing';
  // Undefined until the editor has come to validate it.
  return config.valid === false ? 'invalid' : 'valid';
}
