#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { type Sandbox, type SandboxDescription, type SandboxOptions, startSandbox } from './sandbox';

const usage = `Usage: node-red-braze-blueconic sandbox [options]

Starts a local Braze, BlueConic and S3 on this machine's loopback address, filled with invented customers, prints their
addresses and throw-away keys, and stays up until Ctrl-C. Nothing is kept and nothing outside is contacted.

  --people N   customers on each side (default 20000); three quarters of them are on both
  --seed N     another N, other customers (default 1)
  --compact    keep customers as columns: fits ten million
  --port N     port of the control API (default: any free one)
  --json       print one line of JSON instead of text
  --help       print this
`;

const exitCode = { ok: 0, failed: 1, usage: 2 } as const;

class UsageError extends Error {}

function readArguments(argv: string[]): { options: SandboxOptions; json: boolean } | 'help' {
  const { values, positionals } = parseStrictly(argv);
  if (values.help) return 'help';
  const [command, ...more] = positionals;
  if (command === undefined) throw new UsageError('Say what to start: sandbox.');
  if (command !== 'sandbox' || more.length > 0) {
    throw new UsageError(`Unknown command: ${positionals.join(' ')}. There is only: sandbox.`);
  }
  const people = wholeNumber('--people', values.people, 20_000_000);
  const seed = wholeNumber('--seed', values.seed, 2 ** 31);
  const port = wholeNumber('--port', values.port, 65_535);
  return {
    json: values.json === true,
    options: {
      ...(people !== undefined && { people }),
      ...(seed !== undefined && { seed }),
      ...(port !== undefined && { ports: { control: port } }),
      ...(values.compact && { compact: true }),
    },
  };
}

function parseStrictly(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        people: { type: 'string' },
        seed: { type: 'string' },
        port: { type: 'string' },
        compact: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (thrown) {
    throw new UsageError((thrown as Error).message);
  }
}

function wholeNumber(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) {
    throw new UsageError(`${name} takes a whole number from 0 to ${most}, not "${text}".`);
  }
  return value;
}

function describeInWords({ braze, blueconic, s3, control }: SandboxDescription): string {
  return `The sandbox is up. The keys work here only.

Braze      ${braze.endpoint}
  API key        ${braze.apiKey}
  segment        ${braze.segment}
BlueConic  ${blueconic.url}
  client id      ${blueconic.clientId}
  client secret  ${blueconic.clientSecret}
  segment        ${blueconic.segment}
S3         ${s3.endpoint}   (path style)
  region         ${s3.region}
  bucket         ${s3.bucket}
  access key id  ${s3.accessKeyId}
  secret key     ${s3.secretAccessKey}
Control    ${control.url}   (GET / lists what it can do)

Ctrl-C ends it.`;
}

function endOnSignal(sandbox: Sandbox): void {
  const end = () => {
    void sandbox.close().then(() => process.exit(exitCode.ok));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

async function main(argv: string[]): Promise<void> {
  try {
    const wanted = readArguments(argv);
    if (wanted === 'help') return void process.stdout.write(usage);
    const sandbox = await startSandbox(wanted.options);
    endOnSignal(sandbox);
    const description = sandbox.describe();
    console.log(wanted.json ? JSON.stringify(description) : describeInWords(description));
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      process.stderr.write(`${thrown.message}\n\n${usage}`);
      process.exitCode = exitCode.usage;
    } else {
      process.stderr.write(`The sandbox did not start: ${(thrown as Error).message}\n`);
      process.exitCode = exitCode.failed;
    }
  }
}

void main(process.argv.slice(2));
