import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { type FlowNode, inject, tab } from '../../test/support/flowProbe';
import { exportMapping } from '../data/exportMapping';

/** Requests in flight of the floor. The product finds its own number. */
export const floorRequestsInFlight = 8;
/** Objects per request, for the product and for the floor. */
export const objectsPerRequest = 75;

/** A flow ready to deploy. */
export interface Flow {
  nodes: FlowNode[];
  credentials: Record<string, Record<string, string>>;
}

/** Ids of the inject node and of the source behind it, for one prefix. */
export function goalIds(prefix: string): { trigger: string; source: string } {
  const name = prefix.replace(/\W/g, '-');
  return { trigger: `trigger-${name}`, source: `source-${name}` };
}

/**
 * Delta files in S3, read at once, mapper, users.track, with every other setting at its default; one trigger and source for each prefix, so
 * that a first run can warm the process up before the measured one.
 *
 * @param brazeSettings changes to the Braze configuration.
 */
export function exportFlow(
  { braze, s3 }: SandboxDescription,
  prefixes: readonly string[],
  brazeSettings: Record<string, unknown> = {},
): Flow {
  const sources = prefixes.flatMap((prefix) => {
    const { trigger, source } = goalIds(prefix);
    return [
      inject(trigger, 'bench', [source]),
      {
        id: source,
        type: 'blueconic-delta',
        z: 'bench',
        name: prefix,
        origin: 'files',
        blueconic: '',
        segment: '',
        properties: [],
        s3: 's3',
        prefix,
        minAgeMinutes: 0,
        firstRows: '',
        batchRows: 100,
        idleSeconds: 60,
        onSilence: 'fail',
        wires: [['mapper']],
      },
    ];
  });
  const nodes: FlowNode[] = [
    tab('bench'),
    { ...brazeConfig(braze), ...brazeSettings },
    s3Config(s3),
    ...sources,
    {
      id: 'mapper',
      type: 'profile-field-mapper',
      z: 'bench',
      name: '',
      direction: 'export',
      mapping: exportMapping,
      wires: [['sink']],
    },
    {
      id: 'sink',
      type: 'braze-users-track',
      z: 'bench',
      name: '',
      braze: 'braze',
      // The store is new, and everything is meant to be sent.
      emptyStoreCeiling: 1_000_000_000,
      wires: [[], []],
    },
  ];
  return {
    nodes,
    credentials: {
      braze: { apiKey: braze.apiKey },
      s3: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    },
  };
}

export function brazeConfig({ endpoint }: SandboxDescription['braze']): FlowNode {
  return { id: 'braze', type: 'braze-config', name: '', endpoint, objectsPerRequest };
}

export function s3Config({ region, endpoint, bucket }: SandboxDescription['s3']): FlowNode {
  return {
    id: 's3',
    type: 'profile-sync-s3-config',
    name: '',
    auth: 'keys',
    region,
    endpoint,
    pathStyle: true,
    checksums: 'supported',
    bucket,
    rootPath: '',
  };
}
