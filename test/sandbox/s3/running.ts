import assert from 'node:assert/strict';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { FaultRules } from '../../../src/sandbox/faults';
import { type S3Key, type S3Sandbox, startS3Sandbox } from '../../../src/sandbox/s3/s3Sandbox';

export const BUCKET = 'profiles';

/** A running endpoint with one bucket, and the SDK clients a test made for it. */
export interface RunningSandbox {
  sandbox: S3Sandbox;
  faults: FaultRules;
  /** An SDK client with the sandbox's first key; no retries unless asked for. */
  client(config?: S3ClientConfig): S3Client;
}

/** Starts an endpoint before the tests of the surrounding `describe`, empties it before each, closes it after them. */
export function runningSandbox(options: { region?: string; keys?: S3Key[] } = {}): RunningSandbox {
  const faults = new FaultRules();
  const clients: S3Client[] = [];
  const running = {
    faults,
    client: (config: S3ClientConfig = {}) => {
      const { url, region, accessKeyId, secretAccessKey } = running.sandbox;
      const client = new S3Client({
        endpoint: url,
        region,
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
        maxAttempts: 1,
        ...config,
      });
      clients.push(client);
      return client;
    },
  } as RunningSandbox;
  before(async () => {
    running.sandbox = await startS3Sandbox({ faults, buckets: [BUCKET], ...options });
  });
  beforeEach(() => {
    faults.clear();
    running.sandbox.reset();
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await running.sandbox.close();
  });
  return running;
}

/** For `assert.rejects`: the SDK's error has this status and, where given, this name. */
export function answered(status: number, name?: string) {
  return (thrown: Error & { $metadata?: { httpStatusCode?: number } }): true => {
    assert.equal(thrown.$metadata?.httpStatusCode, status, String(thrown));
    if (name !== undefined) assert.equal(thrown.name, name);
    return true;
  };
}
