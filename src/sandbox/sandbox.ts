import { type BlueConicSandbox, startBlueConicSandbox } from './blueconic/blueconicSandbox';
import { type BrazeSandbox, startBrazeSandbox } from './braze/brazeSandbox';
import { allCustomersSegment } from './braze/segments';
import { ControlServer } from './control';
import { FaultRules, type SandboxSystem } from './faults';
import type { ControlRoute } from './part';
import { type S3Sandbox, startS3Sandbox } from './s3/s3Sandbox';
import type { CallCounts } from './server';
import { sharedRoutes } from './sharedRoutes';

/** The bucket that the sandbox's Braze exports into, as a connected bucket does (contracts: braze 3). */
export const exportBucket = 'profile-sync';

/** There from the start in the sandbox's BlueConic: everybody. */
export const blueConicSegment = 'all_customers';

export interface SandboxOptions {
  /** Customers in Braze; `peopleInBlueConic` says how many of them BlueConic knows. Default 20,000. */
  people?: number;
  /** Which customers: `person(seed, index)` of `people.ts`. Default 1. */
  seed?: number;
  /** Default: free ones. */
  ports?: Partial<Record<SandboxSystem | 'control', number>>;
  /** Keeps customers as columns of hashes and numbers; for millions of them. */
  compact?: boolean;
  /** How long after its answer Braze applies a change, in milliseconds. Default: Braze's own setting. */
  applyDelayMs?: number;
}

/** Where the sandbox's systems are, with keys that are good for nothing else. */
export interface SandboxDescription {
  braze: { endpoint: string; apiKey: string; segment: string };
  blueconic: { url: string; clientId: string; clientSecret: string; segment: string };
  s3: { endpoint: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string };
  control: { url: string };
}

export interface Sandbox {
  braze: BrazeSandbox;
  blueconic: BlueConicSandbox;
  s3: S3Sandbox;
  /** In force for all three systems. */
  faults: FaultRules;
  describe(): SandboxDescription;
  calls(): Record<SandboxSystem, CallCounts>;
  /** Back to the state after the start: people seeded anew, counts at zero, no faults, an empty bucket. */
  reset(): void;
  close(): Promise<void>;
}

/** How many of Braze's customers BlueConic knows: the first three quarters, so that an import creates and updates. */
export function peopleInBlueConic(people: number): number {
  return Math.ceil((people * 3) / 4);
}

/**
 * Starts Braze, BlueConic, S3 and the control API on loopback. Braze exports into the bucket `profile-sync`.
 * @throws Error where a port is taken; nothing is left running then.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { people = 20_000, seed = 1, ports = {}, compact = false, applyDelayMs } = options;
  const faults = new FaultRules();
  const started: { close(): Promise<void> }[] = [];
  const running = async <T extends { close(): Promise<void> }>(start: Promise<T>): Promise<T> => {
    const part = await start;
    started.push(part);
    return part;
  };
  const closeAll = async () => {
    await Promise.all(started.map((part) => part.close()));
  };
  const port = (name: SandboxSystem) => (ports[name] === undefined ? {} : { port: ports[name] });
  const room = Math.max(1, people);
  try {
    const s3 = await running(startS3Sandbox({ faults, buckets: [exportBucket], ...port('s3') }));
    const braze = await running(
      startBrazeSandbox({
        faults,
        ...port('braze'),
        putObject: (key, bytes) => void s3.put(exportBucket, key, bytes),
        deleteObject: (key) => void s3.delete(exportBucket, key),
        ...(applyDelayMs !== undefined && { settings: { apply: { delayMs: applyDelayMs } } }),
        ...(compact && { compact: { users: room, seed, existing: people } }),
      }),
    );
    const blueconic = await running(
      startBlueConicSandbox({
        faults,
        ...port('blueconic'),
        ...(compact && { compact: { profiles: room, seed, existing: peopleInBlueConic(people) } }),
      }),
    );
    const seedPeople = () => {
      if (compact) return;
      braze.seedPeople({ seed, from: 0, to: people });
      blueconic.seedPeople({ seed, from: 0, to: peopleInBlueConic(people) });
    };
    const parts = { braze, blueconic, s3, faults };
    const calls = () => ({ braze: braze.calls(), blueconic: blueconic.calls, s3: s3.calls });
    const reset = () => {
      faults.clear();
      for (const part of [s3, braze, blueconic]) part.reset();
      seedPeople();
    };
    const control = new ControlServer([
      { method: 'GET', path: '/', about: 'This page.', handle: () => index() },
      ...sharedRoutes({ faults, reset, calls }),
      ...braze.control,
      ...blueconic.control,
      ...s3.control,
    ]);
    const describe = () => description(parts, control.url);
    const index = () => indexPage(describe(), control.routes);
    await running(control.listen(ports.control).then(() => control));
    seedPeople();
    return { ...parts, describe, calls, reset, close: closeAll };
  } catch (thrown) {
    await closeAll();
    throw thrown;
  }
}

function description(
  { braze, blueconic, s3 }: Pick<Sandbox, 'braze' | 'blueconic' | 's3'>,
  controlUrl: string,
): SandboxDescription {
  return {
    braze: { endpoint: braze.url, apiKey: braze.apiKey, segment: allCustomersSegment.id },
    blueconic: {
      url: blueconic.url,
      clientId: blueconic.clientId,
      clientSecret: blueconic.clientSecret,
      segment: blueConicSegment,
    },
    s3: {
      endpoint: s3.url,
      region: s3.region,
      bucket: exportBucket,
      accessKeyId: s3.accessKeyId,
      secretAccessKey: s3.secretAccessKey,
    },
    control: { url: controlUrl },
  };
}

function indexPage(systems: SandboxDescription, routes: readonly ControlRoute[]) {
  const details = Object.entries(systems).map(
    ([system, values]) =>
      `${system}\n${Object.entries(values)
        .map(([name, value]) => `  ${name.padEnd(16)} ${value}\n`)
        .join('')}`,
  );
  const lines = routes.map(({ method, path, about }) => `${method.padEnd(6)} ${path.padEnd(26)} ${about}\n`);
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `${details.join('')}\n${lines.join('')}`,
  };
}
