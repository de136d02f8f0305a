import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import type { FlowNode } from './flowProbe';
import { packageRoot } from './places';

/** What a flow is deployed with: the nodes, and the secrets by node id. */
export interface ConnectedFlow {
  nodes: FlowNode[];
  credentials: Record<string, Record<string, string>>;
}

/** What the sandbox has to say about one type of node. */
interface Connection {
  settings: Record<string, unknown>;
  secrets?: Record<string, string>;
}

/** The examples of this package by file name without its ending, as the editor's menu shows them. */
export const exampleNames = {
  bothDirections: '01 - Try both directions on the sandbox',
  deltaFiles: '02 - Export delta files from S3',
  connection: '03 - Both directions in one connection',
  price: '04 - Price an export before it is sent',
  campaignNames: '05 - Add campaign names to imported profiles',
  mail: '06 - Send run reports by e-mail',
  repair: '07 - Repair rejected rows',
  seed: '08 - Seed the store from an export',
  moveOver: "09 - Move over from BlueConic's own connection",
} as const;

const connections: Record<string, (sandbox: SandboxDescription) => Connection> = {
  'braze-config': ({ braze }) => ({
    settings: { endpoint: braze.endpoint },
    secrets: { apiKey: braze.apiKey },
  }),
  'blueconic-config': ({ blueconic }) => ({
    settings: { url: blueconic.url },
    secrets: { clientId: blueconic.clientId, clientSecret: blueconic.clientSecret },
  }),
  'profile-sync-s3-config': ({ s3 }) => ({
    settings: { auth: 'keys', endpoint: s3.endpoint, region: s3.region, pathStyle: true, bucket: s3.bucket },
    secrets: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  }),
  'braze-segment-export': ({ braze }) => ({ settings: { segment: braze.segment } }),
  'blueconic-delta': ({ blueconic }) => ({ settings: { segment: blueconic.segment } }),
};

/** The nodes of an example as they would be imported. */
export function readExample(name: string): FlowNode[] {
  return JSON.parse(readFileSync(join(packageRoot, 'examples', `${name}.json`), 'utf8')) as FlowNode[];
}

/** Points config nodes and sources at the sandbox, as a person would in their dialogs; the flow given stays as it is. */
export function connectFlow(flow: readonly FlowNode[], description: SandboxDescription): ConnectedFlow {
  const credentials: ConnectedFlow['credentials'] = {};
  const nodes = flow.map((node) => {
    const connection = connections[node.type]?.(description);
    if (connection?.secrets) credentials[node.id] = connection.secrets;
    return { ...node, ...connection?.settings };
  });
  return { nodes, credentials };
}

/** The inject nodes that start a goal: those whose names begin with "Run", in the order of their names. */
export function goalTriggers<T extends { type: string; name?: unknown }>(flow: readonly T[]): T[] {
  return flow
    .filter(({ type, name }) => type === 'inject' && typeof name === 'string' && name.startsWith('Run'))
    .sort((one, other) => String(one.name).localeCompare(String(other.name), 'en'));
}
