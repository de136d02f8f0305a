import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync, constants as zlib } from 'node:zlib';
import type { SandboxReply, SandboxRequest } from '../server';

/** One reason why a request was refused: which field, and what is wrong with it. */
export interface FieldProblem {
  field: string;
  message: string;
}

/** Thrown anywhere below an endpoint to answer 400 with the documented error body (contracts: blueconic 3.3). */
export class BadRequest extends Error {
  readonly problems: FieldProblem[];

  constructor(problems: FieldProblem[] | string, field = 'request') {
    const list = typeof problems === 'string' ? [{ field, message: problems }] : problems;
    super(list.map((problem) => `${problem.field}: ${problem.message}`).join('; '));
    this.problems = list;
  }

  /** `ErrorRequestBean {code, message, errors:[{field, message}]}`. */
  reply(): SandboxReply {
    return {
      status: 400,
      body: { code: 400, message: 'The request is not valid.', errors: this.problems },
    };
  }
}

/** An answer without a body: the contract declares none for 401, 403, 404, 429 and 501. */
export function bare(status: number): SandboxReply {
  return { status };
}

/** Parses a JSON body; a broken one is a `BadRequest`. */
export async function jsonBody(request: SandboxRequest): Promise<unknown> {
  try {
    return JSON.parse((await request.body()).toString('utf8'));
  } catch {
    throw new BadRequest('is not valid JSON', 'body');
  }
}

/** True where the query asks for readable JSON (`prettyPrint=true`, any endpoint; contracts: blueconic 3.1). */
export function wantsPretty(query: URLSearchParams): boolean {
  return query.get('prettyPrint') === 'true';
}

/**
 * Gives an answer its outer form: JSON text (readable on `prettyPrint`), gzip where `Accept-Encoding` allows it,
 * and a `Date` header that follows the tenant's clock.
 */
export function present(request: SandboxRequest, reply: SandboxReply, now: number): SandboxReply {
  const headers: Record<string, string> = { ...reply.headers, date: new Date(now).toUTCString() };
  const { status, body } = reply;
  if (body === undefined) return { status, headers };
  headers['content-type'] ??= 'application/json';
  headers.vary = 'accept-encoding';
  const zipped = acceptsGzip(request.headers['accept-encoding']);
  if (zipped) headers['content-encoding'] = 'gzip';
  if (isStream(body)) return { status, headers, body: zipped ? gzipStream(body) : body };
  const text =
    typeof body === 'string' || Buffer.isBuffer(body)
      ? body
      : JSON.stringify(body, null, wantsPretty(request.query) ? 2 : undefined);
  return { status, headers, body: zipped ? gzipSync(text, { level: 1 }) : text };
}

function isStream(body: object | string): body is AsyncIterable<Uint8Array | string> {
  return typeof body === 'object' && Symbol.asyncIterator in body;
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .toLowerCase()
    .split(',')
    .some((offer) => /^\s*(gzip|\*)\s*(;|$)/.test(offer) && !/;\s*q=0(\.0*)?\s*$/.test(offer));
}

/** Flushes each piece, so that a reader sees the stream grow instead of one burst at the end. */
async function* gzipStream(parts: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: 1, flush: zlib.Z_SYNC_FLUSH });
  // A failure of the source destroys `gzip` with the same error, which the loop below throws on.
  pipeline(Readable.from(parts), gzip).catch(() => undefined);
  for await (const piece of gzip) yield piece as Uint8Array;
}
