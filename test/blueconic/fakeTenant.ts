import type { HttpAnswer, HttpCall, HttpClient } from '../../src/http/httpClient';

export interface FakeAnswer {
  status: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: string | object;
}

/** Answers one call; `at` counts the calls of this kind from 0. */
export type Answering = (call: HttpCall, at: number) => FakeAnswer | Promise<FakeAnswer>;

/** An HttpClient that stands for a tenant: one answer for its token endpoint, one for all the rest. */
export class FakeTenant implements HttpClient {
  readonly tokenCalls: HttpCall[] = [];
  readonly calls: HttpCall[] = [];
  readonly #token: Answering;
  readonly #api: Answering;

  constructor(api: Answering, token: Answering = (_, at) => granted(`token-${at + 1}`)) {
    this.#api = api;
    this.#token = token;
  }

  async send(call: HttpCall): Promise<HttpAnswer> {
    call.signal?.throwIfAborted();
    const isToken = call.url.endsWith('/rest/v2/oauth/token');
    const calls = isToken ? this.tokenCalls : this.calls;
    calls.push(call);
    return httpAnswer(await (isToken ? this.#token : this.#api)(call, calls.length - 1));
  }

  async close(): Promise<void> {}
}

export function granted(token: string, seconds = 3600): FakeAnswer {
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: seconds } };
}

export function httpAnswer({ status, headers = {}, body = '' }: FakeAnswer): HttpAnswer {
  return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
}

/** The answers one after the other. */
export function inTurn(...answers: FakeAnswer[]): Answering {
  return (call, at) => answers[at] ?? Promise.reject(new Error(`no answer left for ${call.url}`));
}
