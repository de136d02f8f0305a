import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { pass, sandboxBucket } from './floorReading';
import { programSettings } from './program';

export interface ReadFloorSettings {
  servers: Pick<SandboxDescription, 's3'>;
  /** Read first, unmeasured. */
  warmUpPrefix: string;
  prefix: string;
}

/** A plain streaming reader: get, inflate, cut into lines, parse. */
async function main(): Promise<void> {
  const { servers, warmUpPrefix, prefix } = programSettings<ReadFloorSettings>();
  const bucket = sandboxBucket(servers.s3);
  const read = (from: string) =>
    pass(
      bucket,
      from,
      () => undefined,
      async () => 0,
    );
  await read(warmUpPrefix);
  const result = await read(prefix);
  await bucket.close();
  console.log(JSON.stringify(result));
}

void main();
