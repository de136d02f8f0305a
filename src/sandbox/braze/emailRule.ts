const microsoftHosts = new Set(['msn', 'hotmail', 'outlook', 'live']);
const gmailHosts = new Set(['gmail', 'googlemail']);
const microsoftLocal = /^\w[-\w]*(?:\.[-\w]+)*$/;
const badLocal = /[\s@]/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const topLevel = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;
/** Names reserved for special use: never a real top-level domain. */
const neverReal = new Set(['test', 'example', 'invalid', 'localhost', 'local', 'internal', 'onion']);

type Host = 'refused' | 'gmail' | 'microsoft' | 'other';

/** Verdicts on hosts already seen: a customer base has millions of addresses at few hosts. */
const seenHosts = new Map<string, Host>();
const rememberedHosts = 10_000;

/**
 * Whether Braze takes this e-mail address (contracts: braze 2.4a). The sandbox carries no list of real top-level
 * domains: it takes any that is spelled like one, except those reserved for special use.
 */
export function isAcceptableEmail(email: string): boolean {
  const at = email.lastIndexOf('@');
  if (at < 1 || at > 64) return false;
  const local = email.slice(0, at);
  if (badLocal.test(local) || local.startsWith('.') || local.endsWith('.')) return false;
  const host = hostOf(email.slice(at + 1));
  if (host === 'other') return true;
  const name = local.split('+', 1)[0]!;
  if (host === 'gmail') return name.length >= 2;
  return host === 'microsoft' && microsoftLocal.test(name);
}

function hostOf(name: string): Host {
  let host = seenHosts.get(name);
  if (host === undefined) {
    host = judgeHost(name.toLowerCase());
    if (seenHosts.size < rememberedHosts) seenHosts.set(name, host);
  }
  return host;
}

function judgeHost(name: string): Host {
  const labels = name.split('.');
  const last = labels.at(-1)!;
  if (labels.length < 2 || !labels.every((part) => label.test(part)) || !topLevel.test(last))
    return 'refused';
  if (neverReal.has(last)) return 'refused';
  if (gmailHosts.has(labels[0]!)) return 'gmail';
  return microsoftHosts.has(labels[0]!) ? 'microsoft' : 'other';
}
