import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ChunkSignatures,
  canonicalRequest,
  parseAuthorization,
  type SignedRequest,
  scopeOf,
  sha256Hex,
  sign,
  signingKey,
  stringToSign,
} from '../../../src/sandbox/s3/signature';

/** The worked examples of Amazon's S3 API reference, "Signature Version 4": one key, one moment, one bucket. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const TIMESTAMP = '20130524T000000Z';
const SCOPE = scopeOf({ date: '20130524', region: 'us-east-1' });
const KEY = signingKey(SECRET, '20130524', 'us-east-1');
const EMPTY = sha256Hex('');

function example(
  changes: Pick<SignedRequest, 'path'> & Partial<SignedRequest> & { more?: Record<string, string> },
): SignedRequest {
  const payloadHash = changes.payloadHash ?? EMPTY;
  const values: Record<string, string> = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': TIMESTAMP,
    ...changes.more,
  };
  return {
    method: changes.method ?? 'GET',
    path: changes.path,
    query: changes.query ?? [],
    headers: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]])),
    signedHeaders: Object.keys(values).sort(),
    payloadHash,
  };
}

function signatureOf(request: SignedRequest): string {
  return sign(KEY, stringToSign(TIMESTAMP, SCOPE, canonicalRequest(request)));
}

describe('Signature Version 4', () => {
  it('signs a GET with a range as the reference does', () => {
    assert.equal(
      signatureOf(example({ path: '/test.txt', more: { range: 'bytes=0-9' } })),
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('signs a PUT of a key with a special character as the reference does', () => {
    const request = example({
      method: 'PUT',
      path: '/test$file.text',
      payloadHash: sha256Hex('Welcome to Amazon S3.'),
      more: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    });
    assert.equal(signatureOf(request), '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd');
  });

  it('signs a query parameter without a value as the reference does', () => {
    assert.equal(
      signatureOf(example({ path: '/', query: [['lifecycle', '']] })),
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    );
  });

  it('signs a listing as the reference does', () => {
    const query: [string, string][] = [
      ['prefix', 'J'],
      ['max-keys', '2'],
    ];
    assert.equal(
      signatureOf(example({ path: '/', query })),
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    );
  });

  it('signs and chains the chunks of an upload as the reference does', () => {
    const seed = signatureOf(
      example({
        method: 'PUT',
        path: '/examplebucket/chunkObject.txt',
        payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        more: {
          host: 's3.amazonaws.com',
          'content-encoding': 'aws-chunked',
          'content-length': '66824',
          'x-amz-decoded-content-length': '66560',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        },
      }),
    );
    assert.equal(seed, '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9');
    const chunks = new ChunkSignatures({ signature: seed, key: KEY, timestamp: TIMESTAMP, scope: SCOPE });
    chunks.verifyChunk(
      sha256Hex('a'.repeat(65536)),
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    );
    chunks.verifyChunk(
      sha256Hex('a'.repeat(1024)),
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    );
    chunks.verifyChunk(EMPTY, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9');
    assert.throws(() => chunks.verifyChunk(EMPTY, '0'.repeat(64)), { code: 'SignatureDoesNotMatch' });
  });

  it('does not depend on the order of the query or on which characters the client percent-encoded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 5 }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (query, key) => {
          const everything = Buffer.from(key).toString('hex').replace(/../g, '%$&');
          const loose = encodeURIComponent(key);
          assert.equal(
            canonicalRequest(example({ path: `/b/${everything.replaceAll('%2f', '/')}`, query })),
            canonicalRequest(
              example({ path: `/b/${loose.replaceAll('%2F', '/')}`, query: [...query].reverse() }),
            ),
          );
        },
      ),
    );
  });

  it('orders the query by name before value', () => {
    const query: [string, string][] = [
      ['a-b', '1'],
      ['a', '2'],
      ['a', '1'],
    ];
    assert.equal(canonicalRequest(example({ path: '/', query })).split('\n')[2], 'a=1&a=2&a-b=1');
  });

  it('folds spaces in header values and joins repeated headers', () => {
    const request = { ...example({ path: '/' }), signedHeaders: ['x-amz-meta-a'] };
    request.headers['x-amz-meta-a'] = ['  one   two ', 'three'];
    assert.equal(canonicalRequest(request).split('\n')[3], 'x-amz-meta-a:one two,three');
  });

  it('refuses an authorization header it cannot read', () => {
    const signature = 'a'.repeat(64);
    const broken = [
      'AWS4-HMAC-SHA256',
      `AWS4-HMAC-SHA256 Credential=K/20130524/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=${signature}`,
      `AWS4-HMAC-SHA256 Credential=20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${signature}`,
      'AWS4-HMAC-SHA256 Credential=K/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=abc',
    ];
    for (const header of broken) {
      assert.throws(() => parseAuthorization(header), { code: 'AuthorizationHeaderMalformed' }, header);
    }
    assert.throws(() => parseAuthorization('AWS K:abc'), { code: 'InvalidArgument' });
  });
});
