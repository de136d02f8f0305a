import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultPlan, FaultRules, SandboxSystem, WallVerdict } from './faults';

/** One request as a sandbox system sees it. */
export interface SandboxRequest {
  method: string;
  /** Path without query, still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  raw: IncomingMessage;
  /** Reads the whole body; throws `BodyTooLarge` past `limit` bytes. */
  body(limit?: number): Promise<Buffer>;
}

/** One answer. An object body is sent as JSON; an async iterable is streamed (chunked). */
export interface SandboxReply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer | AsyncIterable<Uint8Array | string> | object;
}

export type SandboxHandler = (request: SandboxRequest) => SandboxReply | Promise<SandboxReply>;

export class BodyTooLarge extends Error {}

/** How often each call was made and how it was answered: `{ "POST /users/track": { "201": 12 } }`. */
export type CallCounts = Record<string, Record<string, number>>;

export interface SandboxServerOptions {
  system: SandboxSystem;
  faults: FaultRules;
  handle: SandboxHandler;
  /** Groups paths for counting: `/segments/abc/profiles` -> `/segments/{id}/profiles`. Default: the path itself. */
  callName?: (method: string, path: string) => string;
  port?: number;
}

/**
 * One HTTP server on loopback that plays one outside system: hands requests to `handle`, counts answers, and
 * applies the fault rules around the handler so that every system fails in the same, scriptable ways.
 */
export class SandboxServer {
  readonly counts: CallCounts = {};
  readonly #options: SandboxServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: SandboxServerOptions) {
    this.#options = options;
    this.#server = createServer((raw, response) => void this.#serve(raw, response));
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(this.#options.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  resetCounts(): void {
    for (const call of Object.keys(this.counts)) delete this.counts[call];
  }

  async #serve(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = raw.method ?? 'GET';
    const url = raw.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const request: SandboxRequest = {
      method,
      path,
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
      headers: raw.headers,
      raw,
      body: (limit) => readBody(raw, limit),
    };
    response.on('error', () => undefined);
    try {
      await this.#answer(request, response);
    } catch (thrown) {
      // A fault of the sandbox itself must be loud: it would otherwise look like a fault of the product.
      process.stderr.write(
        `sandbox ${this.#options.system}: ${method} ${path}: ${String((thrown as Error)?.stack)}\n`,
      );
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  }

  async #answer(request: SandboxRequest, response: ServerResponse): Promise<void> {
    const { faults, system } = this.#options;
    const body = faults.looksIntoBodies(system) ? await request.body() : undefined;
    if (body) request.body = async (limit) => withinLimit(body, limit);
    const plan = faults.plan(system, request.method, request.path, body);
    for (const fault of plan.faults) {
      if (fault.kind === 'latency') await sleep(fault.ms + Math.random() * (fault.jitterMs ?? 0));
    }
    const reply = (await this.#early(request, plan)) ?? (await this.#options.handle(request));
    if (reply === 'hang') return;
    if (reply === 'reset') return void request.raw.socket.destroy();
    const final = late(plan, bent(plan, reply));
    if (final === 'hang') return;
    if (final === 'reset') return void request.raw.socket.destroy();
    this.#count(request, final.status);
    await write(response, final, plan, request.method === 'HEAD');
  }

  /** Faults that strike before the request is processed. */
  async #early(
    request: SandboxRequest,
    plan: FaultPlan,
  ): Promise<SandboxReply | 'hang' | 'reset' | undefined> {
    if (plan.wall?.exceeded) {
      await request.body().catch(() => undefined);
      return { status: 429, headers: wallHeaders(plan.wall), body: { message: 'Rate limit exceeded' } };
    }
    for (const fault of plan.faults) {
      if ('after' in fault && fault.after) continue;
      if (fault.kind === 'hang' || fault.kind === 'reset') return fault.kind;
      if (fault.kind === 'status' || fault.kind === 'html') {
        await request.body().catch(() => undefined);
        return faultReply(fault);
      }
    }
    return undefined;
  }

  #count(request: SandboxRequest, status: number): void {
    const name = `${request.method} ${this.#options.callName?.(request.method, request.path) ?? request.path}`;
    this.counts[name] ??= {};
    const call = this.counts[name];
    call[status] = (call[status] ?? 0) + 1;
  }
}

function faultReply(fault: Extract<Fault, { kind: 'status' | 'html' }>): SandboxReply {
  if (fault.kind === 'html') {
    return {
      status: fault.status,
      headers: { 'content-type': 'text/html' },
      body: '<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>',
    };
  }
  return {
    status: fault.status,
    ...(fault.headers && { headers: fault.headers }),
    ...(fault.body !== undefined && { body: fault.body as object }),
  };
}

/** Faults that strike once the request was processed. */
function late(plan: FaultPlan, reply: SandboxReply): SandboxReply | 'hang' | 'reset' {
  for (const fault of plan.faults) {
    if (!('after' in fault) || !fault.after) continue;
    if (fault.kind === 'hang' || fault.kind === 'reset') return fault.kind;
    if (fault.kind === 'status') return faultReply(fault);
  }
  if (plan.wall && !plan.wall.exceeded) {
    return { ...reply, headers: { ...reply.headers, ...wallHeaders(plan.wall) } };
  }
  return reply;
}

/** The same answer with its list of errors bent; answers that are no JSON success stay as they are. */
function bent(plan: FaultPlan, reply: SandboxReply): SandboxReply {
  const fault = plan.faults.find((one) => one.kind === 'bentErrors');
  if (!fault || reply.status < 200 || reply.status > 299 || !isPlain(reply.body)) return reply;
  const listed = 'errors' in reply.body && Array.isArray(reply.body.errors) ? reply.body.errors : [];
  return { ...reply, body: { ...reply.body, errors: bentList(listed as object[], fault.how) } };
}

function bentList(listed: object[], how: 'repeated' | 'unindexed' | 'notAList'): unknown {
  if (how === 'repeated') return [...listed, ...listed];
  if (how === 'notAList') return { count: listed.length };
  return [...listed.map((entry) => ({ ...entry, index: undefined })), { type: 'something is wrong' }];
}

function isPlain(body: SandboxReply['body']): body is object {
  return (
    typeof body === 'object' && body !== null && !Buffer.isBuffer(body) && !(Symbol.asyncIterator in body)
  );
}

/** The two documented header styles (contracts/braze.md 2.8). */
function wallHeaders(wall: WallVerdict): Record<string, string> {
  const deltaSeconds = Math.max(1, Math.ceil((wall.resetAt - Date.now()) / 1000));
  if (wall.headerStyle === 'none') return {};
  if (wall.headerStyle === 'mau') {
    if (wall.exceeded) return { 'x-ratelimit-retry-after': String(deltaSeconds) };
    return {
      'x-ratelimit-limit': String(wall.limit),
      'x-ratelimit-remaining': String(wall.remaining),
      'x-ratelimit-reset': String(deltaSeconds),
    };
  }
  return {
    'x-ratelimit-limit': String(wall.limit),
    'x-ratelimit-remaining': String(wall.remaining),
    'x-ratelimit-reset': String(Math.ceil(wall.resetAt / 1000)),
  };
}

function withinLimit(body: Buffer, limit = Number.POSITIVE_INFINITY): Buffer {
  if (body.length > limit) throw new BodyTooLarge(`body over ${limit} bytes`);
  return body;
}

async function readBody(raw: IncomingMessage, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not destroy the request: its socket still has to carry the answer.
  for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      raw.resume();
      throw new BodyTooLarge(`body over ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

async function write(
  response: ServerResponse,
  reply: SandboxReply,
  plan: FaultPlan,
  headOnly: boolean,
): Promise<void> {
  const headers: Record<string, string> = { ...reply.headers };
  let { body } = reply;
  if (isPlain(body)) {
    headers['content-type'] ??= 'application/json';
    body = JSON.stringify(body);
  }
  if (body === undefined) body = '';
  if (typeof body === 'string') body = Buffer.from(body);
  if (Buffer.isBuffer(body)) headers['content-length'] ??= String(body.length);
  response.writeHead(reply.status, headers);
  if (headOnly) return void response.end();
  const cut = plan.faults.find((fault) => fault.kind === 'cutBody');
  const slow = plan.faults.find((fault) => fault.kind === 'slowBody');
  if (Buffer.isBuffer(body)) {
    if (!cut && !slow) return void response.end(body);
    body = piecesOf(body, slow?.pieceBytes ?? body.length);
  }
  // Where the length is not announced there is no share to take: the first piece goes out, then the break.
  const announced = headers['content-length'];
  let left = cut && announced !== undefined ? Math.floor(Number(announced) * cut.share) : undefined;
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    await send(response, bytes.subarray(0, left));
    if (response.destroyed) return;
    if (left !== undefined) left = Math.max(0, left - bytes.length);
    if (cut && !left) break;
    if (slow) await sleep(slow.pauseMs);
  }
  if (cut) response.destroy();
  else response.end();
}

async function* piecesOf(bytes: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Resolves once the operating system has the bytes (a connection broken then still delivers them) or the client is gone. */
async function send(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.write(bytes, () => {
      response.off('close', resolve);
      resolve();
    });
  });
}
