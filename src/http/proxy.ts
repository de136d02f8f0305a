import type { Dispatcher } from 'undici';
import { SyncError } from '../errors/syncError';

export interface DispatcherOptions {
  /** Connections per origin at most; further calls wait for a free one. */
  connections: number;
  connectTimeoutMs: number;
}

/**
 * The one place that decides how the product reaches the network: straight, or through the proxies that
 * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name (lower case wins over upper case; without `HTTPS_PROXY`, the proxy
 * of `HTTP_PROXY` serves https targets too; user and password in the proxy's URL are sent to it).
 * Private certificate authorities need nothing here: Node reads `NODE_EXTRA_CA_CERTS` by itself. Certificates are always
 * checked.
 *
 * Connections are kept alive and never pipelined: one slow answer must not hold up another call.
 *
 * @throws SyncError `NET_PROXY_INVALID` where a proxy variable holds no usable URL.
 */
export function createDispatcher(
  options: DispatcherOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Dispatcher {
  const httpProxy = proxyUrl(environment, 'HTTP_PROXY');
  const httpsProxy = proxyUrl(environment, 'HTTPS_PROXY');
  // Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0, set for the sake of something else in this process, must not hand our
  // keys to whoever answers.
  const connection = { timeout: options.connectTimeoutMs, rejectUnauthorized: true };
  const pool = {
    connections: options.connections,
    pipelining: 1,
    // Every caller keeps its own clock over the whole call; undici's would cut long ones off behind its back.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connection,
  };
  // Loaded with the first client: a Node-RED without flows of ours need not pay for it.
  const { Agent, EnvHttpProxyAgent, Pool } = require('undici') as typeof import('undici');
  if (httpProxy === undefined && httpsProxy === undefined) return new Agent(pool);
  return new EnvHttpProxyAgent({
    ...pool,
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    noProxy: environment.no_proxy ?? environment.NO_PROXY ?? '',
    // Proxies often refuse CONNECT to any port but 443, so plain http is forwarded, not tunnelled.
    proxyTunnel: false,
    // undici hands only its connector to the pool of forwarded http calls; the limits have to be put back.
    factory: (origin, given) => new Pool(origin, { ...pool, ...given }),
    proxyTls: connection,
    requestTls: connection,
  });
}

function proxyUrl(environment: NodeJS.ProcessEnv, name: 'HTTP_PROXY' | 'HTTPS_PROXY'): string | undefined {
  const value = (environment[name.toLowerCase()] ?? environment[name])?.trim();
  if (value === undefined || value === '') return undefined;
  // curl and many administrators leave the scheme out.
  const url = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(url) && /^https?:\/\/[^/]/i.test(url)) return url;
  throw new SyncError({
    code: 'NET_PROXY_INVALID',
    message: `The environment variable ${name} does not hold the URL of an HTTP proxy.`,
    advice: `Set ${name} to something like http://proxy.example.org:3128 and restart Node-RED.`,
  });
}
