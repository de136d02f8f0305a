const label = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/**
 * Is the text an e-mail address as both systems understand it (contracts: braze 2.4a, without the rules for single
 * mail providers)? That the top-level domain exists is not checked, only that it is not a number.
 */
export function isEmail(text: string): boolean {
  if (/\s/.test(text)) return false;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || local.length > 64 || local.includes('@')) return false;
  if (local.startsWith('.') || local.endsWith('.')) return false;
  const labels = domain.split('.');
  if (labels.length < 2 || domain.length > 253) return false;
  for (const one of labels) {
    if (one.length > 63 || !label.test(one)) return false;
  }
  return !/^\d+$/.test(labels[labels.length - 1]!);
}

/**
 * An e-mail address without spaces around it and in lower case. Decision: whether the two systems tell `Mira@` from
 * `mira@` is not documented, no mail provider of note does, and one address in two spellings would be two profiles.
 */
export function readEmail(text: string): string | undefined {
  const address = text.trim().toLowerCase();
  return isEmail(address) ? address : undefined;
}
