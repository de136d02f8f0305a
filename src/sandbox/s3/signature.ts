import { createHash, createHmac } from 'node:crypto';
import { S3Error } from './s3Error';

/** The parts of an `Authorization: AWS4-HMAC-SHA256 ...` header. */
export interface Authorization {
  accessKeyId: string;
  /** `yyyymmdd` */
  date: string;
  region: string;
  /** Lower-case header names, in the order the client signed them. */
  signedHeaders: string[];
  /** Lower-case hex. */
  signature: string;
}

/** What a client signs. */
export interface SignedRequest {
  method: string;
  /** Still percent-encoded. */
  path: string;
  /** Decoded names and values. */
  query: Iterable<[string, string]>;
  /** Lower-case names; several values of one header in the order they came. */
  headers: Record<string, string[] | undefined>;
  signedHeaders: string[];
  /** The `x-amz-content-sha256` header, word for word. */
  payloadHash: string;
}

const FORM =
  /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/;

/** @throws S3Error `AuthorizationHeaderMalformed`, `InvalidArgument` for another scheme than Signature Version 4. */
export function parseAuthorization(header: string): Authorization {
  if (!header.startsWith('AWS4-HMAC-SHA256')) {
    throw new S3Error('InvalidArgument', 'Unsupported Authorization Type');
  }
  const [, credential, signed, signature] = FORM.exec(header) ?? [];
  // An access key ID may hold slashes with S3-compatible stores; the scope is always the last four parts.
  const parts = credential?.split('/') ?? [];
  const [date, region, service, terminator] = parts.slice(-4);
  if (!signed || !signature || parts.length < 5 || service !== 's3' || terminator !== 'aws4_request') {
    throw new S3Error('AuthorizationHeaderMalformed');
  }
  return {
    accessKeyId: parts.slice(0, -4).join('/'),
    date: date!,
    region: region!,
    signedHeaders: signed.split(';'),
    signature,
  };
}

export function canonicalRequest(request: SignedRequest): string {
  const query = [...request.query]
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
    .map((pair) => pair.join('='));
  const headers = request.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? []).map(trimHeader).join(',')}\n`,
  );
  return [
    request.method,
    canonicalPath(request.path),
    query.join('&'),
    headers.join(''),
    request.signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
}

export function scopeOf(authorization: Pick<Authorization, 'date' | 'region'>): string {
  return `${authorization.date}/${authorization.region}/s3/aws4_request`;
}

/** `timestamp` is the `x-amz-date` header, `yyyymmddThhmmssZ`. */
export function stringToSign(timestamp: string, scope: string, canonical: string): string {
  return ['AWS4-HMAC-SHA256', timestamp, scope, sha256Hex(canonical)].join('\n');
}

export function signingKey(secret: string, date: string, region: string): Buffer {
  return [date, region, 's3', 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
}

export function sign(key: Buffer, text: string): string {
  return hmac(key, text).toString('hex');
}

/** Signatures of the chunks of one signed, chunked body: each covers the one before, the first the request's own. */
export class ChunkSignatures {
  #previous: string;
  readonly #key: Buffer;
  readonly #timestamp: string;
  readonly #scope: string;

  constructor(seed: { signature: string; key: Buffer; timestamp: string; scope: string }) {
    this.#previous = seed.signature;
    this.#key = seed.key;
    this.#timestamp = seed.timestamp;
    this.#scope = seed.scope;
  }

  /** @throws S3Error `SignatureDoesNotMatch` */
  verifyChunk(dataHash: string, signature: string | undefined): void {
    this.#verify('AWS4-HMAC-SHA256-PAYLOAD', `${sha256Hex('')}\n${dataHash}`, signature);
  }

  /** `trailers`: one line `name:value` with a line feed for each trailer. @throws S3Error `SignatureDoesNotMatch` */
  verifyTrailers(trailers: string, signature: string | undefined): void {
    this.#verify('AWS4-HMAC-SHA256-TRAILER', sha256Hex(trailers), signature);
  }

  #verify(kind: string, hashes: string, signature: string | undefined): void {
    this.#previous = sign(this.#key, [kind, this.#timestamp, this.#scope, this.#previous, hashes].join('\n'));
    if (signature !== this.#previous) throw new S3Error('SignatureDoesNotMatch');
  }
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Percent-encoding as Signature Version 4 and S3 listings want it: everything but letters, digits and `-_.~`. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @throws S3Error `InvalidURI` */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new S3Error('InvalidURI');
  }
}

/** S3 signs the path encoded once and never folds `.` or `..`, unlike the other services. */
function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decodePath(segment)))
    .join('/');
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function trimHeader(value: string): string {
  return value.trim().replace(/ +/g, ' ');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
