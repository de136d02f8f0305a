import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { joinedHeaders } from './headers';
import type { HttpAnswer } from './httpClient';
import { answerTooLarge, type CallProgress, netError, timeoutError } from './netError';

export interface ExchangeCall {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  timeoutMs: number;
  maxAnswerBytes: number;
  signal?: AbortSignal;
}

/**
 * One request and its answer, still compressed as it came. It sits right on undici's dispatch instead of its
 * `request()`: only there can be seen whether a request ever reached a connection, which decides `maybeApplied`.
 *
 * @throws SyncError `NET_*`, or the signal's reason.
 */
export function exchange(dispatcher: Dispatcher, call: ExchangeCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const handler = new Exchange(call, resolve, reject);
    const { url, method, headers, body } = call;
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers,
        ...(body !== undefined && { body }),
      },
      handler,
    );
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #call: ExchangeCall;
  readonly #progress: CallProgress;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#fail(this.#call.signal?.reason);
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #status = 0;
  #headers: Record<string, string> = {};
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(call: ExchangeCall, resolve: (answer: HttpAnswer) => void, reject: (reason: unknown) => void) {
    this.#call = call;
    this.#progress = { host: call.url.host, sent: false, answered: false };
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#fail(timeoutError(this.#progress, call.timeoutMs)), call.timeoutMs);
    if (call.signal?.aborted) this.#onAbort();
    else call.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Failed while it waited for a connection: undici must not send it any more.
    if (this.#settled) controller.abort(new Error('no longer wanted'));
    else this.#progress.sent = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // 1xx are notes on the way, not the answer.
    if (status < 200 || this.#settled) return;
    this.#progress.answered = true;
    this.#status = status;
    this.#headers = joinedHeaders(headers);
    if (Number(this.#headers['content-length']) > this.#call.maxAnswerBytes) this.#tooLarge();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#call.maxAnswerBytes) this.#tooLarge();
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.#settle()) return;
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bytes);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settle()) this.#reject(netError(error, this.#progress));
  }

  #tooLarge(): void {
    this.#fail(answerTooLarge(this.#progress.host, this.#call.maxAnswerBytes));
  }

  #fail(reason: unknown): void {
    if (!this.#settle()) return;
    this.#controller?.abort(new Error('no longer wanted'));
    this.#reject(reason);
  }

  /** False where the outcome is already decided. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#call.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }
}
