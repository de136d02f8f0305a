import { sha256Hex, sign } from '../../../src/sandbox/s3/signature';

const CRLF = Buffer.from('\r\n');

/** Frames chunks as a client does that sends unsigned `aws-chunked` bodies. */
export function frame(chunks: Buffer[], trailers: Record<string, string> = {}): Buffer {
  const parts = chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, CRLF]);
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\r\n`);
  return Buffer.concat([...parts, Buffer.from(`0\r\n${lines.join('')}\r\n`)]);
}

/** The same with chunk signatures and, where there are trailers, a signature over those. Chunks: ASCII only. */
export function signedFrame(
  seed: { signature: string; key: Buffer; timestamp: string; scope: string },
  chunks: Buffer[],
  trailers: Record<string, string> = {},
): Buffer {
  let previous = seed.signature;
  const next = (kind: string, ...hashes: string[]): string => {
    previous = sign(seed.key, [kind, seed.timestamp, seed.scope, previous, ...hashes].join('\n'));
    return previous;
  };
  const parts: Buffer[] = [];
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    const signature = next('AWS4-HMAC-SHA256-PAYLOAD', sha256Hex(''), sha256Hex(chunk.toString()));
    parts.push(Buffer.from(`${chunk.length.toString(16)};chunk-signature=${signature}\r\n`), chunk);
    if (chunk.length > 0) parts.push(CRLF);
  }
  const entries = Object.entries(trailers);
  if (entries.length > 0) {
    const signature = next(
      'AWS4-HMAC-SHA256-TRAILER',
      sha256Hex(entries.map(([name, value]) => `${name}:${value}\n`).join('')),
    );
    const lines = entries.map(([name, value]) => `${name}:${value}\r\n`).join('');
    parts.push(Buffer.from(`${lines}x-amz-trailer-signature:${signature}\r\n`));
  }
  return Buffer.concat([...parts, CRLF]);
}
