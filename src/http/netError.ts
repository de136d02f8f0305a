import { SyncError } from '../errors/syncError';

/** How far a call had come when it failed. */
export interface CallProgress {
  /** Host of the target with its port, for messages. */
  host: string;
  /** The request was handed to a connection: the other side may have seen it. */
  sent: boolean;
  /** The head of the answer had arrived. */
  answered: boolean;
}

const certificateFault =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|UND_ERR_PRX_TLS|UNABLE_TO_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_CERT|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|EPROTO)/;

/**
 * Says in our words why a call got no answer. What undici or Node throw may quote headers or whole requests, so
 * nothing of it is passed on but its code and, for failed look-ups, the name looked up.
 */
export function netError(thrown: unknown, progress: CallProgress): SyncError {
  if (thrown instanceof SyncError) return thrown;
  const { host, sent, answered } = progress;
  const code = codeOf(thrown);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return hostUnknown(thrown, code, host);
  if (code === 'ECONNREFUSED') {
    return new SyncError({
      code: 'NET_REFUSED',
      message: `${host} refused the connection.`,
      advice: 'Check the host and port in the settings, and that no firewall or proxy stands in between.',
      retry: 'later',
    });
  }
  if (certificateFault.test(code)) return tlsFault(code, host);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new SyncError({
      code: 'NET_TIMEOUT',
      message: `${host} did not take the connection in time.`,
      advice: 'Check the network, and whether a proxy is needed (HTTPS_PROXY).',
      retry: 'later',
      maybeApplied: sent,
    });
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new SyncError({
      code: 'NET_TIMEOUT',
      message: `${host} took the request but did not answer in time.`,
      advice: 'It will be tried again; if it stays, check the network or raise the timeout.',
      retry: 'later',
      maybeApplied: true,
    });
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL') {
    return new SyncError({
      code: 'NET_UNREACHABLE',
      message: `There is no route to ${host} (${code}).`,
      advice: 'Check the network, and whether a proxy is needed (HTTPS_PROXY).',
      retry: 'later',
    });
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    // undici's only report of a proxy that wants a login for plain http.
    return /^Proxy Authentication/.test((thrown as Error).message) ? proxyLogin(host) : invalidCall(host);
  }
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return new SyncError({
      code: 'NET_CLOSED',
      message: `The call to ${host} was dropped because its client was closed.`,
      advice: 'Nothing to do: this happens when a flow is stopped or deployed anew.',
      retry: 'later',
      maybeApplied: sent,
    });
  }
  // undici reports a refused CONNECT as an abort of its own, before the request itself starts.
  if (code === 'UND_ERR_ABORTED' && !sent) return proxyRefused(thrown, host);
  if (answered) return truncated(host, code);
  // undici gives most of its parser's errors no code.
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || (thrown as Error).name === 'HTTPParserError') {
    return new SyncError({
      code: 'NET_NOT_HTTP',
      message: `What ${host} answered is not valid HTTP${inBrackets(code)}.`,
      advice: 'Check scheme, host and port of the URL in the settings.',
      retry: 'later',
      maybeApplied: sent,
    });
  }
  return new SyncError({
    code: 'NET_RESET',
    message: `The connection to ${host} broke before an answer came${inBrackets(code)}.`,
    advice: 'It will be tried again; if it stays, ask who runs the network or the proxy.',
    retry: 'later',
    maybeApplied: sent,
  });
}

/** The call's own clock ran out. */
export function timeoutError(progress: CallProgress, timeoutMs: number): SyncError {
  const { host, sent, answered } = progress;
  const stage = answered ? 'the rest of the answer' : sent ? 'an answer' : 'a connection';
  return new SyncError({
    code: 'NET_TIMEOUT',
    message: `Waited ${timeoutMs / 1000} s in vain for ${stage} from ${host}.`,
    advice: 'It will be tried again; if it stays, check the network or raise the timeout.',
    retry: 'later',
    maybeApplied: sent,
  });
}

export function answerTooLarge(host: string, maxBytes: number): SyncError {
  return new SyncError({
    code: 'NET_ANSWER_TOO_LARGE',
    message: `The answer of ${host} is larger than ${maxBytes} bytes.`,
    advice: 'Check that the URL in the settings is right; if it is, ask for fewer records at once.',
    retry: 'later',
    maybeApplied: true,
  });
}

/** The answer came whole, but its compression cannot be undone. */
export function answerUnreadable(host: string, encoding: string): SyncError {
  return new SyncError({
    code: 'NET_ANSWER_UNREADABLE',
    message: `The answer of ${host} (${encoding}) cannot be decompressed.`,
    advice: 'It will be tried again; if it stays, ask who runs the network or the proxy.',
    retry: 'later',
    maybeApplied: true,
  });
}

export function truncatedAnswer(host: string): SyncError {
  return truncated(host, '');
}

export function invalidCall(host: string): SyncError {
  return new SyncError({
    code: 'NET_CALL_INVALID',
    message: `The call to ${host} could not be made: its URL or a header holds a character that HTTP forbids.`,
    advice: 'Check the settings for stray spaces or line breaks, most likely in the key.',
  });
}

/** The error's own code, or that of the first one underneath. */
function codeOf(thrown: unknown): string {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 4; error = error.cause, depth++) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return '';
}

function inBrackets(code: string): string {
  return code === '' ? '' : ` (${code})`;
}

function truncated(host: string, code: string): SyncError {
  return new SyncError({
    code: 'NET_TRUNCATED',
    message: `The answer of ${host} broke off before its end${inBrackets(code)}.`,
    advice: 'It will be tried again; if it stays, ask who runs the network or the proxy.',
    retry: 'later',
    maybeApplied: true,
  });
}

function hostUnknown(thrown: unknown, code: string, host: string): SyncError {
  const asked = (thrown as { hostname?: unknown }).hostname;
  const name = typeof asked === 'string' ? asked : host;
  const viaProxy = !host.startsWith(name);
  return new SyncError({
    code: 'NET_HOST_UNKNOWN',
    message: `The ${viaProxy ? `name of the proxy, ${name},` : `host name ${name}`} cannot be looked up (${code}).`,
    advice: viaProxy
      ? 'Check HTTPS_PROXY and HTTP_PROXY, and the DNS of this machine.'
      : 'Check the host name in the settings, and the DNS of this machine.',
    // EAI_AGAIN is the resolver itself saying "not now".
    retry: code === 'EAI_AGAIN' ? 'later' : 'never',
  });
}

function tlsFault(code: string, host: string): SyncError {
  const advice =
    code === 'EPROTO' || code.startsWith('ERR_SSL_')
      ? 'Check that the URL should begin with https and that its port is right.'
      : 'If a company proxy or a private authority signs certificates, set NODE_EXTRA_CA_CERTS to its PEM file and restart Node-RED.';
  return new SyncError({
    code: 'NET_TLS',
    message: `No trusted TLS connection to ${host} is possible (${code}).`,
    advice,
  });
}

function proxyLogin(host: string): SyncError {
  return new SyncError({
    code: 'NET_PROXY_REFUSED',
    message: `The proxy on the way to ${host} asks for a login (407).`,
    advice: 'Put user and password into HTTP_PROXY and HTTPS_PROXY (http://user:password@host:port).',
  });
}

function proxyRefused(thrown: unknown, host: string): SyncError {
  const status = /\((\d{3})\)/.exec(thrown instanceof Error ? thrown.message : '')?.[1];
  if (status === '407') return proxyLogin(host);
  return new SyncError({
    code: 'NET_PROXY_REFUSED',
    message: `The proxy would not open a way to ${host}${status === undefined ? '' : ` (${status})`}.`,
    advice: 'Ask who runs the proxy to allow this host, or name the host in NO_PROXY.',
    retry: 'later',
  });
}
