import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import type { DeltaRecord } from '../data/deltaRecord';
import { handMapped } from '../data/handMapping';
import { type PassResult, pass, sandboxBucket } from './floorReading';
import { programSettings } from './program';
import { RequestsInFlight } from './requestsInFlight';

/** Another way to send delta files to Braze. */
export interface PeerSettings {
  peer: 'sdk' | 'segment';
  /** The folder that the peers are installed in. */
  folder: string;
  servers: Pick<SandboxDescription, 'braze' | 's3'>;
  warmUpPrefix: string;
  prefix: string;
  objectsPerRequest: number;
  requestsInFlight: number;
}

/** Takes a batch of records; resolves when Braze has taken them. */
type SendBatch = (records: readonly DeltaRecord[]) => Promise<void>;

interface Sdk {
  Braze: new (
    url: string,
    key: string,
  ) => {
    users: { track(body: object): Promise<{ message: string }> };
  };
}

/** Of a destination, what has to be changed for a sandbox. */
interface Definition {
  authentication: { fields: { endpoint: { choices: { label: string; value: string }[] } } };
}

interface Segment {
  Destination: new (
    definition: Definition,
  ) => { onBatch(events: readonly object[], settings: object): Promise<unknown[]> };
}

const settings = programSettings<PeerSettings>();
const { endpoint, apiKey } = settings.servers.braze;
const installed = createRequire(join(settings.folder, 'package.json'));

/** Batches made by hand, as the SDK has no batches of its own. */
function sdk(): SendBatch {
  const { Braze } = installed('braze-api') as Sdk;
  const braze = new Braze(endpoint, apiKey);
  return async (records) => {
    const attributes = records.map((record) => {
      const { externalId, standard, custom } = handMapped(record);
      return { external_id: externalId, _update_existing_only: true, ...standard, ...custom };
    });
    const { message } = await braze.users.track({ attributes });
    if (message !== 'success') throw new Error(`The SDK was told ${message}.`);
  };
}

/** The router's way: identify events through its mapping and validation into its own batches. */
function segment(): SendBatch {
  const { Destination } = installed('@segment/actions-core') as Segment;
  const { default: definition } = installed('@segment/action-destinations/dist/destinations/braze') as {
    default: Definition;
  };
  // Only Braze's own addresses can be chosen.
  definition.authentication.fields.endpoint.choices.push({ label: 'sandbox', value: endpoint });
  const destination = new Destination(definition);
  const fields = Object.keys(
    handMapped({ id: '', permissionLevel: '', consentedObjectives: [], properties: {} }).standard,
  );
  const mapping = {
    __segment_internal_sync_mode: 'update',
    external_id: { '@path': '$.userId' },
    update_existing_only: true,
    enable_batching: true,
    ...Object.fromEntries(fields.map((field) => [field, { '@path': `$.traits.${field}` }])),
    custom_attributes: { '@path': '$.traits.custom' },
  };
  const router = {
    api_key: apiKey,
    app_id: 'bench',
    endpoint,
    subscriptions: [
      {
        name: 'profiles',
        enabled: true,
        partnerAction: 'updateUserProfile2',
        subscribe: 'type = "identify"',
        mapping,
      },
    ],
  };
  return async (records) => {
    const events = records.map((record, at) => {
      const { externalId, standard, custom } = handMapped(record);
      return { type: 'identify', messageId: String(at), userId: externalId, traits: { ...standard, custom } };
    });
    const results = await destination.onBatch(events, router);
    const failed = results
      .flatMap((result) => (result as { multistatus?: { status: number }[] }).multistatus ?? [])
      .find(({ status }) => status >= 300);
    if (failed) throw new Error(`The router answered ${JSON.stringify(failed)}.`);
  };
}

async function main(): Promise<void> {
  const bucket = sandboxBucket(settings.servers.s3);
  const send = settings.peer === 'sdk' ? sdk() : segment();
  const run = (from: string): Promise<PassResult> => {
    const sending = new RequestsInFlight(settings.requestsInFlight);
    let records: DeltaRecord[] = [];
    const sendAll = () => {
      const batch = records;
      records = [];
      return sending.add(() => send(batch));
    };
    return pass<DeltaRecord>(
      bucket,
      from,
      (record) => (records.push(record) < settings.objectsPerRequest ? undefined : sendAll()),
      async () => {
        if (records.length > 0) await sendAll();
        await sending.finished();
        return sending.requests;
      },
    );
  };
  await run(settings.warmUpPrefix);
  const result = await run(settings.prefix);
  await bucket.close();
  console.log(JSON.stringify(result));
  // The peers keep connections open for a while.
  process.exit();
}

void main();
