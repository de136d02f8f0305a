import assert from 'node:assert/strict';
import {
  type BrazeSandbox,
  type BrazeSandboxOptions,
  startBrazeSandbox,
} from '../../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../../src/sandbox/faults';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests are about
  body: any;
}

/** A running sandbox and short words for calling it, as a client and through its control routes. */
export class BrazeCaller {
  readonly sandbox: BrazeSandbox;

  constructor(sandbox: BrazeSandbox) {
    this.sandbox = sandbox;
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(this.sandbox.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.sandbox.apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: JSON.parse(text || 'null') };
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.call('POST', path, body);
  }

  /** Posts to /users/track and waits until everything accepted is applied. */
  async track(body: unknown): Promise<Answer> {
    const answer = await this.post('/users/track', body);
    await this.sandbox.settled();
    return answer;
  }

  /** Sends attribute objects, one request each, in this order; all must be accepted without errors. */
  async send(...objects: object[]): Promise<void> {
    for (const object of objects) {
      const { status, body } = await this.track({ attributes: [object] });
      assert.deepEqual([status, body.errors], [201, undefined]);
    }
  }

  /** What the sandbox's Braze holds of a user. */
  user(externalId: string): Record<string, unknown> {
    return (this.sandbox.user(externalId) ?? {}) as Record<string, unknown>;
  }

  custom(externalId: string): Record<string, unknown> {
    return (this.user(externalId).custom_attributes ?? {}) as Record<string, unknown>;
  }

  /** Calls a control route with a request of the shape the control server gives it. */
  async control(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const url = new URL(path, 'http://control');
    const route = this.sandbox.control.find((each) => each.method === method && each.path === url.pathname);
    assert.ok(route, `${method} ${path}`);
    const reply = await route.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: {},
      raw: undefined as never,
      body: async () => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });
    const content = reply.body as AsyncIterable<string> | object;
    if (!(Symbol.asyncIterator in content)) return { status: reply.status, body: content };
    const pieces: string[] = [];
    for await (const piece of content) pieces.push(piece);
    return { status: reply.status, body: pieces.join('') };
  }
}

/** Runs a test against a sandbox of its own, which applies changes before it answers unless told otherwise. */
export async function withBraze(
  options: Partial<BrazeSandboxOptions>,
  test: (braze: BrazeCaller) => Promise<void>,
): Promise<void> {
  const { settings, ...rest } = options;
  const sandbox = await startBrazeSandbox({
    faults: new FaultRules(),
    settings: { apply: { delayMs: 0 }, ...settings },
    ...rest,
  });
  try {
    await test(new BrazeCaller(sandbox));
  } finally {
    await sandbox.close();
  }
}
