import type { ArrivalSigns } from './exportArrival';
import type { ExpectedCall, ExportCallbacks } from './exportCallbacks';
import type { OpenExport, OpenExports } from './openExports';

/** What all sources of one process share of their exports. */
export interface SharedExports {
  openExports: OpenExports;
  callbacks: ExportCallbacks;
}

/** What is heard of one export while it is waited for and read: Braze's call, and that somebody cancelled it. */
export class ExportWatch implements ArrivalSigns {
  readonly #shared: SharedExports;
  readonly #segment: string;
  readonly #call: ExpectedCall | undefined;
  #open: OpenExport | undefined;

  /**
   * @param segment tells it from those of other workspaces
   * @param token of the call that Braze is asked to make; listened for from now on
   */
  constructor(shared: SharedExports, segment: string, token: string | undefined) {
    this.#shared = shared;
    this.#segment = segment;
    this.#call = token === undefined ? undefined : shared.callbacks.expect(token);
  }

  get called(): AbortSignal | undefined {
    return this.#call?.called;
  }

  /** Braze has accepted the export: from now on it can be cancelled. */
  begun(): this {
    this.#open ??= this.#shared.openExports.open(this.#segment);
    return this;
  }

  /** An export of which Braze has said that it is ready was not cancelled. */
  throwIfCancelled(): void {
    if (!this.called?.aborted) this.#open?.throwIfCancelled();
  }

  close(): void {
    this.#open?.close();
    this.#call?.forget();
  }
}
