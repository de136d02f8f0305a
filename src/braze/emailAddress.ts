import { isEmail } from '../mapping/emailText';

const narrowProviders = /^(?:msn|hotmail|outlook|live)\./i;
const narrowLocalPart = /^\w[-\w]*(?:\.[-\w]+)*$/;

/**
 * Would Braze take this e-mail address? A bad one costs the whole object, so it is looked at before
 * (contracts: braze 2.4a).
 */
export function isBrazeEmail(text: string): boolean {
  if (!isEmail(text)) return false;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (/^gmail\./i.test(domain)) return local.length >= 2;
  if (narrowProviders.test(domain)) return narrowLocalPart.test(local.split('+', 1)[0]!);
  return true;
}
