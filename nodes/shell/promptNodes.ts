import type { WiredNode } from './flowPath';

/**
 * Types of which it is known that a message of theirs completes only once everything it leads to has been sent: our own,
 * and those of the core nodes that pass on, change or hold single messages. `switch` and `rbe` never complete at all,
 * which is safe too: what reaches them is waited for.
 */
const prompt = new Set([
  'braze-segment-export',
  'blueconic-delta',
  'profile-field-mapper',
  'braze-users-track',
  'blueconic-profiles',
  'junction',
  'link in',
  'link out',
  'change',
  'delay',
  'json',
  'range',
  'rbe',
  'template',
]);

/** Words without which a function can neither send on its own account, nor say itself when it is done, nor keep rows. */
const sendsOrKeeps = /\b(send|done|context|flow|global)\b/;

/** Settings of core nodes that tell how they send: of `function` the code and its libraries, the rest of `switch`. */
interface CoreSettings {
  func?: string;
  libs?: unknown[];
  repair?: boolean;
  rules?: { t?: string }[];
}

/**
 * True where a node's completing a message means that nothing more will come of that message. False also where that is
 * only possible: a function that sends by timer completes first, and one that keeps rows may send them at any time.
 */
export function completesLast(node: WiredNode): boolean {
  const { func = '', libs = [], repair, rules } = node as WiredNode & CoreSettings;
  if (node.type === 'function') return libs.length === 0 && !sendsOrKeeps.test(func);
  if (node.type === 'link call') return node.linkType !== 'dynamic';
  if (node.type === 'switch') return !repair && !keepsSequences(rules);
  return prompt.has(node.type) || node.type.startsWith('subflow:');
}

/** "Last entries of a sequence" can only be told once the sequence is over. */
function keepsSequences(rules: CoreSettings['rules'] = []): boolean {
  return rules.some(({ t }) => t === 'tail');
}
