import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { connectFlow, exampleNames, goalTriggers } from './exampleFlow';
import { packageRoot } from './places';

const description: SandboxDescription = {
  braze: { endpoint: 'http://127.0.0.1:1', apiKey: 'key', segment: 'braze-segment' },
  blueconic: { url: 'http://127.0.0.1:2', clientId: 'id', clientSecret: 'secret', segment: 'all' },
  s3: { endpoint: 'http://127.0.0.1:3', region: 'r', bucket: 'b', accessKeyId: 'a', secretAccessKey: 's' },
  control: { url: 'http://127.0.0.1:4' },
};

describe('harness: an example on the sandbox', () => {
  it('points config nodes and sources at the sandbox, keeps secrets apart, and leaves the rest alone', () => {
    const flow = [
      { id: '1', type: 'braze-config', endpoint: '', objectsPerRequest: 75 },
      { id: '2', type: 'blueconic-delta', segment: '', pageRows: 1000 },
      { id: '3', type: 'debug', name: 'ledger' },
    ];
    const before = structuredClone(flow);
    const { nodes, credentials } = connectFlow(flow, description);
    assert.deepEqual(nodes, [
      { id: '1', type: 'braze-config', endpoint: 'http://127.0.0.1:1', objectsPerRequest: 75 },
      { id: '2', type: 'blueconic-delta', segment: 'all', pageRows: 1000 },
      { id: '3', type: 'debug', name: 'ledger' },
    ]);
    assert.deepEqual(credentials, { 1: { apiKey: 'key' } });
    assert.deepEqual(flow, before);
  });

  it('starts the goals in the order of their names', () => {
    const triggers = goalTriggers([
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

  it('knows every example of the package', () => {
    const files = readdirSync(join(packageRoot, 'examples')).sort();
    assert.deepEqual(
      files,
      Object.values(exampleNames).map((name) => `${name}.json`),
    );
  });
});
