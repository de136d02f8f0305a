import type { SandboxReply } from '../server';
import { callBack } from './exportCallback';
import { type ExportBucket, type ExportOutcome, newObjectPrefix, writeExport } from './exportJob';
import { type ExportRequest, readExportRequest } from './exportRequest';
import type { JsonObject } from './json';
import { accepted, refusal } from './replies';
import type { Population, Segment, SegmentList } from './segments';
import type { ExportSettings, SettingsInForce } from './settings';

const concurrentExports = 100;
const downloadPath = '/downloads/';

export interface SegmentExportParts {
  segments: SegmentList;
  population: Population;
  settings: SettingsInForce;
  /** Without a bucket an export is downloaded from a URL of the sandbox. */
  bucket: ExportBucket | undefined;
  rootPath: string;
  /** Base URL of the sandbox. */
  url(): string;
}

interface RunningExport {
  outcome: ExportOutcome;
  abort: AbortController;
}

/** The exports of the workspace, running and past (contracts: braze 4). */
export class SegmentExports {
  readonly outcomes: ExportOutcome[] = [];
  readonly #parts: SegmentExportParts;
  readonly #running = new Map<string, RunningExport>();
  readonly #unfinished = new Map<RunningExport, Promise<void>>();
  readonly #downloads = new Map<string, Buffer | undefined>();
  readonly #deletions = new Set<NodeJS.Timeout>();

  constructor(parts: SegmentExportParts) {
    this.#parts = parts;
  }

  /**
   * POST /users/export/segment. 400 for a bad request or an unknown segment; 429 while an export of the segment is
   * running, with rate headers that show room; 400 past 100 exports at a time (the status is not documented).
   */
  start(body: JsonObject): SandboxReply {
    const segment = this.#parts.segments.get(body.segment_id);
    if (!segment) return refusal(400, "'segment_id' does not name a segment");
    const request = readExportRequest(body);
    if (typeof request === 'string') return refusal(400, request);
    if (this.#running.has(segment.id)) {
      return refusal(429, 'An export of this segment is already in progress');
    }
    if (this.#running.size >= concurrentExports) {
      return refusal(400, `At most ${concurrentExports} exports can run at a time`);
    }
    const outcome: ExportOutcome = {
      segmentId: segment.id,
      objectPrefix: newObjectPrefix(),
      state: 'running',
      keys: [],
      rows: 0,
      callback: request.callback === undefined ? 'notAsked' : 'pending',
    };
    const running = { outcome, abort: new AbortController() };
    this.outcomes.push(outcome);
    this.#running.set(segment.id, running);
    const url = this.#parts.bucket ? undefined : this.#offerDownload(outcome.objectPrefix);
    const finished = this.#run(running, request, segment, url).finally(() =>
      this.#unfinished.delete(running),
    );
    this.#unfinished.set(running, finished);
    return {
      status: 201,
      body: { message: 'success', object_prefix: outcome.objectPrefix, ...(url !== undefined && { url }) },
    };
  }

  /** POST /export/segment/cancel. What was written stays, nobody is called; cancelling nothing succeeds too. */
  cancel(body: JsonObject): SandboxReply {
    const segment = this.#parts.segments.get(body.segment_id);
    if (!segment) return refusal(400, "'segment_id' does not name a segment");
    const running = this.#running.get(segment.id);
    if (running) this.#abort(running);
    return accepted();
  }

  /** The download of an export without bucket: 403 until it is ready, 404 once it is gone (contracts: braze 4.2). */
  download(path: string): SandboxReply | undefined {
    const prefix = path.startsWith(downloadPath)
      ? path.slice(downloadPath.length, -'.zip'.length)
      : undefined;
    if (prefix === undefined) return undefined;
    if (!this.#downloads.has(prefix)) return { status: 404, body: 'Not Found' };
    const bytes = this.#downloads.get(prefix);
    if (!bytes) return { status: 403, body: 'Forbidden' };
    return { status: 200, headers: { 'content-type': 'application/zip' }, body: bytes };
  }

  /** Stops everything that runs and resolves when it has stopped. */
  async close(): Promise<void> {
    for (const running of this.#unfinished.keys()) this.#abort(running);
    for (const timer of this.#deletions) clearTimeout(timer);
    this.#deletions.clear();
    await Promise.all(this.#unfinished.values());
  }

  reset(): void {
    void this.close();
    this.outcomes.length = 0;
    this.#downloads.clear();
  }

  #offerDownload(prefix: string): string {
    this.#downloads.set(prefix, undefined);
    return `${this.#parts.url()}${downloadPath}${prefix}.zip`;
  }

  #abort(running: RunningExport): void {
    if (running.outcome.state === 'running') running.outcome.state = 'cancelled';
    this.#running.delete(running.outcome.segmentId);
    running.abort.abort();
  }

  async #run(
    running: RunningExport,
    request: ExportRequest,
    segment: Segment,
    url: string | undefined,
  ): Promise<void> {
    const { outcome, abort } = running;
    const settings = this.#parts.settings.value.exports;
    const bucket = this.#parts.bucket ?? this.#downloadBucket(outcome.objectPrefix);
    try {
      const members = this.#parts.population.members(segment);
      const form = url === undefined ? ([request, settings] as const) : asDownload(request, settings);
      await writeExport(outcome, form[0], members, form[1], bucket, this.#parts.rootPath, abort.signal);
    } catch (thrown) {
      // Braze tells of a failure by e-mail only: the outcome is for those who look behind the scenes.
      if (!abort.signal.aborted) {
        outcome.state = 'failed';
        outcome.reason = String((thrown as Error)?.message);
        this.#running.delete(segment.id);
      }
      return;
    }
    if (abort.signal.aborted) return;
    outcome.state = 'done';
    this.#running.delete(segment.id);
    if (settings.deleteAfterMs !== null) this.#deleteLater(outcome.keys, bucket, settings.deleteAfterMs);
    if (request.callback !== undefined) {
      outcome.callback = await callBack(request.callback, url, abort.signal);
    }
  }

  /** Plays the bucket for an export that is downloaded: its single file is the download. */
  #downloadBucket(prefix: string): ExportBucket {
    return {
      put: (_key, bytes) => void this.#downloads.set(prefix, bytes),
      remove: () => void this.#downloads.delete(prefix),
    };
  }

  #deleteLater(keys: readonly string[], bucket: ExportBucket, ms: number): void {
    const timer = setTimeout(() => {
      this.#deletions.delete(timer);
      for (const key of keys) void removeQuietly(bucket, key);
    }, ms);
    this.#deletions.add(timer);
  }
}

/** A file that cannot be deleted is, to Braze, nobody's business. */
async function removeQuietly(bucket: ExportBucket, key: string): Promise<void> {
  try {
    await bucket.remove(key);
  } catch {
    return;
  }
}

/** A download is one zip file, whatever the number of rows. */
function asDownload(
  request: ExportRequest,
  settings: ExportSettings,
): readonly [ExportRequest, ExportSettings] {
  return [
    { ...request, format: 'zip' },
    { ...settings, rowsPerFile: Number.MAX_SAFE_INTEGER, emptySegment: 'emptyFile', dashboardCsv: false },
  ];
}
