import { asSyncError, SyncError } from '../errors/syncError';
import { acceptedEncodings } from './contentEncoding';
import type { HttpAnswer, HttpCall, HttpClient } from './httpClient';
import { createDispatcher } from './proxy';

export interface HttpClientOptions {
  /** Default 60,000. A call may set its own. */
  timeoutMs?: number;
  /** Of an answer's body after decompression. Default 64 MiB. */
  maxAnswerBytes?: number;
  /** Per origin. Default 32. */
  connections?: number;
  /** The `user-agent` header. */
  userAgent?: string;
}

const connectTimeoutMs = 10_000;

/**
 * The product's HTTP client: axios for the calls, undici for the wire (keep-alive, proxies, no pipelining).
 * `close` drops calls still open; they fail with `NET_CLOSED`.
 *
 * Errors: `NET_TIMEOUT`, `NET_HOST_UNKNOWN`, `NET_REFUSED`, `NET_UNREACHABLE`, `NET_TLS`, `NET_RESET`, `NET_TRUNCATED`,
 * `NET_NOT_HTTP`, `NET_ANSWER_TOO_LARGE`, `NET_ANSWER_UNREADABLE`, `NET_CALL_INVALID`, `NET_PROXY_REFUSED`,
 * `NET_CLOSED`; an aborted call rejects with its signal's reason. `maybeApplied` is true from the moment the
 * request was handed to a connection.
 *
 * @throws SyncError `NET_PROXY_INVALID`
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const timeoutMs = options.timeoutMs ?? 60_000;
  const maxAnswerBytes = options.maxAnswerBytes ?? 64 * 1024 * 1024;
  const dispatcher = createDispatcher({ connections: options.connections ?? 32, connectTimeoutMs });
  // Loaded with the first client, as undici is.
  const { Axios } = require('axios') as typeof import('axios');
  const { undiciAdapter } = require('./axiosAdapter') as typeof import('./axiosAdapter');
  // The bare class, not axios.create(): its defaults (transforms, XSRF, form headers) cost more than all the rest.
  const axios = new Axios({
    adapter: undiciAdapter(dispatcher),
    headers: {
      'accept-encoding': acceptedEncodings,
      ...(options.userAgent !== undefined && { 'user-agent': options.userAgent }),
    },
  });
  return {
    async send(call) {
      if (call.signal?.aborted) throw call.signal.reason;
      checkUrl(call.url);
      try {
        const response = await axios.request<HttpAnswer>({
          url: call.url,
          method: call.method,
          ...(call.headers && { headers: call.headers }),
          ...(call.body !== undefined && { data: call.body }),
          timeout: call.timeoutMs ?? timeoutMs,
          maxContentLength: maxAnswerBytes,
          ...(call.signal && { signal: call.signal }),
        });
        return response.data;
      } catch (thrown) {
        throw outcome(thrown, call);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** axios's own errors carry the whole call with its secrets, so none may pass. */
function outcome(thrown: unknown, call: HttpCall): unknown {
  if (call.signal?.aborted) return call.signal.reason;
  return asSyncError(thrown, `calling ${new URL(call.url).host}`);
}

function checkUrl(url: string): void {
  if (URL.canParse(url) && /^https?:\/\//i.test(url)) return;
  throw new SyncError({
    code: 'NET_CALL_INVALID',
    message: 'The URL of the call is not an absolute http or https URL.',
    advice: 'Check the URL in the settings; it should begin with https://.',
  });
}
