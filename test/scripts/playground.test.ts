import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { packageRoot } from '../support/places';

interface Playground {
  connectFlow(
    flow: { id: string; type: string; [property: string]: unknown }[],
    description: SandboxDescription,
  ): { nodes: Record<string, unknown>[]; credentials: Record<string, Record<string, string>> };
  goalTriggers(flow: { type: string; name?: string }[]): { name: string }[];
}

const description: SandboxDescription = {
  braze: { endpoint: 'http://127.0.0.1:1', apiKey: 'key', segment: 'braze-segment' },
  blueconic: { url: 'http://127.0.0.1:2', clientId: 'id', clientSecret: 'secret', segment: 'all' },
  s3: { endpoint: 'http://127.0.0.1:3', region: 'r', bucket: 'b', accessKeyId: 'a', secretAccessKey: 's' },
  control: { url: 'http://127.0.0.1:4' },
};

describe('scripts: the example on the sandbox', () => {
  let playground: Playground;
  before(async () => {
    playground = await import(pathToFileURL(join(packageRoot, 'scripts', 'playground.mjs')).href);
  });

  it('points config nodes and sources at the sandbox, keeps secrets apart, and leaves the rest alone', () => {
    const flow = [
      { id: '1', type: 'braze-config', endpoint: '', objectsPerRequest: 75 },
      { id: '2', type: 'blueconic-delta', segment: '', pageRows: 1000 },
      { id: '3', type: 'debug', name: 'ledger' },
    ];
    const before = structuredClone(flow);
    const { nodes, credentials } = playground.connectFlow(flow, description);
    assert.deepEqual(nodes, [
      { id: '1', type: 'braze-config', endpoint: 'http://127.0.0.1:1', objectsPerRequest: 75 },
      { id: '2', type: 'blueconic-delta', segment: 'all', pageRows: 1000 },
      { id: '3', type: 'debug', name: 'ledger' },
    ]);
    assert.deepEqual(credentials, { 1: { apiKey: 'key' } });
    assert.deepEqual(flow, before);
  });

  it('starts the goals in the order of their names', () => {
    const triggers = playground.goalTriggers([
      { type: 'inject', name: 'Run 2: export' },
      { type: 'inject', name: 'Stop' },
      { type: 'debug', name: 'Run over?' },
      { type: 'inject' },
      { type: 'inject', name: 'Run 1: import' },
    ]);
    assert.deepEqual(
      triggers.map(({ name }) => name),
      ['Run 1: import', 'Run 2: export'],
    );
  });
});
