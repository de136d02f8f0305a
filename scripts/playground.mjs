/**
 * What `npm start` and `npm run dev` share: a sandbox and a Node-RED in processes of their own, the example flow
 * deployed with the sandbox's addresses and keys filled in. Run with `node --import tsx`; needs a build.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeRedRuntime } from '../test/support/nodeRedRuntime.ts';
import { SandboxProcess } from '../test/support/sandboxProcess.ts';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const example = join(root, 'examples', '01 - Try both directions on the sandbox.json');

/** @returns whether the build succeeded; it prints its own errors. */
export function build() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}

/** Settings and secrets of each type of node that the sandbox has something to say about. */
const connections = {
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
  'braze-segment-export': ({ braze }) => ({ settings: { segment: braze.segment }, secrets: {} }),
  'blueconic-delta': ({ blueconic }) => ({ settings: { segment: blueconic.segment }, secrets: {} }),
};

/** @returns the flow pointed at the sandbox, and the secrets by node id; the flow given stays as it is. */
export function connectFlow(flow, description) {
  const credentials = {};
  const nodes = flow.map((node) => {
    const { settings, secrets } = connections[node.type]?.(description) ?? { settings: {}, secrets: {} };
    if (Object.keys(secrets).length > 0) credentials[node.id] = secrets;
    return { ...node, ...settings };
  });
  return { nodes, credentials };
}

/** The inject nodes that start a goal: those whose names begin with "Run", in the order of their names. */
export function goalTriggers(flow) {
  return flow
    .filter(({ type, name }) => type === 'inject' && name?.startsWith('Run'))
    .sort((one, other) => one.name.localeCompare(other.name, 'en'));
}

/**
 * Starts both and deploys the example.
 * @param options.people customers in Braze; the sandbox gives BlueConic a share of them.
 */
export async function openPlayground({ people = 20_000 } = {}) {
  const customers = { people, seed: 1 };
  const flow = JSON.parse(readFileSync(example, 'utf8'));
  const sandbox = await SandboxProcess.start({ from: 'dist', ...customers });
  let nodeRed;
  const close = async () => {
    await nodeRed?.stop();
    await sandbox.stop();
  };
  try {
    nodeRed = await NodeRedRuntime.start({ startTimeoutMs: 120_000 });
    const { nodes, credentials } = connectFlow(flow, sandbox.description);
    await nodeRed.deploy(nodes, credentials);
    return { sandbox, nodeRed, triggers: goalTriggers(flow), customers, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Where everything is, for a person at the keyboard. */
export function addresses({ sandbox, nodeRed }) {
  const { braze, blueconic, s3, control } = sandbox.description;
  return [
    `editor     ${nodeRed.url}`,
    `Braze      ${braze.endpoint}`,
    `BlueConic  ${blueconic.url}`,
    `S3         ${s3.endpoint}`,
    `control    ${control.url}   (GET / lists what it can do)`,
  ].join('\n');
}

/** Resolves when a person presses Ctrl-C or something asks this process to end. */
export function untilAskedToEnd() {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
