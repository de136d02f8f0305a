import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { SyncError } from '../errors/syncError';
import { joinedHeaders } from '../http/headers';
import { answerTooLarge, netError, timeoutError } from '../http/netError';

/** The part of the SDK's request that a transport needs. */
interface SdkRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

interface SdkResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Readable;
}

/** There was no answer. The SDK tries again where it finds `$retryable`. */
export class TransportFault extends Error {
  readonly fault: SyncError;
  readonly $retryable?: { throttling: false };

  constructor(fault: SyncError) {
    super(fault.code);
    this.fault = fault;
    if (fault.retry === 'later' && fault.code !== 'NET_ANSWER_TOO_LARGE')
      this.$retryable = { throttling: false };
  }
}

/** What an answer may take; downloads may be of any size, and take as long as bytes come. */
export interface AnswerLimits {
  /** Longest wait for an answer's head, between two pieces of a download, and for the whole of any other answer. */
  silenceMs: number;
  /** Of any answer but a download. */
  maxAnswerBytes: number;
}

/**
 * Carries the SDK's requests over the same dispatcher as every other call, so that proxies and certificate
 * authorities need to be set up once. Paths are sent as the SDK signed them: a key may hold `..` or `//`.
 */
export class UndiciTransport {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #dispatcher: Dispatcher;
  readonly #limits: AnswerLimits;
  /** The date of the last answer, where it had one. */
  serverTime: Date | undefined;

  constructor(dispatcher: Dispatcher, limits: AnswerLimits) {
    this.#dispatcher = dispatcher;
    this.#limits = limits;
  }

  async handle(
    request: SdkRequest,
    options: { abortSignal?: unknown; requestTimeout?: number } = {},
  ): Promise<{ response: SdkResponse }> {
    const signal = options.abortSignal as AbortSignal | undefined;
    const port = request.port === undefined ? '' : `:${request.port}`;
    const host = `${request.hostname}${port}`;
    const silenceMs = options.requestTimeout ?? this.#limits.silenceMs;
    const progress = { host, sent: false, answered: false };
    try {
      const answer = await this.#dispatcher.request({
        origin: `${request.protocol}//${host}`,
        path: request.path + queryString(request.query),
        method: request.method,
        headers: sendable(request.headers),
        body: (request.body ?? null) as Buffer | Readable | null,
        headersTimeout: silenceMs,
        bodyTimeout: silenceMs,
        ...(signal && { signal }),
      });
      progress.answered = true;
      const headers = joinedHeaders(answer.headers);
      const time = Date.parse(headers.date ?? '');
      if (!Number.isNaN(time)) this.serverTime = new Date(time);
      const isDownload = answer.statusCode < 300 && request.query?.['x-id'] === 'GetObject';
      return {
        response: {
          statusCode: answer.statusCode,
          headers,
          // The SDK would wait for the rest of it, and keep it, without an end.
          body: isDownload ? answer.body : await wholeBody(answer.body, host, { ...this.#limits, silenceMs }),
        },
      };
    } catch (thrown) {
      // The name is what keeps the SDK from trying again.
      if (signal?.aborted) throw Object.assign(new Error('aborted'), { name: 'AbortError' });
      throw new TransportFault(netError(thrown, progress));
    }
  }

  /** The dispatcher outlives the SDK's clients; who made it closes it. */
  destroy(): void {}

  /** The SDK lets clients be tuned after the fact; ours are not. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}

/** @throws SyncError `NET_ANSWER_TOO_LARGE`, `NET_TIMEOUT`; whatever broke the body. */
async function wholeBody(
  body: Readable,
  host: string,
  { silenceMs, maxAnswerBytes }: AnswerLimits,
): Promise<Readable> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const tooLate = () => body.destroy(timeoutError({ host, sent: true, answered: true }, silenceMs));
  const timer = setTimeout(tooLate, silenceMs);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) throw answerTooLarge(host, maxAnswerBytes);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Readable.from(chunks, { objectMode: false });
}

/**
 * Without what belongs to the wire: undici sets the framing itself, and does not wait for `100 Continue`. Neither
 * header is part of the signature.
 */
function sendable(headers: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!/^(expect|transfer-encoding|connection)$/i.test(name)) kept[name] = value;
  }
  return kept;
}

/** Encoded the way the signature counts it: everything but letters, digits and `-_.~`. */
function queryString(query: SdkRequest['query']): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    const key = escapeUri(name);
    if (value === null) parts.push(key);
    else for (const one of [value].flat()) parts.push(`${key}=${escapeUri(one)}`);
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
