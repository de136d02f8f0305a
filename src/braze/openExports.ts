import { SyncError } from '../errors/syncError';

/** An export that a source waits for or reads. */
export interface OpenExport {
  /** @throws SyncError `EXPORT_CANCELLED` once another source has cancelled the segment's exports. */
  throwIfCancelled(): void;
  close(): void;
}

/**
 * The exports that sources of this process have under way, by segment. Cancelling ends every export of a segment, and
 * nothing in the bucket tells a cancelled one from a whole one: so whoever cancels tells the others here.
 */
export class OpenExports {
  readonly #open = new Map<string, Set<{ cancelled: boolean }>>();

  /** @param segment tells it from those of other workspaces */
  open(segment: string): OpenExport {
    const state = { cancelled: false };
    const all = this.#open.get(segment) ?? new Set();
    this.#open.set(segment, all.add(state));
    return {
      throwIfCancelled: () => {
        if (state.cancelled) throw exportCancelled();
      },
      close: () => {
        all.delete(state);
        if (all.size === 0 && this.#open.get(segment) === all) this.#open.delete(segment);
      },
    };
  }

  /** Every export of the segment that was open is cancelled now. */
  cancelled(segment: string): void {
    for (const state of this.#open.get(segment) ?? []) state.cancelled = true;
  }
}

function exportCancelled(): SyncError {
  return new SyncError({
    code: 'EXPORT_CANCELLED',
    message: 'Another source cancelled the exports of this segment, so this one is not whole.',
    advice: 'Let the two run one after the other, or have the other wait for the end of a running export.',
  });
}
