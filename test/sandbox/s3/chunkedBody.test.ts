import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChunkedBodyDecoder } from '../../../src/sandbox/s3/chunkedBody';
import { ChunkSignatures } from '../../../src/sandbox/s3/signature';
import { frame, signedFrame } from './chunkFrames';

const SEED = {
  signature: 'a'.repeat(64),
  key: Buffer.from('key'),
  timestamp: '20260101T000000Z',
  scope: '20260101/us-east-1/s3/aws4_request',
};

function decode(decoder: ChunkedBodyDecoder, network: Iterable<Buffer>): [Buffer, Map<string, string>] {
  const payload: Buffer[] = [];
  for (const bytes of network) payload.push(...decoder.push(bytes));
  return [Buffer.concat(payload), decoder.end()];
}

function cutAt(bytes: Buffer, places: number[]): Buffer[] {
  const sorted = places.map((place) => place % bytes.length).sort((a, b) => a - b);
  return [0, ...sorted].map((start, index) => bytes.subarray(start, sorted[index] ?? bytes.length));
}

const places = fc.array(fc.nat(), { maxLength: 40 });
/** Any chunk sizes that S3 takes: small only at the end. */
const chunkLists = fc
  .tuple(
    fc.array(fc.integer({ min: 8192, max: 9000 }), { maxLength: 3 }),
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.nat(255),
  )
  .map(([sizes, last, fill]) => [...sizes.map((size) => Buffer.alloc(size, fill)), Buffer.from(last)]);

describe('aws-chunked body', () => {
  it('gives the same payload and trailers however the network cuts the frames', () => {
    fc.assert(
      fc.property(chunkLists, places, (chunks, cuts) => {
        const framed = frame(chunks, { 'x-amz-checksum-crc32': 'AAAAAA==' });
        const [payload, trailers] = decode(new ChunkedBodyDecoder(), cutAt(framed, cuts));
        assert.ok(payload.equals(Buffer.concat(chunks)));
        assert.deepEqual([...trailers], [['x-amz-checksum-crc32', 'AAAAAA==']]);
      }),
    );
  });

  it('decodes a body delivered byte by byte', () => {
    const chunks = [Buffer.alloc(8192, 13), Buffer.from('\r\n0\r\n\r\n')];
    const framed = frame(chunks);
    const [payload] = decode(
      new ChunkedBodyDecoder(),
      Array.from(framed, (_byte, at) => framed.subarray(at, at + 1)),
    );
    assert.ok(payload.equals(Buffer.concat(chunks)));
  });

  it('accepts signed chunks and trailers, cut anywhere', () => {
    fc.assert(
      fc.property(chunkLists, places, (chunks, cuts) => {
        const ascii = chunks.map((chunk) => Buffer.from(chunk.map((byte) => byte & 127)));
        const framed = signedFrame(SEED, ascii, { 'x-amz-checksum-crc32': 'AAAAAA==' });
        const decoder = new ChunkedBodyDecoder({
          signatures: new ChunkSignatures(SEED),
          signedTrailers: true,
        });
        const [payload, trailers] = decode(decoder, cutAt(framed, cuts));
        assert.ok(payload.equals(Buffer.concat(ascii)));
        assert.deepEqual([...trailers.keys()], ['x-amz-checksum-crc32']);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses signed bodies that were changed anywhere in data, signature or trailer', () => {
    const framed = signedFrame(SEED, [Buffer.from('hello world')], { 'x-amz-checksum-crc32': 'AAAAAA==' });
    const text = framed.toString('latin1');
    const changed = [
      text.replace('hello', 'jello'),
      text.replace('AAAAAA==', 'AAAAAB=='),
      text.replace(/(?<=chunk-signature=)[0-9a-f]{64}/, '0'.repeat(64)),
      text.replace(/;chunk-signature=[0-9a-f]{64}/, ''),
      text.replace(/x-amz-trailer-signature:.*\r\n/, ''),
    ];
    for (const body of changed) {
      const decoder = new ChunkedBodyDecoder({
        signatures: new ChunkSignatures(SEED),
        signedTrailers: true,
      });
      assert.throws(() => decode(decoder, [Buffer.from(body, 'latin1')]), { code: 'SignatureDoesNotMatch' });
    }
  });

  it('never takes a truncated body for a whole one', () => {
    fc.assert(
      fc.property(chunkLists, fc.nat(), (chunks, place) => {
        const framed = frame(chunks, { 'x-amz-checksum-crc32': 'AAAAAA==' });
        const truncated = framed.subarray(0, place % framed.length);
        assert.throws(() => decode(new ChunkedBodyDecoder(), [truncated]), { code: 'IncompleteBody' });
      }),
    );
  });

  it('refuses a small chunk that is not the last, as S3 does', () => {
    const framed = frame([Buffer.alloc(8191), Buffer.alloc(1)]);
    assert.throws(() => decode(new ChunkedBodyDecoder(), [framed]), { code: 'InvalidChunkSizeError' });
  });

  it('refuses framing that is none', () => {
    const broken = ['hello\r\n', '5\nhello', '5\r\nhelloXX0\r\n\r\n', '0\r\n\r\nmore\r\n', '1'.repeat(5000)];
    for (const body of broken) {
      assert.throws(
        () => decode(new ChunkedBodyDecoder(), [Buffer.from(body)]),
        { code: 'InvalidRequest' },
        body,
      );
    }
    assert.throws(() => decode(new ChunkedBodyDecoder(), [Buffer.from('0\r\nno colon\r\n\r\n')]), {
      code: 'MalformedTrailerError',
    });
  });
});
