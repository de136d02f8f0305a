import assert from 'node:assert/strict';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  paginateListBuckets,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { answered, BUCKET, runningSandbox } from './running';

describe('S3 endpoint: buckets', () => {
  const running = runningSandbox();

  it('creates, lists, heads and deletes buckets', async () => {
    const client = running.client();
    await client.send(new CreateBucketCommand({ Bucket: 'second' }));
    await client.send(new HeadBucketCommand({ Bucket: 'second' }));
    const names = async () =>
      (await client.send(new ListBucketsCommand({}))).Buckets!.map(({ Name }) => Name);
    assert.deepEqual(await names(), [BUCKET, 'second']);
    await client.send(new DeleteBucketCommand({ Bucket: 'second' }));
    assert.deepEqual(await names(), [BUCKET]);
    await assert.rejects(client.send(new HeadBucketCommand({ Bucket: 'second' })), answered(404, 'NotFound'));
  });

  it('lists buckets in pages', async () => {
    for (const name of ['aaa', 'bbb', 'ccc']) running.sandbox.createBucket(name);
    const names: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateListBuckets({ client: running.client(), pageSize: 3 }, {})) {
      pages++;
      names.push(...page.Buckets!.map(({ Name }) => Name));
    }
    assert.deepEqual(names, ['aaa', 'bbb', 'ccc', BUCKET]);
    assert.equal(pages, 2);
  });

  it('keeps a bucket that is not empty', async () => {
    running.sandbox.put(BUCKET, 'a', 'x');
    await assert.rejects(
      running.client().send(new DeleteBucketCommand({ Bucket: BUCKET })),
      answered(409, 'BucketNotEmpty'),
    );
    assert.equal(running.sandbox.get(BUCKET, 'a')?.bytes.toString(), 'x');
  });

  it('refuses bad bucket names', async () => {
    for (const Bucket of ['ab', 'Upper', 'a..b', 'a_b', '192.168.0.1']) {
      await assert.rejects(
        running.client().send(new CreateBucketCommand({ Bucket })),
        answered(400, 'InvalidBucketName'),
      );
    }
  });

  it('says where a bucket is missing', async () => {
    const missing = { Bucket: 'no-such-bucket' };
    const client = running.client();
    await assert.rejects(client.send(new ListObjectsV2Command(missing)), answered(404, 'NoSuchBucket'));
    await assert.rejects(client.send(new GetBucketLocationCommand(missing)), answered(404, 'NoSuchBucket'));
    await assert.rejects(client.send(new DeleteBucketCommand(missing)), answered(404, 'NoSuchBucket'));
  });

  it('answers what it does not know as not implemented', async () => {
    const client = running.client();
    await assert.rejects(
      client.send(new GetBucketAclCommand({ Bucket: BUCKET })),
      answered(501, 'NotImplemented'),
    );
    await assert.rejects(
      client.send(new ListObjectsCommand({ Bucket: BUCKET })),
      answered(501, 'NotImplemented'),
    );
  });

  describe('listing objects', () => {
    const list = (more: Partial<ListObjectsV2CommandInput> = {}) =>
      running.client().send(new ListObjectsV2Command({ Bucket: BUCKET, ...more }));
    const keysOf = (page: { Contents?: { Key?: string | undefined }[] | undefined }) =>
      (page.Contents ?? []).map(({ Key }) => Key!);
    const fill = (count: number) => {
      const keys = Array.from({ length: count }, (_unused, index) => `p/${String(index).padStart(5, '0')}`);
      for (const key of keys) running.sandbox.put(BUCKET, key, 'x');
      return keys;
    };

    it('gives pages of at most 1000 and a token to go on with', async () => {
      const keys = fill(2003);
      const first = await list({ Prefix: 'p/' });
      assert.equal(first.KeyCount, 1000);
      assert.equal(first.IsTruncated, true);
      const all: string[] = [];
      for await (const page of paginateListObjectsV2(
        { client: running.client() },
        { Bucket: BUCKET, Prefix: 'p/' },
      )) {
        all.push(...keysOf(page));
      }
      assert.deepEqual(all, keys);
    });

    it('goes on in the right place though keys come and go between pages', async () => {
      fill(5);
      const next = (page: { NextContinuationToken?: string | undefined }) => page.NextContinuationToken!;
      const first = await list({ MaxKeys: 2 });
      running.sandbox.put(BUCKET, 'p/00000a', 'x');
      running.sandbox.put(BUCKET, 'p/00001a', 'x');
      const second = await list({ MaxKeys: 2, ContinuationToken: next(first) });
      running.sandbox.delete(BUCKET, 'p/00002');
      running.sandbox.delete(BUCKET, 'p/00003');
      const third = await list({ MaxKeys: 2, ContinuationToken: next(second) });
      assert.deepEqual([first, second, third].map(keysOf), [
        ['p/00000', 'p/00001'],
        ['p/00001a', 'p/00002'],
        ['p/00004'],
      ]);
    });

    it('starts after a key', async () => {
      fill(5);
      assert.deepEqual(keysOf(await list({ StartAfter: 'p/00002' })), ['p/00003', 'p/00004']);
    });

    it('tells size, time and tag of each object', async () => {
      const lastModified = new Date('2026-03-01T10:00:00Z');
      const { etag } = running.sandbox.put(BUCKET, 'one', 'four', { lastModified });
      const [entry] = (await list()).Contents!;
      assert.deepEqual(
        [entry?.Size, entry?.LastModified, entry?.ETag, entry?.StorageClass],
        [4, lastModified, etag, 'STANDARD'],
      );
    });

    it('rolls up to common prefixes, encoded where asked', async () => {
      for (const key of ['top', 'a b/1', 'a b/2', 'c/1']) running.sandbox.put(BUCKET, key, 'x');
      const page = await list({ Delimiter: '/', EncodingType: 'url' });
      assert.deepEqual(keysOf(page), ['top']);
      assert.deepEqual(page.CommonPrefixes, [{ Prefix: 'a%20b/' }, { Prefix: 'c/' }]);
      assert.equal(page.KeyCount, 3);
    });

    it('is empty where nothing matches, and with a page size of nothing', async () => {
      fill(1);
      assert.equal((await list({ Prefix: 'q/' })).KeyCount, 0);
      const none = await list({ MaxKeys: 0 });
      assert.deepEqual([none.KeyCount, none.IsTruncated], [0, false]);
    });

    it('refuses arguments it cannot read', async () => {
      await assert.rejects(list({ ContinuationToken: 'nonsense!' }), answered(400, 'InvalidArgument'));
      await assert.rejects(list({ MaxKeys: -1 }), answered(400, 'InvalidArgument'));
    });
  });
});

describe('S3 endpoint: regions', () => {
  const running = runningSandbox({ region: 'eu-central-1' });
  const elsewhere = () => running.client({ region: 'us-east-1' });

  it('names the region of a bucket to whomever asks for it', async () => {
    const location = await elsewhere().send(new GetBucketLocationCommand({ Bucket: BUCKET }));
    assert.equal(location.LocationConstraint, 'eu-central-1');
    const head = await running.client().send(new HeadBucketCommand({ Bucket: BUCKET }));
    assert.equal(head.BucketRegion, 'eu-central-1');
  });

  it('refuses a signature for another region and names the right one', async () => {
    await assert.rejects(elsewhere().send(new ListObjectsV2Command({ Bucket: BUCKET })), {
      name: 'AuthorizationHeaderMalformed',
      Region: 'eu-central-1',
    });
    await assert.rejects(
      elsewhere().send(new ListBucketsCommand({})),
      answered(400, 'AuthorizationHeaderMalformed'),
    );
  });

  it('lets a client that follows regions find the bucket', async () => {
    const client = running.client({ region: 'us-east-1', followRegionRedirects: true });
    const head = await client.send(new HeadBucketCommand({ Bucket: BUCKET }));
    assert.equal(head.BucketRegion, 'eu-central-1');
  });

  it('wants new buckets in its own region and refuses one that exists', async () => {
    const client = running.client();
    await client.send(new CreateBucketCommand({ Bucket: 'second' }));
    await assert.rejects(
      client.send(new CreateBucketCommand({ Bucket: 'second' })),
      answered(409, 'BucketAlreadyOwnedByYou'),
    );
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    await assert.rejects(
      client.send(new CreateBucketCommand({ Bucket: 'third', CreateBucketConfiguration })),
      answered(400, 'IllegalLocationConstraintException'),
    );
  });
});
