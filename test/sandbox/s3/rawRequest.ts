import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import {
  canonicalRequest,
  scopeOf,
  sha256Hex,
  sign,
  signingKey,
  stringToSign,
} from '../../../src/sandbox/s3/signature';

export interface RawRequest {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer;
}

export interface RawAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  /** What arrived, even if the connection broke. */
  body: Buffer;
  /** False where the connection broke before the announced end. */
  whole: boolean;
}

/**
 * A request below the SDK, for what the SDK never sends or hides. Ends once the answer is there and the request is out:
 * a server that answers early and then stops reading would block every next request on the connection.
 */
export async function sendRaw({ url, method = 'GET', headers, body }: RawRequest): Promise<RawAnswer> {
  // Kept alive, or the server would have to hang up after an answer that comes before the end of the body.
  const agent = new Agent({ keepAlive: true });
  const outgoing = request(url, { method, headers, agent });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  outgoing.on('error', () => undefined);
  const pieces: Buffer[] = [];
  incoming.on('data', (piece: Buffer) => pieces.push(piece));
  incoming.on('error', () => undefined);
  await new Promise((resolve) => outgoing.once('close', resolve));
  agent.destroy();
  return {
    status: incoming.statusCode!,
    headers: incoming.headers,
    body: Buffer.concat(pieces),
    whole: incoming.complete,
  };
}

export interface SignedBy {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  /** Default: now. */
  at?: Date;
}

/** What a client that signs a body chunk by chunk goes on with. */
export interface Signed {
  headers: Record<string, string>;
  signature: string;
  key: Buffer;
  timestamp: string;
  scope: string;
}

/** Signs every header except those in `unsigned`. Default payload hash: that of the body. */
export function signRaw(raw: RawRequest, by: SignedBy, unsigned: string[] = []): Signed {
  const { host, pathname, searchParams } = new URL(raw.url);
  const timestamp = (by.at ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '');
  const payloadHash = raw.headers?.['x-amz-content-sha256'] ?? sha256Hex((raw.body ?? '').toString());
  const headers: Record<string, string> = {
    host,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': payloadHash,
    ...raw.headers,
  };
  const date = timestamp.slice(0, 8);
  const signedHeaders = Object.keys(headers)
    .filter((name) => !unsigned.includes(name))
    .sort();
  const canonical = canonicalRequest({
    method: raw.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    signedHeaders,
    payloadHash,
  });
  const scope = scopeOf({ date, region: by.region });
  const key = signingKey(by.secretAccessKey, date, by.region);
  const signature = sign(key, stringToSign(timestamp, scope, canonical));
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${by.accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return { headers, signature, key, timestamp, scope };
}
