import { setTimeout as sleep } from 'node:timers/promises';
import { SyncError } from '../errors/syncError';
import type { SourceContext } from '../run/source';
import type { BrazeClient } from './brazeClient';
import type { ArrivalTimes } from './exportArrival';
import { ExportCallbacks } from './exportCallbacks';
import { type ExportFolder, stateOf } from './exportFolder';
import { type ExportMemory, exportScope, type RememberedExport } from './exportMemory';
import { ExportWatch, type SharedExports } from './exportWatch';
import type { SegmentExportRequest } from './segmentExport';

/**
 * What to do while Braze exports the segment for somebody else (contracts: braze 4.5): wait for its end, cancel it, or
 * fail. Cancelling ends every running export of the segment, whoever asked for it.
 */
export type WhenRunning = 'wait' | 'cancel' | 'fail';

export interface ExportOrder {
  request: Omit<SegmentExportRequest, 'callbackUrl'>;
  /** Where Braze is to call when the files are ready; the path gets a last part that nobody can guess. */
  callbackUrl: string | undefined;
  whenRunning: WhenRunning;
  times: ArrivalTimes;
}

export interface ExportUnderWay {
  asked: RememberedExport;
  watch: ExportWatch;
}

/** Gets an export of a segment under way: asks for a new one, or joins the goal's own one that is running still. */
export class ExportStart {
  readonly #client: BrazeClient;
  readonly #folder: ExportFolder;
  readonly #shared: SharedExports;
  readonly #memory: ExportMemory | undefined;
  readonly #order: ExportOrder;
  readonly #scope: string;

  constructor(
    client: BrazeClient,
    folder: ExportFolder,
    means: SharedExports & { memory?: ExportMemory },
    order: ExportOrder,
  ) {
    this.#client = client;
    this.#folder = folder;
    this.#shared = means;
    this.#memory = means.memory;
    this.#order = order;
    const { segmentId, fields, customAttributes = [] } = order.request;
    this.#scope = exportScope([client.endpoint, segmentId, [...fields].sort(), [...customAttributes].sort()]);
  }

  /**
   * A second export of a segment is refused while one is running. Ours of an earlier run is joined; another's is waited
   * for, cancelled, or an error.
   *
   * @param mayBeOurs an export of ours may be running whose prefix was lost: its end is waited for even where another's
   * would be a failure
   */
  async start(context: SourceContext, mayBeOurs: boolean): Promise<ExportUnderWay> {
    const { whenRunning, times } = this.#order;
    let ours = await this.#memory?.load(this.#scope);
    let mayCancel = whenRunning === 'cancel';
    for (const began = Date.now(); ; ) {
      try {
        return await this.#ask(context.signal);
      } catch (thrown) {
        const running = thrown instanceof SyncError && thrown.code === 'BRAZE_EXPORT_RUNNING';
        if (!running || Date.now() - began > times.giveUpMs) throw thrown;
        context.phase('queued', `${Math.round((Date.now() - began) / 1000)} s`);
        if (ours) {
          const joined = await this.#join(ours, context.signal);
          if (joined) return joined;
          ours = undefined;
          continue;
        }
        if (whenRunning === 'fail' && !mayBeOurs) throw thrown;
        if (mayCancel) {
          // Once: what runs after that was asked for later, and two who cancel each other would never end.
          mayCancel = false;
          await this.#cancel(context.signal);
        }
        await sleep(times.pollMs, undefined, { signal: context.signal });
      }
    }
  }

  /** Goes on listening for an export that an earlier life of the run had asked for. */
  resumed(asked: RememberedExport): ExportUnderWay {
    return { asked, watch: this.#watch(asked.token).begun() };
  }

  async #ask(signal: AbortSignal): Promise<ExportUnderWay> {
    const { request, callbackUrl } = this.#order;
    const token = callbackUrl === undefined ? undefined : ExportCallbacks.newToken();
    const askedAt = Date.now();
    // Listened for before it is asked for: a small segment is ready at once.
    const watch = this.#watch(token);
    try {
      const call = token === undefined ? {} : { callbackUrl: `${callbackUrl}/${token}` };
      const { objectPrefix } = await this.#client.startSegmentExport({ ...request, ...call }, signal);
      watch.begun();
      const asked = { objectPrefix, askedAt, ...(token !== undefined && { token }) };
      await this.#memory?.keep(this.#scope, asked);
      return { asked, watch };
    } catch (thrown) {
      watch.close();
      throw thrown;
    }
  }

  /**
   * Our own export of an earlier run, if a file is added to it while we look: only that shows that it is the one which
   * runs. One that stands still has ended, and whether it ever became whole nobody can tell any more.
   */
  async #join(asked: RememberedExport, signal: AbortSignal): Promise<ExportUnderWay | undefined> {
    const { pollMs, quietMs } = this.#order.times;
    const before = stateOf(await this.#folder.filesOf(asked.objectPrefix, signal));
    for (const began = Date.now(); Date.now() - began < quietMs; ) {
      await sleep(pollMs, undefined, { signal });
      const now = stateOf(await this.#folder.filesOf(asked.objectPrefix, signal));
      if (now !== before) return this.resumed(asked);
    }
    return undefined;
  }

  async #cancel(signal: AbortSignal): Promise<void> {
    await this.#client.cancelSegmentExport(this.#order.request.segmentId, signal);
    this.#shared.openExports.cancelled(this.#segment);
  }

  #watch(token: string | undefined): ExportWatch {
    return new ExportWatch(this.#shared, this.#segment, token);
  }

  get #segment(): string {
    return `${this.#client.endpoint} ${this.#order.request.segmentId}`;
  }
}
