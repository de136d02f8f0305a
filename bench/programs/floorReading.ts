import { Readable } from 'node:stream';
import { createGunzip, type ZlibOptions } from 'node:zlib';
import type { Bucket } from '../../src/s3/bucket';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { compiled } from './compiled';

const { openBucket } = compiled<typeof import('../../src/s3/bucket')>('s3/bucket');
const newline = 0x0a;
/** zlib inflates ahead by as much; by default it waits after each chunk. */
const inflatedAheadBytes = 1024 * 1024;

export interface PassResult {
  profiles: number;
  requests: number;
  /** From the first byte of the first file to the end, or the last answer. */
  ms: number;
  /** CPU time of all threads meanwhile. */
  cpuUs: number;
}

export function sandboxBucket({ accessKeyId, secretAccessKey, ...place }: SandboxDescription['s3']): Bucket {
  return openBucket({
    ...place,
    pathStyle: true,
    checksums: 'supported',
    auth: { kind: 'keys', accessKeyId, secretAccessKey },
  });
}

/**
 * Gets, inflates, cuts and parses every file below a prefix; nothing else.
 *
 * @param take is given each record; what it returns is waited for.
 * @param end is waited for when all are read; it tells how many requests were sent.
 */
export async function pass<R>(
  bucket: Bucket,
  prefix: string,
  take: (record: R) => Promise<void> | undefined,
  end: () => Promise<number>,
): Promise<PassResult> {
  let profiles = 0;
  let started: number | undefined;
  let cpu = process.cpuUsage();
  for await (const file of bucket.list(prefix)) {
    const inflated = Readable.from(bucket.open(file), { objectMode: false }).pipe(
      createGunzip({ chunkSize: 256 * 1024, readableHighWaterMark: inflatedAheadBytes } as ZlibOptions),
    );
    let rest: Buffer | undefined;
    for await (const piece of inflated as AsyncIterable<Buffer>) {
      if (started === undefined) {
        started = performance.now();
        cpu = process.cpuUsage();
      }
      const chunk = rest === undefined ? piece : Buffer.concat([rest, piece]);
      let start = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
        const record = JSON.parse(chunk.toString('utf8', start, at)) as R;
        start = at + 1;
        profiles++;
        const wait = take(record);
        if (wait) await wait;
      }
      rest = start < chunk.length ? chunk.subarray(start) : undefined;
    }
  }
  const requests = await end();
  const used = process.cpuUsage(cpu);
  return {
    profiles,
    requests,
    ms: performance.now() - (started ?? Number.NaN),
    cpuUs: used.user + used.system,
  };
}
