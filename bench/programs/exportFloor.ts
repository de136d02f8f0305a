import { Readable } from 'node:stream';
import { createGunzip, type ZlibOptions } from 'node:zlib';
import type { HttpClient } from '../../src/http/httpClient';
import type { Bucket } from '../../src/s3/bucket';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { deltaRecord } from '../data/deltaRecord';
import { exportMapping } from '../data/exportMapping';
import { compiled } from './compiled';
import { programSettings } from './program';

/** What the floor of the export is to read, and how wide it may send. */
export interface ExportFloorSettings {
  servers: Pick<SandboxDescription, 'braze' | 's3'>;
  /** Of the customers in the files. */
  seed: number;
  /** Read and sent first, unmeasured. */
  warmUpPrefix: string;
  prefix: string;
  objectsPerRequest: number;
  requestsInFlight: number;
}

export interface ExportFloorResult {
  profiles: number;
  requests: number;
  /** From the first byte of the first file to the last answer. */
  ms: number;
  /** CPU time of all threads meanwhile. */
  cpuUs: number;
}

/** Of a record, only its identifier is looked at. */
interface FloorRecord {
  properties: { customer_id: [string] };
}

const { openBucket } = compiled<typeof import('../../src/s3/bucket')>('s3/bucket');
const { createHttpClient } =
  compiled<typeof import('../../src/http/createHttpClient')>('http/createHttpClient');
const { compileMapping } =
  compiled<typeof import('../../src/mapping/compileMapping')>('mapping/compileMapping');
const { trackObjects } = compiled<typeof import('../../src/braze/trackObjects')>('braze/trackObjects');
const settings = programSettings<ExportFloorSettings>();
const newline = 0x0a;
const modelProfiles = 1_000;
/** zlib inflates ahead by as much; by default it waits after each chunk. */
const inflatedAheadBytes = 1024 * 1024;

/**
 * The objects that the product would send for some customers. The floor sends these instead of what it parsed, each with
 * the parsed record's id, so that its bodies are as large as the product's and Braze has the same work with them.
 */
function modelObjects(): Record<string, unknown>[] {
  const mapping = compileMapping(exportMapping);
  return Array.from({ length: modelProfiles }, (_, index) => {
    const result = mapping.map({ ...deltaRecord(settings.seed, index) });
    const made = result.kind === 'update' ? trackObjects(result.update) : undefined;
    if (!made || !('attributes' in made)) throw new Error(`Customer ${index} was not mapped.`);
    // Through JSON, because an object built key by key is slower to write than one that was read.
    return JSON.parse(JSON.stringify(made.attributes)) as Record<string, unknown>;
  });
}

/** Sends bodies, so many at a time. */
class Poster {
  requests = 0;
  readonly #http: HttpClient;
  readonly #open = new Set<Promise<void>>();

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Resolves as soon as the next one may be sent. */
  async post(objects: readonly string[]): Promise<void> {
    this.requests++;
    const sending: Promise<void> = this.#send(`{"attributes":[${objects.join(',')}]}`).then(() => {
      this.#open.delete(sending);
    });
    this.#open.add(sending);
    if (this.#open.size >= settings.requestsInFlight) await Promise.race(this.#open);
  }

  async finished(): Promise<void> {
    await Promise.all(this.#open);
  }

  async #send(body: string): Promise<void> {
    const { endpoint, apiKey } = settings.servers.braze;
    const { status } = await this.#http.send({
      method: 'POST',
      url: `${endpoint}/users/track`,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body,
    });
    if (status !== 201) throw new Error(`The sandbox's Braze answered ${status}.`);
  }
}

/** Get, gunzip, parse, stringify, send; nothing else. */
async function pass(
  bucket: Bucket,
  http: HttpClient,
  prefix: string,
  models: readonly Record<string, unknown>[],
): Promise<ExportFloorResult> {
  const poster = new Poster(http);
  let profiles = 0;
  let started: number | undefined;
  let cpu = process.cpuUsage();
  let objects: string[] = [];
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
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        const record = JSON.parse(chunk.toString('utf8', start, end)) as FloorRecord;
        start = end + 1;
        const object = models[profiles % models.length]!;
        object.external_id = record.properties.customer_id[0];
        profiles++;
        if (objects.push(JSON.stringify(object)) < settings.objectsPerRequest) continue;
        await poster.post(objects);
        objects = [];
      }
      rest = start < chunk.length ? chunk.subarray(start) : undefined;
    }
  }
  if (objects.length > 0) await poster.post(objects);
  await poster.finished();
  const used = process.cpuUsage(cpu);
  return {
    profiles,
    requests: poster.requests,
    ms: performance.now() - (started ?? Number.NaN),
    cpuUs: used.user + used.system,
  };
}

async function main(): Promise<void> {
  const { s3 } = settings.servers;
  const { accessKeyId, secretAccessKey, ...place } = s3;
  const bucket = openBucket({
    ...place,
    pathStyle: true,
    checksums: 'supported',
    auth: { kind: 'keys', accessKeyId, secretAccessKey },
  });
  const http = createHttpClient();
  const models = modelObjects();
  await pass(bucket, http, settings.warmUpPrefix, models);
  const result = await pass(bucket, http, settings.prefix, models);
  await Promise.all([bucket.close(), http.close()]);
  console.log(JSON.stringify(result));
}

void main();
