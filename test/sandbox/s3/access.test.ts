import assert from 'node:assert/strict';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { startChecksum } from '../../../src/sandbox/s3/checksums';
import { frame, signedFrame } from './chunkFrames';
import { type RawRequest, sendRaw, signRaw } from './rawRequest';
import { answered, BUCKET, runningSandbox } from './running';

describe('S3 endpoint: access', () => {
  const running = runningSandbox();
  const listAs = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
    running.client({ credentials }).send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const url = (path: string) => running.sandbox.url + path;

  it('knows its own keys only', async () => {
    const { accessKeyId } = running.sandbox;
    await assert.rejects(
      listAs({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' }),
      answered(403, 'InvalidAccessKeyId'),
    );
    await assert.rejects(
      listAs({ accessKeyId, secretAccessKey: 'wrong' }),
      answered(403, 'SignatureDoesNotMatch'),
    );
  });

  it('stores nothing that was signed with a wrong secret', async () => {
    const { accessKeyId } = running.sandbox;
    const client = running.client({ credentials: { accessKeyId, secretAccessKey: 'wrong' } });
    await assert.rejects(
      client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'x', Body: 'x' })),
      answered(403, 'SignatureDoesNotMatch'),
    );
    assert.deepEqual(running.sandbox.list(BUCKET), []);
  });

  it('lets nobody in without a signature', async () => {
    running.sandbox.put(BUCKET, 'x', 'secret');
    const answer = await sendRaw({ url: url(`/${BUCKET}/x`) });
    assert.equal(answer.status, 403);
    assert.match(answer.body.toString(), /<Code>AccessDenied<\/Code>/);
    assert.doesNotMatch(answer.body.toString(), /secret/);
  });

  it('wants the session token of temporary keys, and no other', async () => {
    const temporary = { accessKeyId: 'ASIATEMP', secretAccessKey: 's', sessionToken: 'token' };
    running.sandbox.setKeys([temporary]);
    assert.equal((await listAs(temporary)).KeyCount, 0);
    const { sessionToken: _left, ...bare } = temporary;
    await assert.rejects(listAs(bare), answered(400, 'InvalidToken'));
    await assert.rejects(listAs({ ...temporary, sessionToken: 'old' }), answered(400, 'InvalidToken'));
    running.sandbox.setKeys([bare]);
    await assert.rejects(listAs(temporary), answered(400, 'InvalidToken'));
  });

  it('denies each action by name', async () => {
    running.sandbox.put(BUCKET, 'x', 'x');
    const key = { accessKeyId: 'AKIALIMITED', secretAccessKey: 's' };
    const credentials = { credentials: key };
    const place = { Bucket: BUCKET, Key: 'x' };
    const attempts = {
      's3:ListAllMyBuckets': () => running.client(credentials).send(new ListBucketsCommand({})),
      's3:ListBucket': () => running.client(credentials).send(new ListObjectsV2Command({ Bucket: BUCKET })),
      's3:GetBucketLocation': () =>
        running.client(credentials).send(new GetBucketLocationCommand({ Bucket: BUCKET })),
      's3:GetObject': () => running.client(credentials).send(new GetObjectCommand(place)),
      's3:PutObject': () => running.client(credentials).send(new PutObjectCommand({ ...place, Body: 'y' })),
      's3:DeleteObject': () => running.client(credentials).send(new DeleteObjectCommand(place)),
    } as const;
    for (const action of Object.keys(attempts) as (keyof typeof attempts)[]) {
      running.sandbox.setKeys([{ ...key, deny: [action] }]);
      for (const [name, attempt] of Object.entries(attempts)) {
        if (name === action) await assert.rejects(attempt(), answered(403, 'AccessDenied'), name);
        else await attempt();
      }
      running.sandbox.put(BUCKET, 'x', 'x');
    }
  });

  it('denies batch deletes key by key', async () => {
    running.sandbox.put(BUCKET, 'x', 'x');
    const { accessKeyId, secretAccessKey } = running.sandbox;
    running.sandbox.setKeys([{ accessKeyId, secretAccessKey, deny: ['s3:DeleteObject'] }]);
    const answer = await running
      .client()
      .send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'x' }] } }));
    assert.deepEqual(answer.Errors, [{ Key: 'x', Code: 'AccessDenied', Message: 'Access Denied' }]);
    assert.ok(running.sandbox.get(BUCKET, 'x'));
  });

  it('copies for those only who may read the original', async () => {
    running.sandbox.put(BUCKET, 'x', 'x');
    const { accessKeyId, secretAccessKey } = running.sandbox;
    running.sandbox.setKeys([{ accessKeyId, secretAccessKey, deny: ['s3:GetObject'] }]);
    await assert.rejects(
      running.client().send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'y', CopySource: `${BUCKET}/x` })),
      answered(403, 'AccessDenied'),
    );
    assert.equal(running.sandbox.get(BUCKET, 'y'), undefined);
  });

  it('hides which keys exist from those who may not list', async () => {
    const { accessKeyId, secretAccessKey } = running.sandbox;
    running.sandbox.setKeys([{ accessKeyId, secretAccessKey, deny: ['s3:ListBucket'] }]);
    await assert.rejects(
      running.client().send(new GetObjectCommand({ Bucket: BUCKET, Key: 'none' })),
      answered(403, 'AccessDenied'),
    );
  });

  describe('below the SDK', () => {
    const send = (raw: RawRequest, at?: Date) => {
      const { headers } = signRaw(raw, { ...running.sandbox, ...ownKey(), ...(at && { at }) });
      return sendRaw({ ...raw, headers });
    };
    const ownKey = () => ({
      accessKeyId: running.sandbox.accessKeyId,
      secretAccessKey: running.sandbox.secretAccessKey,
      region: running.sandbox.region,
    });
    const refused = async (code: string, answer: ReturnType<typeof sendRaw>) =>
      assert.match((await answer).body.toString(), new RegExp(`<Code>${code}</Code>`));

    it('takes a body whose hash is not signed', async () => {
      const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      const body = Buffer.from('abc');
      assert.equal((await send({ url: url(`/${BUCKET}/u`), method: 'PUT', headers, body })).status, 200);
      assert.equal(running.sandbox.get(BUCKET, 'u')?.bytes.toString(), 'abc');
    });

    it('refuses a body that is not the signed one', async () => {
      const raw = { url: url(`/${BUCKET}/u`), method: 'PUT', body: Buffer.from('abc') };
      const { headers } = signRaw(raw, ownKey());
      await refused('XAmzContentSHA256Mismatch', sendRaw({ ...raw, headers, body: Buffer.from('abd') }));
      assert.equal(running.sandbox.get(BUCKET, 'u'), undefined);
    });

    it('refuses a changed path, query or header, and headers added unsigned', async () => {
      const raw = { url: url(`/${BUCKET}?list-type=2&prefix=a`), headers: { 'x-amz-meta-a': '1' } };
      const { headers } = signRaw(raw, ownKey());
      const otherPath = raw.url.replace(BUCKET, 'other-bucket');
      await refused('SignatureDoesNotMatch', sendRaw({ url: otherPath, headers }));
      await refused(
        'SignatureDoesNotMatch',
        sendRaw({ url: raw.url.replace('prefix=a', 'prefix=b'), headers }),
      );
      await refused(
        'SignatureDoesNotMatch',
        sendRaw({ ...raw, headers: { ...headers, 'x-amz-meta-a': '2' } }),
      );
      await refused('AccessDenied', sendRaw({ ...raw, headers: { ...headers, 'x-amz-meta-b': '1' } }));
      const hostless = signRaw(raw, ownKey(), ['host']);
      await refused('AccessDenied', sendRaw({ ...raw, headers: hostless.headers }));
      assert.equal((await sendRaw({ ...raw, headers })).status, 200);
    });

    it('refuses a signature from another hour', async () => {
      const raw = { url: url('/') };
      await refused('RequestTimeTooSkewed', send(raw, new Date(Date.now() - 3_600_000)));
    });

    for (const trailer of [false, true]) {
      it(`takes signed chunks ${trailer ? 'with' : 'without'} signed trailer and refuses changed ones`, async () => {
        const chunks = [Buffer.alloc(8192, 'a'), Buffer.from('rest')];
        const checksum = startChecksum('crc32');
        for (const chunk of chunks) checksum.update(chunk);
        const trailers = trailer ? { 'x-amz-checksum-crc32': checksum.digest() } : {};
        const raw = {
          url: url(`/${BUCKET}/chunks`),
          method: 'PUT',
          headers: {
            'x-amz-content-sha256': `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`,
            'x-amz-decoded-content-length': '8196',
            'content-encoding': 'aws-chunked',
            ...(trailer && { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
          },
        };
        const signed = signRaw(raw, ownKey());
        const body = signedFrame(signed, chunks, trailers);
        const changed = Buffer.from(body.toString().replace('rest', 'test'));
        const { headers } = signed;
        await refused('SignatureDoesNotMatch', sendRaw({ ...raw, headers, body: changed }));
        assert.equal(running.sandbox.get(BUCKET, 'chunks'), undefined);
        assert.equal((await sendRaw({ ...raw, headers, body })).status, 200);
        assert.ok(running.sandbox.get(BUCKET, 'chunks')?.bytes.equals(Buffer.concat(chunks)));
      });
    }

    it('refuses chunked bodies that break a promise', async () => {
      const put = (length: string | undefined, body: Buffer) =>
        send({
          url: url(`/${BUCKET}/chunks`),
          method: 'PUT',
          headers: {
            'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
            'x-amz-trailer': 'x-amz-checksum-crc32',
            ...(length !== undefined && { 'x-amz-decoded-content-length': length }),
          },
          body,
        });
      const chunks = [Buffer.from('abc')];
      const good = { 'x-amz-checksum-crc32': 'NSRBwg==' };
      await refused('MissingContentLength', put(undefined, frame(chunks, good)));
      await refused('IncompleteBody', put('4', frame(chunks, good)));
      await refused('IncompleteBody', put('3', frame(chunks, good).subarray(0, 6)));
      await refused('MalformedTrailerError', put('3', frame(chunks)));
      await refused('BadDigest', put('3', frame(chunks, { 'x-amz-checksum-crc32': 'AAAAAA==' })));
      assert.equal((await put('3', frame(chunks, good))).status, 200);
    });

    it('answers a big body that it refuses half-way', async () => {
      const chunks = [Buffer.alloc(10), Buffer.alloc(10), Buffer.alloc(24 * 1024 * 1024)];
      const headers = {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': String(Buffer.concat(chunks).length),
      };
      const raw = { url: url(`/${BUCKET}/chunks`), method: 'PUT', headers, body: frame(chunks) };
      await refused('InvalidChunkSizeError', send(raw));
    });

    it('wants the payload hash and a checksum where S3 wants them', async () => {
      const { headers } = signRaw({ url: url('/') }, ownKey());
      delete headers['x-amz-content-sha256'];
      await refused('InvalidRequest', sendRaw({ url: url('/'), headers }));
      const body = Buffer.from('<Delete><Object><Key>x</Key></Object></Delete>');
      await refused('InvalidRequest', send({ url: url(`/${BUCKET}?delete=`), method: 'POST', body }));
    });

    it('refuses a path that is not percent-encoded text', async () => {
      const raw = { url: url(`/${BUCKET}/x`) };
      const { headers } = signRaw(raw, ownKey());
      await refused('InvalidURI', sendRaw({ url: url(`/${BUCKET}/%ff`), headers }));
    });
  });
});
