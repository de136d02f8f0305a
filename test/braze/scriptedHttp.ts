import type { HttpAnswer, HttpCall, HttpClient } from '../../src/http/httpClient';

export interface ScriptedAnswer {
  status: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: string | object;
}

/** An HttpClient that answers from a list, in order, and keeps what it was asked. */
export class ScriptedHttp implements HttpClient {
  readonly calls: HttpCall[] = [];
  readonly #script: ScriptedAnswer[];

  constructor(...script: ScriptedAnswer[]) {
    this.#script = script;
  }

  async send(call: HttpCall): Promise<HttpAnswer> {
    call.signal?.throwIfAborted();
    this.calls.push(call);
    const next = this.#script.shift();
    if (!next) throw new Error(`no answer left for ${call.method} ${call.url}`);
    return httpAnswer(next);
  }

  async close(): Promise<void> {}

  /** The JSON body of one call. */
  sent(at: number): Record<string, unknown> {
    return JSON.parse(String(this.calls[at]?.body)) as Record<string, unknown>;
  }

  /** The query of one call. */
  query(at: number): Record<string, string> {
    return Object.fromEntries(new URL(this.calls[at]?.url ?? '').searchParams);
  }
}

export function httpAnswer({ status, headers = {}, body = '' }: ScriptedAnswer): HttpAnswer {
  return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
}
