import { SyncError } from '../errors/syncError';

/** One of Braze's instances: where people log in, and where its REST API is. */
export interface BrazeInstance {
  name: string;
  dashboard: string;
  rest: string;
}

/** The documented instances (contracts: braze 1.1). Others exist, so a free URL must stay possible. */
export const instances: readonly BrazeInstance[] = [
  us('US-01', '01'),
  us('US-02', '02'),
  us('US-03', '03'),
  us('US-04', '04'),
  us('US-05', '05'),
  us('US-06', '06'),
  us('US-07', '07'),
  us('US-08', '08'),
  regional('US-10', 'us-10'),
  eu('EU-01', '01'),
  eu('EU-02', '02'),
  regional('AU-01', 'au-01'),
  regional('ID-01', 'id-01'),
  regional('JP-01', 'jp-01'),
  regional('KR-01', 'kr-01'),
];

function us(name: string, number: string): BrazeInstance {
  return {
    name,
    dashboard: `https://dashboard-${number}.braze.com`,
    rest: `https://rest.iad-${number}.braze.com`,
  };
}

function eu(name: string, number: string): BrazeInstance {
  return {
    name,
    dashboard: `https://dashboard-${number}.braze.eu`,
    rest: `https://rest.fra-${number}.braze.eu`,
  };
}

function regional(name: string, place: string): BrazeInstance {
  return { name, dashboard: `https://dashboard.${place}.braze.com`, rest: `https://rest.${place}.braze.com` };
}

/**
 * Makes a REST endpoint of what a person typed: `https://host[:port]` without a trailing slash. A missing scheme
 * is read as https; plain http is for this machine only.
 * @throws SyncError BRAZE_URL_WRONG, which says what is wrong and, for a dashboard address, the endpoint meant.
 */
export function brazeEndpoint(text: string): string {
  const typed = text.trim();
  if (typed === '') throw wrong('The Braze REST endpoint is empty.');
  let url: URL;
  try {
    url = new URL(typed.includes('://') ? typed : `https://${typed}`);
  } catch {
    throw wrong('The Braze REST endpoint is not a URL.');
  }
  const { host, hostname } = url;
  for (const instance of instances) {
    if (`https://${host}` === instance.dashboard) {
      throw wrong(
        `${host} is the Braze dashboard, not its REST endpoint.`,
        `Use ${instance.rest} (${instance.name}).`,
      );
    }
    // The EU instances live on braze.eu, and only there.
    const restHost = instance.rest.slice('https://'.length);
    if (host !== restHost && withoutEnding(host) === withoutEnding(restHost)) {
      throw wrong(
        `${host} is not a Braze host; ${instance.name} has another ending.`,
        `Use ${instance.rest}.`,
      );
    }
  }
  if (/^dashboard[-.]/.test(hostname)) {
    throw wrong(`${host} looks like a Braze dashboard, not like its REST endpoint.`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isThisMachine(hostname))) {
    throw wrong(
      `The Braze REST endpoint on ${host} must start with https://, or the API key could be read on the way.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong(`The Braze REST endpoint on ${host} must not hold a user name or password.`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw wrong(`The Braze REST endpoint on ${host} must end after the host.`, `Use ${url.origin}.`);
  }
  return url.origin;
}

function withoutEnding(host: string): string {
  return host.slice(0, host.lastIndexOf('.'));
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function wrong(
  message: string,
  advice = 'The right one is shown under Settings > APIs and Identifiers > API Keys in the Braze dashboard.',
): SyncError {
  return new SyncError({ code: 'BRAZE_URL_WRONG', message, advice });
}
