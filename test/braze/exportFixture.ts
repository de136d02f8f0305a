import { type BrazeClient, createBrazeClient } from '../../src/braze/brazeClient';
import { ExportCallbacks } from '../../src/braze/exportCallbacks';
import { OpenExports } from '../../src/braze/openExports';
import { type SegmentExportSettings, SegmentExportSource } from '../../src/braze/segmentExportSource';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { openBucket } from '../../src/s3/bucket';
import { exportBucket, type Sandbox, startSandbox } from '../../src/sandbox/sandbox';
import { readFrom } from '../run/pieces';

export type ExportMeans = ConstructorParameters<typeof SegmentExportSource>[3];

export interface ExportChanges extends Partial<SegmentExportSettings> {
  rootPath?: string;
  secretAccessKey?: string;
  apiKey?: string;
}

/** A sandbox with 120 users, whose exports have files of 50, for the tests of the suite that calls this. */
export function exportFixture() {
  let sandbox: Sandbox;
  let http: HttpClient;
  before(async () => {
    sandbox = await startSandbox({ people: 0 });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(() => {
    sandbox.reset();
    sandbox.braze.seedPeople({ seed: 1, from: 0, to: 120 });
    sandbox.braze.configure({ exports: { rowsPerFile: 50, fileDelayMs: 5 } });
  });
  after(async () => {
    await http.close();
    await sandbox.close();
  });

  /** A source of a process of its own, unless `means` has it share what sources share. */
  function source(changes: ExportChanges = {}, means: Partial<ExportMeans> = {}): SegmentExportSource {
    const { braze, s3 } = sandbox.describe();
    const { rootPath, secretAccessKey, apiKey, ...settings } = changes;
    const files = openBucket({
      auth: {
        kind: 'keys',
        accessKeyId: s3.accessKeyId,
        secretAccessKey: secretAccessKey ?? s3.secretAccessKey,
      },
      region: s3.region,
      endpoint: s3.endpoint,
      checksums: 'required',
      bucket: exportBucket,
      ...(rootPath !== undefined && { rootPath }),
    });
    return new SegmentExportSource(
      client(apiKey),
      files,
      {
        segmentId: braze.segment,
        fields: ['external_id', 'email', 'custom_attributes'],
        customAttributes: [],
        pollMs: 10,
        quietMs: 150,
        quietAfterCallMs: 50,
        giveUpMs: 5_000,
        doubtMs: 5_000,
        whenRunning: 'wait',
        afterwards: 'leave',
        ...settings,
      },
      { openExports: new OpenExports(), callbacks: new ExportCallbacks(), ...means },
    );
  }

  async function run(made: SegmentExportSource) {
    const { records, ended } = readFrom(made);
    const summary = await ended;
    await made.close();
    return { records, ids: records.map(({ external_id }) => String(external_id)).sort(), summary };
  }

  const customers = (count: number) =>
    Array.from({ length: count }, (_, index) => `cust-${String(index).padStart(8, '0')}`);
  const exportCalls = () => sandbox.calls().braze['POST /users/export/segment'];

  const states = () => sandbox.braze.exports().map(({ state }) => state);

  function client(apiKey = sandbox.describe().braze.apiKey): BrazeClient {
    return createBrazeClient({ endpoint: sandbox.describe().braze.endpoint, apiKey, http });
  }

  /** Somebody whom no source of ours knows of asks for an export of the segment. */
  async function exportOfAnother(): Promise<void> {
    const { braze } = sandbox.describe();
    const request = { segmentId: braze.segment, fields: ['email'], format: 'gzip' as const };
    await client().startSegmentExport(request, new AbortController().signal);
  }

  return {
    get sandbox() {
      return sandbox;
    },
    client,
    source,
    run,
    customers,
    exportCalls,
    states,
    exportOfAnother,
  };
}
