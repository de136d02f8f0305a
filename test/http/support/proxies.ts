import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A forward proxy that runs as a process of its own and asks for a login. */
export interface RunningProxy {
  /** With user and password. */
  url: string;
  port: number;
  /** What it was asked so far, as `METHOD target`. */
  requests(): Promise<string[]>;
  close(): Promise<void>;
}

/** A forward proxy of our own, which runs everywhere. */
export async function startOwn(): Promise<RunningProxy> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(__dirname, 'forwardProxy.ts'), 'user:p@ss'],
    { stdio: ['pipe', 'pipe', 'inherit'], env: {} },
  );
  const lines = createInterface(child.stdout);
  const [first] = (await once(lines, 'line')) as [string];
  const seen: string[] = [];
  lines.on('line', (line) => seen.push(line));
  return {
    url: `http://user:p%40ss@127.0.0.1:${first}`,
    port: Number(first),
    requests: async () => [...seen],
    close: () => end(child),
  };
}

/** Debian's tinyproxy. */
export async function startTinyproxy(command: string): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'tinyproxy-'));
  const port = await freePort();
  const log = join(folder, 'log');
  const settings = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Allow 127.0.0.1',
    'BasicAuth user pass',
    `LogFile "${log}"`,
    'LogLevel Connect',
    'Timeout 30',
  ];
  await writeFile(join(folder, 'conf'), `${settings.join('\n')}\n`);
  const child = spawn(command, ['-d', '-c', join(folder, 'conf')], { stdio: 'ignore' });
  await listening(port, child).catch(async (thrown: unknown) => {
    await rm(folder, { recursive: true });
    throw thrown;
  });
  return {
    url: `http://user:pass@127.0.0.1:${port}`,
    port,
    requests: async () =>
      [...(await readFile(log, 'utf8')).matchAll(/Request \(file descriptor \d+\): (\S+ \S+)/g)].map(
        ([, request]) => request!,
      ),
    close: async () => {
      await end(child);
      await rm(folder, { recursive: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await sleep(10);
  }
  throw new Error(`the proxy ended with ${child.exitCode} instead of listening`);
}
