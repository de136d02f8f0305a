import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type Bucket, openBucket } from '../../src/s3/bucket';
import { checkAccess } from '../../src/s3/checkAccess';
import { DeltaFilesSource } from '../../src/s3/deltaFilesSource';
import { listBuckets } from '../../src/s3/listBuckets';
import type { S3Settings } from '../../src/s3/settings';
import { zipOf } from '../../src/sandbox/braze/zipWriter';
import { FaultRules } from '../../src/sandbox/faults';
import { startS3Sandbox } from '../../src/sandbox/s3/s3Sandbox';
import { MemoryStore } from '../../src/store/memoryStore';
import { readAndRemember } from '../run/pieces';
import { all, refusal } from './bucketFixture';

/** A server to test with, empty but for what others do there. */
interface Server {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  close(): Promise<void>;
}

async function sandbox(): Promise<Server> {
  const s3 = await startS3Sandbox({ faults: new FaultRules(), buckets: [] });
  const { url: endpoint, accessKeyId, secretAccessKey } = s3;
  return { endpoint, accessKeyId, secretAccessKey, close: () => s3.close() };
}

const servers: Record<string, () => Promise<Server>> = { 'the sandbox': sandbox };
const { S3_TEST_ENDPOINT: endpoint, S3_TEST_KEY: key = '', S3_TEST_SECRET: secret = '' } = process.env;
if (endpoint !== undefined) {
  servers[`the server at ${endpoint}`] = async () => ({
    endpoint,
    accessKeyId: key,
    secretAccessKey: secret,
    close: async () => undefined,
  });
}

/**
 * What the product does with S3, with nothing but S3 to do it on: so the same tests hold the sandbox and a server that
 * others have written to the same behaviour.
 */
for (const [title, start] of Object.entries(servers)) {
  // The other way is tested on the sandbox in many ways elsewhere.
  const ways = start === sandbox ? (['required'] as const) : (['required', 'supported'] as const);
  for (const checksums of ways) {
    describe(`S3 on ${title}, checksums: ${checksums}`, function () {
      this.timeout(120_000);
      let server: Server;
      let settings: S3Settings;
      const opened: Bucket[] = [];

      before(async () => {
        server = await start();
        settings = settingsOf(server, `tests-${randomBytes(6).toString('hex')}`);
        await makeBucket(server, settings.bucket);
      });
      after(async () => {
        await Promise.all(opened.map((bucket) => bucket.close()));
        await server.close();
      });

      function settingsOf(
        { endpoint: url, accessKeyId, secretAccessKey }: Server,
        bucket: string,
      ): S3Settings {
        const auth = { kind: 'keys' as const, accessKeyId, secretAccessKey };
        return { auth, endpoint: url, region: 'us-east-1', bucket, checksums };
      }

      const open = (changes: Partial<S3Settings> = {}): Bucket => {
        const bucket = openBucket({ ...settings, ...changes });
        opened.push(bucket);
        return bucket;
      };

      it('lists more than one page below a root path, in the order of the keys', async () => {
        const bucket = open({ rootPath: '/team/eu/' });
        const names = Array.from({ length: 1010 }, (_, at) => `list/${String(at).padStart(5, '0')}.gz`);
        const waiting = names.values();
        const work = async () => {
          for (const name of waiting) await bucket.put(name, 'x');
        };
        await Promise.all(Array.from({ length: 16 }, work));
        await open({ rootPath: 'team/europe' }).put('list/other', 'x');
        const listed = await all(bucket.list('list/'));
        assert.deepEqual(
          listed.map((object) => object.key),
          names,
        );
        assert.ok(listed.every(({ size, etag }) => size === 1 && /^".+"$/.test(etag)));
        assert.ok(Math.abs(listed[0]!.lastModified.getTime() - Date.now()) < 600_000);
        assert.deepEqual(await all(bucket.list('nothing/')), []);
      });

      it('keeps every key and every byte as it is', async () => {
        const bucket = open({ rootPath: 'bytes' });
        const keys = [
          'a b+c%20ü&é=.gz',
          '../../up',
          'a//b',
          "quo'te(1)!*",
          '日本',
          'plus+and space',
          '%2e%2e',
        ];
        for (const name of keys) await bucket.put(name, `content of ${name}`);
        assert.deepEqual(
          (await all(bucket.list(''))).map((object) => object.key).toSorted(),
          keys.toSorted(),
        );
        for (const name of keys) assert.equal((await bucket.read(name)).toString(), `content of ${name}`);
        await bucket.put('empty', '');
        assert.equal((await bucket.read('empty')).length, 0);
      });

      it('reads large objects whole and in parts, and notices another version', async () => {
        const bucket = open();
        const content = randomBytes(9_000_000);
        await bucket.put('big', content);
        const [object] = await all(bucket.list('big'));
        assert.equal(object!.size, content.length);
        assert.ok(Buffer.concat(await all(bucket.open(object!))).equals(content));
        for (const [from, to] of [
          [0, 1],
          [content.length - 1, content.length],
          [1_000_000, 8_500_000],
        ] as const) {
          const part = Buffer.concat(await all(bucket.open(object!, undefined, { start: from, end: to })));
          assert.ok(part.equals(content.subarray(from, to)), `${from} to ${to}`);
        }
        await bucket.put('big', 'another version');
        assert.equal((await refusal(all(bucket.open(object!)))).code, 'S3_OBJECT_CHANGED');
        // Left in the middle more often than there are connections.
        await bucket.put('big', content);
        const [again] = await all(bucket.list('big'));
        for (let round = 0; round < 40; round++) for await (const _ of bucket.open(again!)) break;
        assert.equal((await bucket.read('big')).length, content.length);
      });

      it('deletes, also what is not there', async () => {
        const bucket = open({ rootPath: 'gone' });
        const keys = Array.from({ length: 20 }, (_, at) => `delete/${at}`);
        for (const name of keys) await bucket.put(name, 'x');
        await bucket.delete([...keys, 'never/there']);
        assert.deepEqual(await all(bucket.list('')), []);
        assert.equal((await refusal(bucket.read('delete/1'))).code, 'S3_OBJECT_MISSING');
      });

      it('says what is wrong: the key, the secret, the bucket', async () => {
        const { accessKeyId, secretAccessKey } = server;
        const codeOf = async (changes: Partial<S3Settings>) =>
          (await refusal(all(open(changes).list('')), [secretAccessKey])).code;
        const wrongKey = { kind: 'keys' as const, accessKeyId: 'NOBODY', secretAccessKey };
        const wrongSecret = { kind: 'keys' as const, accessKeyId, secretAccessKey: 'not-it' };
        assert.equal(await codeOf({ auth: wrongKey }), 'S3_KEY_UNKNOWN');
        assert.equal(await codeOf({ auth: wrongSecret }), 'S3_SECRET_WRONG');
        assert.equal(await codeOf({ bucket: 'no-such-bucket-of-ours' }), 'S3_BUCKET_UNKNOWN');
        const missing = open({ bucket: 'no-such-bucket-of-ours' });
        assert.equal((await refusal(missing.put('a', 'x'))).code, 'S3_BUCKET_UNKNOWN');
        assert.equal((await refusal(missing.delete(['a']))).code, 'S3_BUCKET_UNKNOWN');
      });

      it('answers what a dialog asks: buckets, and what is allowed', async () => {
        assert.ok((await listBuckets(settings)).includes(settings.bucket));
        const findings = await checkAccess(settings, ['list', 'get', 'location', 'put', 'delete']);
        assert.deepEqual(
          findings.map(({ ok }) => ok),
          [true, true, true, 'unknown', true],
        );
      });

      it('feeds a source: each delta file once, plain, gzip, zip and CSV', async () => {
        const bucket = open({ rootPath: 'feed' });
        const lines = (...ids: number[]) => ids.map((id) => `${JSON.stringify({ id })}\n`).join('');
        await bucket.put('delta/1.ndjson', lines(1, 2));
        await bucket.put('delta/2.ndjson.gz', gzipSync(lines(3)));
        await bucket.put('delta/3.zip', await zipOf([{ name: 'a', content: Buffer.from(lines(4)) }]));
        await bucket.put('delta/4.csv', 'id\n5\n');
        const store = new MemoryStore();
        const run = async () => {
          const source = new DeltaFilesSource(open({ rootPath: 'feed' }), store, {
            goalId: 'goal',
            keys: 'delta/',
          });
          const { records, summary } = await readAndRemember(source, store);
          assert.equal(summary.complete, true);
          return records.map((record) => record.id ?? record.properties);
        };
        assert.deepEqual(await run(), [1, 2, 3, 4, { id: ['5'] }]);
        assert.deepEqual(await run(), []);
        await bucket.put('delta/1.ndjson', lines(6));
        assert.deepEqual(await run(), [6]);
      });
    });
  }
}

/** The product makes no buckets. */
async function makeBucket(
  { endpoint: url, accessKeyId, secretAccessKey }: Server,
  name: string,
): Promise<void> {
  // As the product does it: our range of releases keeps to those that run on every Node.js we support.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  client.destroy();
}
