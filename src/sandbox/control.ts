import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { ControlRoute } from './part';
import type { SandboxReply } from './server';

const jsonType = { 'content-type': 'application/json' };

/**
 * The HTTP server that steers the sandbox. It asks for no key, so it must not be reachable from a web page: it listens
 * on loopback only, refuses any request that carries an `Origin` header (a page's script), and refuses a `Host` that is
 * not a loopback name (a page whose own host name was rebound to loopback).
 *
 * Answers: what the route replies; 400 `{error}` for a body that is not JSON or not in shape; 403, 404 and 405
 * `{error}`; 500 `{error}` where a route failed.
 */
export class ControlServer {
  readonly routes: readonly ControlRoute[];
  readonly #server: Server;

  /** @throws Error where two routes share method and path. */
  constructor(routes: readonly ControlRoute[]) {
    const names = routes.map((route) => `${route.method} ${route.path}`);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`Two routes of the control API are called ${twice}.`);
    this.routes = routes;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await send(response, await this.#answer(raw));
    } catch (thrown) {
      if (response.headersSent) return void response.destroy();
      await send(response, failure(thrown));
    }
  }

  async #answer(raw: IncomingMessage): Promise<SandboxReply> {
    const stranger = strangerReason(raw);
    if (stranger !== undefined) return refuse(403, stranger);
    const url = new URL(raw.url ?? '/', 'http://control');
    const here = this.routes.filter((route) => route.path === url.pathname);
    if (here.length === 0) return refuse(404, `No route ${url.pathname}; GET / lists them.`);
    const route = here.find(({ method }) => method === raw.method);
    if (!route) {
      const allowed = here.map(({ method }) => method).join(', ');
      return {
        ...refuse(405, `${url.pathname} takes ${allowed}.`),
        headers: { ...jsonType, allow: allowed },
      };
    }
    return route.handle({
      method: route.method,
      path: url.pathname,
      query: url.searchParams,
      headers: raw.headers,
      raw,
      body: async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of raw) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks);
      },
    });
  }
}

/** Why this request may come from a web page instead of a tool on this machine; `undefined`: it does not. */
function strangerReason(raw: IncomingMessage): string | undefined {
  if (raw.headers.origin !== undefined) return 'The control API answers no web page (Origin header).';
  const host = raw.headers.host?.replace(/:\d+$/, '').toLowerCase();
  if (host === '127.0.0.1' || host === 'localhost' || host === '[::1]') return undefined;
  return 'The control API answers only to a loopback Host.';
}

function refuse(status: number, message: string): SandboxReply {
  return { status, body: { error: message } };
}

function failure(thrown: unknown): SandboxReply {
  if (thrown instanceof z.ZodError) return refuse(400, z.prettifyError(thrown));
  if (thrown instanceof SyntaxError) return refuse(400, `Not JSON: ${thrown.message}`);
  return refuse(500, String((thrown as Error)?.stack ?? thrown));
}

async function send(response: ServerResponse, reply: SandboxReply): Promise<void> {
  const { status, body = '' } = reply;
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    response.writeHead(status, { ...reply.headers }).end(body);
  } else if (Symbol.asyncIterator in body) {
    response.writeHead(status, { ...reply.headers });
    await pipeline(Readable.from(body as AsyncIterable<Uint8Array | string>), response);
  } else {
    response.writeHead(status, { ...jsonType, ...reply.headers }).end(JSON.stringify(body));
  }
}
