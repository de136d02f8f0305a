import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { SyncError } from '../../src/errors/syncError';
import { type Bucket, openBucket } from '../../src/s3/bucket';
import type { S3Settings } from '../../src/s3/settings';
import { FaultRules } from '../../src/sandbox/faults';
import { type S3Key, type S3Sandbox, startS3Sandbox } from '../../src/sandbox/s3/s3Sandbox';

export interface Fixture {
  faults: FaultRules;
  s3: S3Sandbox;
  /** Settings that fit the sandbox, with changes. */
  settings(changes?: Partial<S3Settings>): S3Settings;
  keysOf(key?: Partial<{ accessKeyId: string; secretAccessKey: string }>): S3Settings['auth'];
  /** Closed together with the fixture. */
  open(changes?: Partial<S3Settings>): Bucket;
  close(): Promise<void>;
}

/** A sandbox S3 with the bucket `exports`. */
export async function startFixture(options: { region?: string; keys?: S3Key[] } = {}): Promise<Fixture> {
  const faults = new FaultRules();
  const s3 = await startS3Sandbox({ faults, buckets: ['exports'], ...options });
  const opened: Bucket[] = [];
  const keysOf: Fixture['keysOf'] = (key = {}) => ({
    kind: 'keys',
    accessKeyId: s3.accessKeyId,
    secretAccessKey: s3.secretAccessKey,
    ...key,
  });
  const settings: Fixture['settings'] = (changes = {}) => ({
    auth: keysOf(),
    region: s3.region,
    endpoint: s3.url,
    checksums: 'required',
    resumePauseMs: 10,
    bucket: 'exports',
    ...changes,
  });
  return {
    faults,
    s3,
    settings,
    keysOf,
    open(changes) {
      const bucket = openBucket(settings(changes));
      opened.push(bucket);
      return bucket;
    },
    async close() {
      await Promise.all(opened.map((bucket) => bucket.close()));
      await s3.close();
    },
  };
}

/** What was thrown, after the check that no part of it shows a secret. */
export async function refusal(work: Promise<unknown>, secrets: readonly string[] = []): Promise<SyncError> {
  const thrown = await work.then(
    () => assert.fail('nothing was refused'),
    (reason: unknown) => reason as SyncError,
  );
  for (const secret of secrets) assert.ok(!inspect(thrown, { depth: 10, showHidden: true }).includes(secret));
  return thrown;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
