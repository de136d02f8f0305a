import { randomBytes } from 'node:crypto';
import type { FaultRules } from '../faults';
import type { SandboxPart } from '../part';
import { type CallCounts, SandboxServer } from '../server';
import type { CompactOptions, CompactReport, CompactUser } from './compactUsers';
import { controlRoutes } from './control';
import type { DataPointReport } from './dataPoints';
import { brazeEndpoints } from './endpoints';
import type { LoggedEvent, LoggedPurchase } from './eventLog';
import type { ExportBucket, ExportOutcome } from './exportJob';
import { passGate } from './gate';
import { RateLimits } from './rateLimit';
import type { PeopleRange } from './seed';
import { allCustomersSegment, type Segment } from './segments';
import type { BrazeSettings, BrazeSettingsPatch } from './settings';
import type { BrazeUserRecord } from './userRecord';
import { Workspace } from './workspace';

export interface BrazeSandboxOptions {
  faults: FaultRules;
  /** Default: any free port. */
  port?: number;
  /** The REST API key that may do everything. Default: random. */
  apiKey?: string;
  settings?: BrazeSettingsPatch;
  /** Default: one segment with everybody, {@link allCustomersSegment}. */
  segments?: readonly Segment[];
  /** Writes one object of an export to the connected bucket. Without it exports answer a download URL. */
  putObject?: ExportBucket['put'];
  /** Deletes one; needed for `deleteAfterMs` only. */
  deleteObject?: ExportBucket['remove'];
  /** Leading path in the bucket, without slashes at its ends. Default: none. */
  rootPath?: string;
  /** Benchmark mode: hashes instead of values. */
  compact?: CompactOptions;
}

/** The sandbox's Braze, running. The control routes do the same over HTTP. */
export interface BrazeSandbox extends SandboxPart {
  /** May do everything; thrown away with the sandbox. */
  apiKey: string;
  /** Resolves once every accepted change is applied. Exports are not waited for. */
  settled(): Promise<void>;
  /** Changes some settings. A wrong one throws a `ZodError` and changes nothing. */
  configure(patch: BrazeSettingsPatch): BrazeSettings;
  /** Creates or updates the users of invented customers, unmetered and at once. */
  seedPeople(range: PeopleRange): void;
  /** Creates or updates these users, unmetered and at once; throws on the first that Braze would refuse. */
  addUsers(records: readonly BrazeUserRecord[]): void;
  defineSegment(segment: Segment): void;
  /** Undefined for nobody. In compact mode the hashes of the user. */
  user(externalId: string): BrazeUserRecord | CompactUser | undefined;
  /** Everybody, by external id; those without one come last. */
  users(): Iterable<BrazeUserRecord | CompactUser>;
  calls(): CallCounts;
  dataPoints(): DataPointReport;
  /** What was applied, in order. Empty in compact mode, which only counts: see `dataPoints`. */
  events(): { events: readonly LoggedEvent[]; purchases: readonly LoggedPurchase[] };
  exports(): readonly ExportOutcome[];
  /** Counts and checksums of compact mode; undefined in the full mode. */
  compact(): CompactReport | undefined;
}

/** Starts the sandbox's Braze on loopback. */
export async function startBrazeSandbox(options: BrazeSandboxOptions): Promise<BrazeSandbox> {
  const apiKey = options.apiKey ?? `sandbox-${randomBytes(16).toString('hex')}`;
  const limits = new RateLimits();
  const workspace = new Workspace({
    settings: options.settings,
    segments: options.segments ?? [allCustomersSegment],
    bucket: options.putObject && {
      put: options.putObject,
      remove: options.deleteObject ?? (() => undefined),
    },
    rootPath: options.rootPath ? `${options.rootPath}/` : '',
    compact: options.compact,
    url: () => server.url,
  });
  const gate = { endpoints: brazeEndpoints(workspace), settings: workspace.settings, limits, apiKey };
  const server = new SandboxServer({
    system: 'braze',
    faults: options.faults,
    ...(options.port !== undefined && { port: options.port }),
    handle: (request) =>
      (request.method === 'GET' ? workspace.exports.download(request.path) : undefined) ??
      passGate(request, gate),
  });
  const url = await server.listen();
  const sandbox: BrazeSandbox = {
    url,
    apiKey,
    control: [],
    settled: () => workspace.queue.settled(),
    configure: (patch) => workspace.settings.change(patch),
    seedPeople: (range) => workspace.seedPeople(range),
    addUsers: (records) => workspace.addUsers(records),
    defineSegment: (segment) => workspace.segments.define(segment),
    user: (externalId) => workspace.user(externalId),
    users: () => workspace.allUsers(),
    calls: () => server.counts,
    dataPoints: () => workspace.dataPoints(),
    events: () => workspace.events,
    exports: () => workspace.exports.outcomes,
    compact: () => workspace.compact?.report(),
    reset: () => {
      workspace.reset();
      limits.reset();
      server.resetCounts();
    },
    close: async () => {
      workspace.queue.clear();
      await workspace.exports.close();
      await server.close();
    },
  };
  sandbox.control = controlRoutes(sandbox);
  return sandbox;
}
