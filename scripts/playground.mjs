/**
 * What `npm start` and `npm run dev` share: a sandbox and a Node-RED in processes of their own, the example flow
 * deployed with the sandbox's addresses and keys filled in. Run with `node --import tsx`; needs a build.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectFlow, exampleNames, goalTriggers, readExample } from '../test/support/exampleFlow.ts';
import { NodeRedRuntime } from '../test/support/nodeRedRuntime.ts';
import { SandboxProcess } from '../test/support/sandboxProcess.ts';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @returns whether the build succeeded; it prints its own errors. */
export function build() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}

/**
 * Starts both and deploys the example.
 * @param options.people customers in Braze; the sandbox gives BlueConic a share of them.
 */
export async function openPlayground({ people = 20_000 } = {}) {
  const customers = { people, seed: 1 };
  const flow = readExample(exampleNames.bothDirections);
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
