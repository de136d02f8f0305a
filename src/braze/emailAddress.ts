const narrowProviders = /^(?:msn|hotmail|outlook|live)\./i;
const narrowLocalPart = /^\w[-\w]*(?:\.[-\w]+)*$/;
const domainLabel = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/**
 * Would Braze take this e-mail address? A bad one costs the whole object, so it is looked at before
 * (contracts: braze 2.4a). That the top-level domain exists is not checked, only that it is not a number.
 */
export function isBrazeEmail(text: string): boolean {
  if (/\s/.test(text)) return false;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || local.length > 64 || local.includes('@')) return false;
  if (local.startsWith('.') || local.endsWith('.')) return false;
  const labels = domain.split('.');
  if (labels.length < 2 || domain.length > 253) return false;
  for (const label of labels) {
    if (label.length > 63 || !domainLabel.test(label)) return false;
  }
  if (/^\d+$/.test(labels[labels.length - 1]!)) return false;
  if (/^gmail\./i.test(domain)) return local.length >= 2;
  if (narrowProviders.test(domain)) return narrowLocalPart.test(local.split('+', 1)[0]!);
  return true;
}
