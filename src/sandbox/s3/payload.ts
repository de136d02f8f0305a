import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Caller } from './authentication';
import {
  type Checksum,
  type ChecksumAlgorithm,
  isChecksumAlgorithm,
  type RunningChecksum,
  startChecksum,
} from './checksums';
import { ChunkedBodyDecoder } from './chunkedBody';
import { S3Error } from './s3Error';

/** A request body that kept every promise its headers made. */
export interface Payload {
  bytes: Buffer;
  /** Lower-case hex. */
  md5: string;
  /** The checksum the client gave, in a header or in a trailer. */
  checksum?: Checksum;
}

interface DeclaredChecksum {
  algorithm: ChecksumAlgorithm;
  header: string;
  /** Absent: it follows in a trailer. */
  value?: string;
}

const PREFIX = 'x-amz-checksum-';
/** Headers of this form that name no value. */
const NOT_VALUES = new Set(['algorithm', 'type', 'mode']);
const STREAMING = {
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signed: false, trailer: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signed: true, trailer: true },
} as const;

/**
 * Reads a body piece by piece and checks length, payload hash, chunk signatures, Content-MD5 and checksum on the way,
 * so that a big one does not hold up the process.
 * @throws S3Error `IncompleteBody`, `MissingContentLength`, `BadDigest`, `InvalidDigest`, `InvalidRequest`,
 * `XAmzContentSHA256Mismatch`, `SignatureDoesNotMatch`, `MalformedTrailerError`, `NotImplemented`
 */
export async function readPayload(raw: IncomingMessage, caller: Caller): Promise<Payload> {
  const { headers } = raw;
  const declared = declaredChecksum(headers);
  const contentMd5 = declaredMd5(headers['content-md5']);
  const wireHash = /^[0-9a-f]{64}$/.test(caller.payloadHash) ? createHash('sha256') : undefined;
  const decoder = wireHash ? undefined : chunkedDecoder(caller);
  const decodedLength = decoder && readDecodedLength(headers);
  const md5 = createHash('md5');
  const running = declared && startChecksum(declared.algorithm);
  const pieces: Buffer[] = [];
  let size = 0;
  const take = (piece: Buffer): void => {
    md5.update(piece);
    running?.update(piece);
    pieces.push(piece);
    size += piece.length;
  };
  for await (const bytes of wireBytes(raw)) {
    wireHash?.update(bytes);
    if (!decoder) take(bytes);
    else for (const piece of decoder.push(bytes)) take(piece);
  }
  const trailers = decoder?.end();
  if (decodedLength !== undefined && size !== decodedLength) throw new S3Error('IncompleteBody');
  if (wireHash && wireHash.digest('hex') !== caller.payloadHash) {
    throw new S3Error('XAmzContentSHA256Mismatch');
  }
  const digest = md5.digest();
  if (contentMd5 && !contentMd5.equals(digest)) throw new S3Error('BadDigest');
  const payload: Payload = { bytes: Buffer.concat(pieces), md5: digest.toString('hex') };
  if (declared && running) payload.checksum = verifyChecksum(declared, running, trailers);
  return payload;
}

/** The client's content codings without `aws-chunked`, which is transport only. `undefined`: none is left. */
export function storedEncoding(header: string | undefined): string | undefined {
  const codings = (header ?? '').split(',').map((coding) => coding.trim());
  return codings.filter((coding) => coding !== '' && coding !== 'aws-chunked').join(',') || undefined;
}

function verifyChecksum(
  declared: DeclaredChecksum,
  running: RunningChecksum,
  trailers: Map<string, string> | undefined,
): Checksum {
  const expected = declared.value ?? trailers?.get(declared.header);
  if (expected === undefined) throw new S3Error('MalformedTrailerError');
  const value = running.digest();
  if (Buffer.from(expected, 'base64').length !== Buffer.from(value, 'base64').length) {
    throw new S3Error('InvalidRequest', `Value for ${declared.header} header is invalid.`);
  }
  if (expected !== value) {
    throw new S3Error('BadDigest', `The ${declared.algorithm.toUpperCase()} you specified did not match.`);
  }
  return { algorithm: declared.algorithm, value };
}

function declaredChecksum(headers: IncomingHttpHeaders): DeclaredChecksum | undefined {
  const inHeaders = Object.keys(headers).filter(
    (name) => name.startsWith(PREFIX) && !NOT_VALUES.has(name.slice(PREFIX.length)),
  );
  const inTrailers = String(headers['x-amz-trailer'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name.startsWith(PREFIX));
  const [header, ...more] = [...inHeaders, ...inTrailers];
  if (header === undefined) return undefined;
  if (more.length > 0) {
    throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header');
  }
  const algorithm = header.slice(PREFIX.length);
  if (!isChecksumAlgorithm(algorithm)) throw new S3Error('NotImplemented', undefined, { Header: header });
  const value = headers[header];
  return { algorithm, header, ...(typeof value === 'string' && { value }) };
}

function declaredMd5(header: string | string[] | undefined): Buffer | undefined {
  if (header === undefined) return undefined;
  const digest = Buffer.from(String(header), 'base64');
  if (digest.length !== 16) throw new S3Error('InvalidDigest');
  return digest;
}

function chunkedDecoder(caller: Caller): ChunkedBodyDecoder | undefined {
  if (caller.payloadHash === 'UNSIGNED-PAYLOAD') return undefined;
  const kind = Object.entries(STREAMING).find(([name]) => name === caller.payloadHash)?.[1];
  if (!kind) {
    throw new S3Error('NotImplemented', undefined, { Header: 'x-amz-content-sha256' });
  }
  if (!kind.signed) return new ChunkedBodyDecoder();
  return new ChunkedBodyDecoder({ signatures: caller.chunkSignatures(), signedTrailers: kind.trailer });
}

function readDecodedLength(headers: IncomingHttpHeaders): number {
  const length = String(headers['x-amz-decoded-content-length'] ?? '');
  if (!/^\d{1,15}$/.test(length)) throw new S3Error('MissingContentLength');
  return Number(length);
}

async function* wireBytes(raw: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // A refusal half-way must leave the connection whole, because it carries the answer; the rest is read off unseen.
    yield* raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (thrown) {
    // The client hung up half-way: its fault, not the server's.
    if (!raw.complete) throw new S3Error('IncompleteBody');
    throw thrown;
  } finally {
    raw.resume();
  }
}
