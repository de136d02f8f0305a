import { timingSafeEqual } from 'node:crypto';
import type { SandboxRequest } from '../server';
import { S3Error } from './s3Error';
import {
  type Authorization,
  ChunkSignatures,
  canonicalRequest,
  parseAuthorization,
  scopeOf,
  sign,
  signingKey,
  stringToSign,
} from './signature';

/** What a key can be denied; the names of IAM's actions (contracts: braze 4.7, blueconic 4). */
export const S3_ACTIONS = [
  's3:ListAllMyBuckets',
  's3:CreateBucket',
  's3:DeleteBucket',
  's3:ListBucket',
  's3:GetBucketLocation',
  's3:GetObject',
  's3:PutObject',
  's3:DeleteObject',
  's3:AbortMultipartUpload',
] as const;

export type S3Action = (typeof S3_ACTIONS)[number];

/** One pair of credentials. Allowed is everything that `deny` does not name. */
export interface S3Key {
  accessKeyId: string;
  secretAccessKey: string;
  /** Makes the credentials temporary ones: requests must carry this token. */
  sessionToken?: string | undefined;
  deny?: readonly S3Action[] | undefined;
}

/** Who sent a request, proven by its signature. */
export interface Caller {
  /** The region the client signed for, which need not be the server's. */
  region: string;
  /** The `x-amz-content-sha256` header. */
  payloadHash: string;
  allows(action: S3Action): boolean;
  /** For a body whose chunks are signed one by one. */
  chunkSignatures(): ChunkSignatures;
}

const MAXIMUM_SKEW_MS = 15 * 60_000;

/**
 * Verifies a request's AWS Signature Version 4, in S3's order: key, token, clock, signature. The region is left to the
 * caller, because some operations answer for any region. `now`: milliseconds since 1970.
 * @throws S3Error `AccessDenied` (anonymous, unsigned headers), `AuthorizationHeaderMalformed`, `InvalidAccessKeyId`,
 * `InvalidToken`, `RequestTimeTooSkewed`, `InvalidRequest`, `SignatureDoesNotMatch`
 */
export function authenticate(request: SandboxRequest, keys: readonly S3Key[], now: number): Caller {
  const { headers } = request;
  if (headers.authorization === undefined) throw new S3Error('AccessDenied');
  const authorization = parseAuthorization(headers.authorization);
  const key = keys.find(({ accessKeyId }) => accessKeyId === authorization.accessKeyId);
  if (!key) {
    throw new S3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: authorization.accessKeyId });
  }
  if (headers['x-amz-security-token'] !== key.sessionToken) throw new S3Error('InvalidToken');
  const timestamp = readTimestamp(request, authorization, now);
  const payloadHash = headers['x-amz-content-sha256'];
  if (typeof payloadHash !== 'string') {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  requireSignedHeaders(request, authorization);

  const canonical = canonicalRequest({
    method: request.method,
    path: request.path,
    query: request.query,
    headers: request.raw.headersDistinct,
    signedHeaders: authorization.signedHeaders,
    payloadHash,
  });
  const scope = scopeOf(authorization);
  const text = stringToSign(timestamp, scope, canonical);
  const signer = signingKey(key.secretAccessKey, authorization.date, authorization.region);
  const { signature } = authorization;
  if (!timingSafeEqual(Buffer.from(sign(signer, text)), Buffer.from(signature))) {
    throw new S3Error('SignatureDoesNotMatch', undefined, {
      AWSAccessKeyId: key.accessKeyId,
      StringToSign: text,
      SignatureProvided: signature,
      CanonicalRequest: canonical,
    });
  }
  return {
    region: authorization.region,
    payloadHash,
    allows: (action) => !key.deny?.includes(action),
    chunkSignatures: () => new ChunkSignatures({ signature, key: signer, timestamp, scope }),
  };
}

function readTimestamp(request: SandboxRequest, authorization: Authorization, now: number): string {
  const timestamp = String(request.headers['x-amz-date'] ?? '');
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (!parts) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  const [, year, month, day, hour, minute, second] = parts;
  if (authorization.date !== `${year}${month}${day}`) {
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      'Invalid credential date. Date is not the same as X-Amz-Date.',
    );
  }
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (!(Math.abs(now - time) <= MAXIMUM_SKEW_MS)) {
    throw new S3Error('RequestTimeTooSkewed', undefined, {
      RequestTime: timestamp,
      ServerTime: new Date(now).toISOString(),
      MaxAllowedSkewMilliseconds: String(MAXIMUM_SKEW_MS),
    });
  }
  return timestamp;
}

/** What is not signed could have been changed on the way. */
function requireSignedHeaders(request: SandboxRequest, authorization: Authorization): void {
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !authorization.signedHeaders.includes(name),
  );
  if (unsigned.length > 0) {
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', '),
    });
  }
}
