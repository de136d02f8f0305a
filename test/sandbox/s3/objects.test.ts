import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { answered, BUCKET, runningSandbox } from './running';

describe('S3 endpoint: objects', () => {
  const running = runningSandbox();

  const put = (
    Key: string,
    Body: NonNullable<PutObjectCommandInput['Body']>,
    more: Partial<PutObjectCommandInput> = {},
  ) => running.client().send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));
  const get = async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
    const answer = await running.client().send(new GetObjectCommand({ Bucket: BUCKET, Key, ...more }));
    return { ...answer, bytes: Buffer.from(await answer.Body!.transformToByteArray()) };
  };

  it('gives back what was put, with its type and metadata', async () => {
    const { ETag } = await put('a.json', '{"a":1}', {
      ContentType: 'application/json',
      Metadata: { run: '7' },
    });
    const answer = await get('a.json');
    assert.equal(answer.bytes.toString(), '{"a":1}');
    assert.equal(answer.ContentType, 'application/json');
    assert.deepEqual(answer.Metadata, { run: '7' });
    assert.equal(answer.ETag, ETag);
    assert.equal(answer.ContentEncoding, undefined);
  });

  it('takes the aws-chunked framing off a streamed body and keeps its own encoding', async () => {
    const zipped = gzipSync(randomBytes(100_000));
    const pieces = [zipped.subarray(0, 50_000), zipped.subarray(50_000)];
    await put('b.gz', Readable.from(pieces), { ContentLength: zipped.length, ContentEncoding: 'gzip' });
    await put('b.bin', Readable.from(pieces), { ContentLength: zipped.length });
    const encoded = await get('b.gz');
    assert.ok(encoded.bytes.equals(zipped));
    assert.equal(encoded.ContentEncoding, 'gzip');
    const plain = await get('b.bin');
    assert.ok(plain.bytes.equals(zipped));
    assert.equal(plain.ContentEncoding, undefined);
  });

  it('takes bodies without checksum, as S3-compatible clients are told to send them', async () => {
    const client = running.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const Body = Readable.from([Buffer.from('some '), Buffer.from('bytes')]);
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'plain', Body, ContentLength: 10 }));
    assert.equal(running.sandbox.get(BUCKET, 'plain')?.bytes.toString(), 'some bytes');
  });

  it('serves a big object whole', async () => {
    const big = randomBytes(32 * 1024 * 1024);
    await put('big', big);
    assert.ok((await get('big')).bytes.equals(big));
  });

  it('serves an empty object', async () => {
    await put('empty', Buffer.alloc(0));
    const answer = await get('empty');
    assert.equal(answer.bytes.length, 0);
    assert.equal(answer.ContentLength, 0);
  });

  it('serves ranges', async () => {
    running.sandbox.put(BUCKET, 'r', '0123456789');
    const middle = await get('r', { Range: 'bytes=2-4' });
    assert.equal(middle.$metadata.httpStatusCode, 206);
    assert.equal(middle.bytes.toString(), '234');
    assert.equal(middle.ContentRange, 'bytes 2-4/10');
    assert.equal((await get('r', { Range: 'bytes=-3' })).bytes.toString(), '789');
    assert.equal((await get('r', { Range: 'bytes=8-' })).bytes.toString(), '89');
    await assert.rejects(get('r', { Range: 'bytes=10-' }), answered(416, 'InvalidRange'));
  });

  it('answers a range of an object that has a checksum', async () => {
    await put('r', '0123456789', { ChecksumAlgorithm: 'SHA256' });
    assert.equal((await get('r', { Range: 'bytes=0-0' })).bytes.toString(), '0');
  });

  it('honours the conditions of a read', async () => {
    const lastModified = new Date('2026-03-01T10:00:00Z');
    const { etag } = running.sandbox.put(BUCKET, 'c', 'x', { lastModified });
    const failed = answered(412, 'PreconditionFailed');
    const unchanged = answered(304);
    const before = new Date('2026-02-01T10:00:00Z');
    assert.equal((await get('c', { IfMatch: etag })).bytes.toString(), 'x');
    assert.equal((await get('c', { IfNoneMatch: '"other"' })).bytes.toString(), 'x');
    assert.equal((await get('c', { IfModifiedSince: before })).bytes.toString(), 'x');
    await assert.rejects(get('c', { IfMatch: '"other"' }), failed);
    await assert.rejects(get('c', { IfUnmodifiedSince: before }), failed);
    await assert.rejects(get('c', { IfNoneMatch: etag }), unchanged);
    await assert.rejects(get('c', { IfModifiedSince: lastModified }), unchanged);
  });

  it('honours the conditions of a write, with one winner among racing writers', async () => {
    const race = await Promise.allSettled(
      Array.from({ length: 8 }, (_unused, index) => put('lock', String(index), { IfNoneMatch: '*' })),
    );
    assert.equal(race.filter(({ status }) => status === 'fulfilled').length, 1);
    const { etag } = running.sandbox.get(BUCKET, 'lock')!;
    await put('lock', 'new', { IfMatch: etag });
    await assert.rejects(put('lock', 'newer', { IfMatch: etag }), { name: 'PreconditionFailed' });
    await assert.rejects(put('none', 'x', { IfMatch: etag }), { name: 'NoSuchKey' });
    assert.equal(running.sandbox.get(BUCKET, 'lock')?.bytes.toString(), 'new');
  });

  it('heads an object, and says so where there is none', async () => {
    const lastModified = new Date('2026-03-01T10:00:00.900Z');
    running.sandbox.put(BUCKET, 'h', 'four', { lastModified, contentType: 'text/csv' });
    const head = await running.client().send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'h' }));
    assert.equal(head.ContentLength, 4);
    assert.equal(head.ContentType, 'text/csv');
    assert.equal(head.LastModified?.toISOString(), '2026-03-01T10:00:00.000Z');
    await assert.rejects(running.client().send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'x' })), {
      name: 'NotFound',
    });
    await assert.rejects(get('x'), { name: 'NoSuchKey', Key: 'x' });
  });

  for (const ChecksumAlgorithmName of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
    it(`verifies and gives back a ${ChecksumAlgorithmName} checksum`, async () => {
      const field = `Checksum${ChecksumAlgorithm[ChecksumAlgorithmName]}` as const;
      const answer = await put('k', 'abc', { ChecksumAlgorithm: ChecksumAlgorithmName });
      assert.ok(answer[field]);
      assert.equal((await get('k', { ChecksumMode: 'ENABLED' }))[field], answer[field]);
      await assert.rejects(put('bad', 'abd', { [field]: answer[field] }), { name: 'BadDigest' });
      assert.equal(running.sandbox.get(BUCKET, 'bad'), undefined);
    });
  }

  it('verifies Content-MD5', async () => {
    await put('k', 'abc', { ContentMD5: 'kAFQmDzST7DWlj99KOF/cg==' });
    await assert.rejects(put('bad', 'abd', { ContentMD5: 'kAFQmDzST7DWlj99KOF/cg==' }), {
      name: 'BadDigest',
    });
    await assert.rejects(put('bad', 'abd', { ContentMD5: 'short' }), { name: 'InvalidDigest' });
    assert.equal(running.sandbox.get(BUCKET, 'bad'), undefined);
  });

  it('deletes, without complaint where there is nothing', async () => {
    running.sandbox.put(BUCKET, 'd', 'x');
    const remove = () => running.client().send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'd' }));
    assert.equal((await remove()).$metadata.httpStatusCode, 204);
    assert.equal(running.sandbox.get(BUCKET, 'd'), undefined);
    assert.equal((await remove()).$metadata.httpStatusCode, 204);
  });

  it('deletes under a condition', async () => {
    const { etag } = running.sandbox.put(BUCKET, 'd', 'x');
    const remove = (IfMatch: string) =>
      running.client().send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'd', IfMatch }));
    await assert.rejects(remove('"other"'), answered(412, 'PreconditionFailed'));
    assert.ok(running.sandbox.get(BUCKET, 'd'));
    await remove(etag);
    assert.equal(running.sandbox.get(BUCKET, 'd'), undefined);
  });

  it('deletes in batches, quietly where asked', async () => {
    for (const key of ['d/1', 'd/2 & <3>', 'd/4']) running.sandbox.put(BUCKET, key, 'x');
    const remove = (Quiet: boolean, ...keys: string[]) =>
      running.client().send(
        new DeleteObjectsCommand({
          Bucket: BUCKET,
          Delete: { Quiet, Objects: keys.map((Key) => ({ Key })) },
        }),
      );
    assert.deepEqual((await remove(false, 'd/1', 'd/2 & <3>')).Deleted, [
      { Key: 'd/1' },
      { Key: 'd/2 & <3>' },
    ]);
    assert.equal((await remove(true, 'd/4')).Deleted, undefined);
    assert.deepEqual(running.sandbox.list(BUCKET), []);
  });

  it('copies with or without the metadata of the original', async () => {
    await put('in/ä+ &.csv', 'x', { ContentType: 'text/csv', Metadata: { run: '7' } });
    const CopySource = `${BUCKET}/${encodeURIComponent('in/ä+ &.csv')}`;
    const copy = (Key: string, more: object = {}) =>
      running.client().send(new CopyObjectCommand({ Bucket: BUCKET, Key, CopySource, ...more }));
    const copied = await copy('in/ä+ &.csv.done');
    const kept = await get('in/ä+ &.csv.done');
    assert.equal(kept.bytes.toString(), 'x');
    assert.equal(kept.ContentType, 'text/csv');
    assert.deepEqual(kept.Metadata, { run: '7' });
    assert.equal(kept.ETag, copied.CopyObjectResult?.ETag);
    await copy('other', { MetadataDirective: 'REPLACE', Metadata: { run: '8' } });
    assert.deepEqual((await get('other')).Metadata, { run: '8' });
    await assert.rejects(copy('in/ä+ &.csv'), { name: 'InvalidRequest' });
    await assert.rejects(copy('other', { CopySourceIfMatch: '"no"' }), { name: 'PreconditionFailed' });
    await assert.rejects(copy('other', { CopySource: `${BUCKET}/nope` }), { name: 'NoSuchKey' });
    await assert.rejects(copy('other', { CopySource: 'no-such-bucket/nope' }), { name: 'NoSuchBucket' });
  });

  it('keeps keys of any kind apart', async () => {
    const keys = [
      ' leading and trailing ',
      'a//b/',
      'a/../b',
      './c',
      "quote'(1)!*~",
      'plus+percent%2Fsign%',
      'q?x=1#y&z=2;',
      'ü\u{1f600}\uffee',
      'control\u0001\t\n\r\u007f',
      '<tag>&amp;"',
      '__proto__',
      'dt=2026-01-01/part-0.json.gz',
    ];
    for (const key of keys) await put(key, `body of ${key}`);
    for (const key of keys) assert.equal((await get(key)).bytes.toString(), `body of ${key}`);
    const list = async (more: { EncodingType?: 'url' } = {}) =>
      (await running.client().send(new ListObjectsV2Command({ Bucket: BUCKET, ...more }))).Contents!.map(
        ({ Key }) => Key!,
      );
    const expected = keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(await list(), expected);
    assert.deepEqual((await list({ EncodingType: 'url' })).map(decodeURIComponent), expected);
  });

  it('refuses keys longer than S3 takes', async () => {
    await put('k'.repeat(1024), 'x');
    await assert.rejects(put('k'.repeat(1025), 'x'), { name: 'KeyTooLongError' });
  });

  it('refuses what it would otherwise have to ignore', async () => {
    const refused = answered(501, 'NotImplemented');
    await assert.rejects(put('x', 'x', { Tagging: 'a=b' }), refused);
    await assert.rejects(put('x', 'x', { ACL: 'public-read' }), refused);
    await assert.rejects(get('x', { VersionId: '1' }), refused);
    assert.deepEqual(running.sandbox.list(BUCKET), []);
  });
});
