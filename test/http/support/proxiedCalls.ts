/**
 * The product's clients in a process of their own, because proxies and certificate authorities are read from the
 * environment. Takes a `ProxiedWork` as its argument and prints a `ProxiedOutcome`.
 */
import { createHttpClient } from '../../../src/http/createHttpClient';
import { openBucket } from '../../../src/s3/bucket';
import type { S3Settings } from '../../../src/s3/settings';

export interface ProxiedWork {
  /** POSTed to, one after the other. */
  urls: string[];
  /** Listed, one after the other. */
  buckets: S3Settings[];
}

/** One entry each: the answer's body or the listed keys, or the message of the error. */
export type ProxiedOutcome = string[];

async function attempt(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

async function main(): Promise<void> {
  const { urls, buckets } = JSON.parse(process.argv[2]!) as ProxiedWork;
  const outcome: ProxiedOutcome = [];
  const client = createHttpClient({ timeoutMs: 10_000 });
  for (const url of urls) {
    outcome.push(
      await attempt(async () => {
        const headers = { 'content-type': 'application/json' };
        const { body, status } = await client.send({ method: 'POST', url, headers, body: '{"a":1}' });
        return `${status} ${body}`;
      }),
    );
  }
  await client.close();
  for (const settings of buckets) {
    const bucket = openBucket(settings);
    outcome.push(
      await attempt(async () => {
        const keys: string[] = [];
        for await (const object of bucket.list('')) {
          for await (const _ of bucket.open(object)) keys.push(object.key);
        }
        return keys.join();
      }),
    );
    await bucket.close();
  }
  process.stdout.write(JSON.stringify(outcome));
}

void main();
