import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { SandboxProcess } from '../../test/support/sandboxProcess';
import { type DeltaRange, deltaFiles, type PackedFile } from '../data/packedFiles';

/** What Braze has been sent since the servers' start. */
export interface TrackCounts {
  /** Answered 201. */
  requests: number;
  /** Answered anything else. */
  refused: number;
  dataPoints: number;
  /** How many values of each attribute came, as data points; for scalars the two are the same. */
  byAttribute: Record<string, number>;
}

/** The sandbox's Braze (compact) and S3 in one process of their own, without Braze's rate limit. */
export class BenchServers {
  readonly #sandbox: SandboxProcess;

  private constructor(sandbox: SandboxProcess) {
    this.#sandbox = sandbox;
  }

  /** @param people users that Braze knows from the start. */
  static async start(people: number, seed: number): Promise<BenchServers> {
    const sandbox = await SandboxProcess.start({ from: 'dist', compact: true, people, seed });
    // The limit of 1,000 requests a second is a scenario of its own; everywhere else it must not be what is measured.
    await sandbox.control('POST', '/braze/settings', { rateLimits: { track: { limit: 1_000_000_000 } } });
    return new BenchServers(sandbox);
  }

  /** Puts a limit of requests to `/users/track` and a latency of its answers into force. */
  async slowDown(limits: {
    limit: number;
    windowMs: number;
    rateHeaders: 'epoch' | 'mau';
    latencyMs?: number;
  }): Promise<void> {
    const { limit, windowMs, rateHeaders, latencyMs } = limits;
    await this.#sandbox.control('POST', '/braze/settings', {
      rateLimits: { track: { limit, windowMs } },
      rateHeaders,
    });
    await this.#sandbox.control('DELETE', '/faults');
    if (latencyMs === undefined) return;
    const fault = { kind: 'latency', ms: latencyMs };
    await this.#sandbox.control('POST', '/faults', { system: 'braze', path: '/users/track', fault });
  }

  /** Answers to `/users/track` by status since the servers' start. */
  async trackAnswers(): Promise<{ accepted: number; throttled: number; others: number }> {
    const calls = await this.#sandbox.control<Record<string, Record<string, number>>>('GET', '/braze/calls');
    const { 201: accepted = 0, 429: throttled = 0, ...rest } = calls['POST /users/track'] ?? {};
    const others = Object.values(rest).reduce((sum, count) => sum + count, 0);
    return { accepted, throttled, others };
  }

  get description(): SandboxDescription {
    return this.#sandbox.description;
  }

  get pid(): number {
    return this.#sandbox.pid;
  }

  /** One call of the sandbox's control API. */
  control<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#sandbox.control<T>(method, path, body);
  }

  /** Writes delta files into the bucket. */
  putDeltaFiles(prefix: string, range: DeltaRange): Promise<void> {
    return this.putFiles('', deltaFiles(prefix, range));
  }

  /** Puts files below a folder of the bucket, one after the other. */
  async putFiles(folder: string, files: AsyncIterable<PackedFile> | Iterable<PackedFile>): Promise<void> {
    for await (const { key, bytes } of files) await this.#sandbox.putObject(folder + key, bytes);
  }

  async removeFiles(keys: Iterable<string>): Promise<void> {
    const { bucket } = this.description.s3;
    for (const key of keys)
      await this.control('DELETE', `/s3/object?${new URLSearchParams({ bucket, key })}`);
  }

  /** How many objects were read from the bucket since the servers' start. */
  async objectReads(): Promise<number> {
    const calls = await this.control<Record<string, Record<string, number>>>('GET', '/s3/calls');
    return Object.values(calls['GET /{bucket}/{key}'] ?? {}).reduce((sum, count) => sum + count, 0);
  }

  async trackCounts(): Promise<TrackCounts> {
    const calls = await this.#sandbox.control<Record<string, Record<string, number>>>('GET', '/braze/calls');
    const points = await this.#sandbox.control<{ total: number; attributes: Record<string, number> }>(
      'GET',
      '/braze/datapoints',
    );
    const { 201: requests = 0, ...others } = calls['POST /users/track'] ?? {};
    return {
      requests,
      refused: Object.values(others).reduce((sum, count) => sum + count, 0),
      dataPoints: points.total,
      byAttribute: points.attributes,
    };
  }

  stop(): Promise<void> {
    return this.#sandbox.stop();
  }
}

/** What came between two looks. */
export function cameBetween(before: TrackCounts, after: TrackCounts): TrackCounts {
  const names = Object.keys(after.byAttribute);
  return {
    requests: after.requests - before.requests,
    refused: after.refused - before.refused,
    dataPoints: after.dataPoints - before.dataPoints,
    byAttribute: Object.fromEntries(
      names.map((name) => [name, after.byAttribute[name]! - (before.byAttribute[name] ?? 0)]),
    ),
  };
}
