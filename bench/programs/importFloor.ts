import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { exportedUserLine } from '../data/exportedUser';
import { importMapping } from '../data/importMapping';
import { compiled } from './compiled';
import { type PassResult, pass, sandboxBucket } from './floorReading';
import { programSettings } from './program';
import { RequestsInFlight } from './requestsInFlight';

/** What the floor of the import is to read, and how wide it may send. */
export interface ImportFloorSettings {
  servers: Pick<SandboxDescription, 'blueconic' | 's3'>;
  /** Of the users in the files. */
  seed: number;
  /** Read and sent first, unmeasured. */
  warmUpPrefix: string;
  prefix: string;
  entriesPerRequest: number;
  requestsInFlight: number;
}

const { createHttpClient } =
  compiled<typeof import('../../src/http/createHttpClient')>('http/createHttpClient');
const { createTokenSource } =
  compiled<typeof import('../../src/blueconic/tokenSource')>('blueconic/tokenSource');
const { compileMapping } =
  compiled<typeof import('../../src/mapping/compileMapping')>('mapping/compileMapping');
const { bulkEntry } = compiled<typeof import('../../src/blueconic/bulkEntries')>('blueconic/bulkEntries');
const settings = programSettings<ImportFloorSettings>();
const modelProfiles = 1_000;
const closingBracket = 0x5d;

interface ModelEntry {
  identifier: string;
  matching: [[{ id: string; value: string }]];
}

/**
 * The entries that the product would send for some users. The floor sends these instead of what it parsed, each with the
 * parsed record's id, so that its bodies are as large as the product's and BlueConic has the same work with them. They
 * are of another seed: what the product sends afterwards must be a change to everybody.
 */
function modelEntries(): ModelEntry[] {
  const mapping = compileMapping(importMapping);
  return Array.from({ length: modelProfiles }, (_, index) => {
    const record = JSON.parse(exportedUserLine(settings.seed + 1, index)) as ProfileRecord;
    const result = mapping.map(record);
    const made = result.kind === 'update' ? bulkEntry(result.update, String(index)) : undefined;
    if (!made || 'rejected' in made) throw new Error(`User ${index} was not mapped.`);
    // Through JSON, because an object built key by key is slower to write than one that was read.
    return JSON.parse(JSON.stringify(made.entry)) as ModelEntry;
  });
}

async function main(): Promise<void> {
  const { servers, warmUpPrefix, prefix, entriesPerRequest, requestsInFlight } = settings;
  const bucket = sandboxBucket(servers.s3);
  const http = createHttpClient();
  const { url, clientId, clientSecret } = servers.blueconic;
  const token = await createTokenSource({ url, clientId, clientSecret, http }).token(
    new AbortController().signal,
  );
  const models = modelEntries();
  const put = async (body: Buffer) => {
    const { status } = await http.send({
      method: 'PUT',
      url: `${url}/rest/v2/profiles`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    });
    if (status !== 200) throw new Error(`The sandbox's BlueConic answered ${status}.`);
  };
  const floor = (from: string): Promise<PassResult> => {
    const sending = new RequestsInFlight(requestsInFlight);
    let entries: Buffer[] = [];
    let taken = 0;
    const send = () => {
      const body = Buffer.concat(entries);
      body[body.length - 1] = closingBracket;
      entries = [];
      return sending.add(() => put(body));
    };
    const take = ({ external_id: id }: { external_id: string }) => {
      const entry = models[taken++ % models.length]!;
      entry.identifier = String(taken);
      entry.matching[0][0].value = id;
      // As bytes: to join as much text costs several times as much as to write it.
      const before = entries.length === 0 ? '[' : '';
      return entries.push(Buffer.from(`${before}${JSON.stringify(entry)},`)) < entriesPerRequest
        ? undefined
        : send();
    };
    return pass(bucket, from, take, async () => {
      if (entries.length > 0) await send();
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
