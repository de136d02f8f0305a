import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { filterTypeFor } from '../../src/blueconic/propertyType';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { type FlowNode, inject, tab } from '../../test/support/flowProbe';
import { importMapping } from '../data/importMapping';
import { benchSink } from './benchSink';
import { brazeConfig, type Flow, goalIds, s3Config } from './exportFlow';

/** Entries per request, for the product and for the floor: the sink's default. */
export const entriesPerRequest = 500;
/** Requests in flight, for the floor, and at most for the product: the sink's default. */
export const importRequestsInFlight = 4;

/**
 * A segment export of Braze, mapper, BlueConic, with every setting at its default, but for how long the source waits for
 * the export; one trigger and source for each segment.
 */
export function importFlow(servers: SandboxDescription, segments: readonly string[]): Flow {
  const { url, clientId, clientSecret } = servers.blueconic;
  const rest: FlowNode[] = [
    { id: 'blueconic', type: 'blueconic-config', name: '', url },
    {
      id: 'mapper',
      type: 'profile-field-mapper',
      z: 'bench',
      name: '',
      direction: 'import',
      mapping: importMapping,
      wires: [['sink']],
    },
    {
      id: 'sink',
      type: 'blueconic-profiles',
      z: 'bench',
      name: '',
      blueconic: 'blueconic',
      entriesPerRequest,
      requestsInFlight: importRequestsInFlight,
      wires: [[], []],
    },
  ];
  return exportReading(servers, segments, 'mapper', rest, { blueconic: { clientId, clientSecret } });
}

/** Creates what the mapping writes to: otherwise the first run alone would have to. */
export async function createProperties({
  url,
  clientId,
  clientSecret,
}: SandboxDescription['blueconic']): Promise<void> {
  const http = createHttpClient();
  const client = createBlueConicClient({ url, clientId, clientSecret, http });
  for (const { target: id, type, strategy } of importMapping.rows) {
    const filterType = filterTypeFor({ type, strategy });
    await client.createProperty({ id, name: id, filterType }, new AbortController().signal);
  }
  await http.close();
}

/** The source of the import alone: what it reads goes straight into the bench sink. */
export function readFlow(servers: SandboxDescription, segments: readonly string[]): Flow {
  return exportReading(servers, segments, 'sink', [benchSink('sink', 'bench')], {});
}

function exportReading(
  { braze, s3 }: SandboxDescription,
  segments: readonly string[],
  next: string,
  rest: readonly FlowNode[],
  credentials: Flow['credentials'],
): Flow {
  const sources = segments.flatMap((segment) => {
    const { trigger, source } = goalIds(segment);
    return [
      inject(trigger, 'bench', [source]),
      {
        id: source,
        type: 'braze-segment-export',
        z: 'bench',
        name: segment,
        braze: 'braze',
        s3: 's3',
        segment,
        fields: ['external_id', 'email', 'first_name', 'last_name', 'custom_attributes'],
        customAttributes: [],
        pollSeconds: 1,
        quietSeconds: 1,
        giveUpMinutes: 60,
        whenRunning: 'wait',
        remember: 'auto',
        firstRows: '',
        batchRows: 100,
        idleSeconds: 60,
        onSilence: 'fail',
        wires: [[next]],
      },
    ];
  });
  return {
    nodes: [tab('bench'), brazeConfig(braze), s3Config(s3), ...sources, ...rest],
    credentials: {
      braze: { apiKey: braze.apiKey },
      s3: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
      ...credentials,
    },
  };
}
