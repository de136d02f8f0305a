import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { answered, BUCKET, runningSandbox } from './running';

describe('S3 endpoint: uploads in parts', () => {
  const running = runningSandbox();
  const place = { Bucket: BUCKET, Key: 'big' };
  const start = async () =>
    (await running.client().send(new CreateMultipartUploadCommand({ ...place, ContentType: 'text/csv' })))
      .UploadId!;
  const upload = async (UploadId: string, PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
    const part = new UploadPartCommand({ ...place, UploadId, PartNumber, Body });
    return { PartNumber, ETag: (await running.client().send(part)).ETag };
  };
  const complete = (UploadId: string, ...Parts: CompletedPart[]) =>
    running
      .client()
      .send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }));
  const five = Buffer.alloc(5 * 1024 * 1024, 'five');
  const rest = Buffer.from('rest');

  it('becomes visible once completed, in the order of the part numbers', async () => {
    const id = await start();
    const second = await upload(id, 2, rest);
    const first = await upload(id, 1, five);
    assert.equal(running.sandbox.get(BUCKET, 'big'), undefined);
    const { ETag } = await complete(id, first, second);
    const object = running.sandbox.get(BUCKET, 'big')!;
    assert.ok(object.bytes.equals(Buffer.concat([five, rest])));
    assert.equal(object.headers['content-type'], 'text/csv');
    const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();
    assert.equal(ETag, `"${md5(Buffer.concat([md5(five), md5(rest)])).toString('hex')}-2"`);
    await assert.rejects(complete(id, first, second), answered(404, 'NoSuchUpload'));
  });

  it('refuses lists of parts that do not fit', async () => {
    const id = await start();
    const first = await upload(id, 1, rest);
    const second = await upload(id, 2, rest);
    await assert.rejects(complete(id, first, second), answered(400, 'EntityTooSmall'));
    await assert.rejects(complete(id, { PartNumber: 3, ETag: first.ETag }), answered(400, 'InvalidPart'));
    await assert.rejects(complete(id, { PartNumber: 1, ETag: '"other"' }), answered(400, 'InvalidPart'));
    const big = await upload(id, 3, five);
    await assert.rejects(complete(id, big, second), answered(400, 'InvalidPartOrder'));
    await assert.rejects(upload(id, 10_001, rest), answered(400, 'InvalidArgument'));
    assert.equal(running.sandbox.get(BUCKET, 'big'), undefined);
  });

  it('forgets an aborted upload', async () => {
    const id = await start();
    const part = await upload(id, 1, rest);
    await running.client().send(new AbortMultipartUploadCommand({ ...place, UploadId: id }));
    await assert.rejects(complete(id, part), answered(404, 'NoSuchUpload'));
  });
});
