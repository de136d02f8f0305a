import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { deltaRecord } from '../data/deltaRecord';
import { exportMapping } from '../data/exportMapping';
import { compiled } from './compiled';
import { type PassResult, pass, sandboxBucket } from './floorReading';
import { programSettings } from './program';
import { RequestsInFlight } from './requestsInFlight';

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

/** Of a record, only its identifier is looked at. */
interface FloorRecord {
  properties: { customer_id: [string] };
}

const { createHttpClient } =
  compiled<typeof import('../../src/http/createHttpClient')>('http/createHttpClient');
const { compileMapping } =
  compiled<typeof import('../../src/mapping/compileMapping')>('mapping/compileMapping');
const { trackObjects } = compiled<typeof import('../../src/braze/trackObjects')>('braze/trackObjects');
const settings = programSettings<ExportFloorSettings>();
const modelProfiles = 1_000;

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

async function main(): Promise<void> {
  const { servers, warmUpPrefix, prefix, objectsPerRequest, requestsInFlight } = settings;
  const bucket = sandboxBucket(servers.s3);
  const http = createHttpClient();
  const models = modelObjects();
  const post = async (body: string) => {
    const { status } = await http.send({
      method: 'POST',
      url: `${servers.braze.endpoint}/users/track`,
      headers: { authorization: `Bearer ${servers.braze.apiKey}`, 'content-type': 'application/json' },
      body,
    });
    if (status !== 201) throw new Error(`The sandbox's Braze answered ${status}.`);
  };
  const floor = (from: string): Promise<PassResult> => {
    const sending = new RequestsInFlight(requestsInFlight);
    let objects: string[] = [];
    let taken = 0;
    const send = () => {
      const body = `{"attributes":[${objects.join(',')}]}`;
      objects = [];
      return sending.add(() => post(body));
    };
    const take = (record: FloorRecord) => {
      const object = models[taken++ % models.length]!;
      object.external_id = record.properties.customer_id[0];
      return objects.push(JSON.stringify(object)) < objectsPerRequest ? undefined : send();
    };
    return pass(bucket, from, take, async () => {
      if (objects.length > 0) await send();
      await sending.finished();
      return sending.requests;
    });
  };
  await floor(warmUpPrefix);
  const result = await floor(prefix);
  await Promise.all([bucket.close(), http.close()]);
  console.log(JSON.stringify(result));
}

void main();
