import { SyncError } from '../errors/syncError';

/**
 * Makes a tenant's address of what a person typed: `https://host[:port]` without a trailing slash
 * (contracts: blueconic 3.1). A missing scheme is read as https; plain http is for this machine only.
 * @throws SyncError BLUECONIC_URL_WRONG, which says what is wrong.
 */
export function blueconicTenantUrl(text: string): string {
  const typed = text.trim();
  if (typed === '') throw wrong('The BlueConic tenant URL is empty.');
  let url: URL;
  try {
    url = new URL(typed.includes('://') ? typed : `https://${typed}`);
  } catch {
    throw wrong('The BlueConic tenant URL is not a URL.');
  }
  const { host, hostname } = url;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isThisMachine(hostname))) {
    throw wrong(
      `The BlueConic tenant URL on ${host} must start with https://, or the secret could be read on the way.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong(`The BlueConic tenant URL on ${host} must not hold a user name or password.`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw wrong(`The BlueConic tenant URL on ${host} must end after the host.`, `Use ${url.origin}.`);
  }
  return url.origin;
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function wrong(message: string, advice = 'It looks like https://name.blueconic.net.'): SyncError {
  return new SyncError({ code: 'BLUECONIC_URL_WRONG', message, advice });
}
