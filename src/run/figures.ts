import type { RunSummary } from './runSummary';

/** What the runs of one stretch of time came to. */
export interface Figures {
  runs: number;
  /** Rows whose profile was changed at the target. */
  accepted: number;
  /** Rows that the target, or what is remembered of it, has as they are. */
  unchanged: number;
  /** Rows that were rejected, or sent without an answer. */
  failed: number;
  dataPoints: number;
  /** Data points that were not spent because values were unchanged. */
  dataPointsSaved: number;
  requests: number;
  /** Tries of requests beyond the first. */
  retries: number;
}

/** Adds up runs by the stretch of time in which they began. Dry runs are left out: they sent nothing. */
export class FiguresOverTime {
  readonly buckets: Figures[];
  readonly #edges: readonly number[];

  /** @param edges epoch milliseconds, ascending; a stretch from each to the next */
  constructor(edges: readonly number[]) {
    this.#edges = edges;
    this.buckets = edges.slice(1).map(() => ({ ...nothing }));
  }

  add({ startedAt, dryRun, ledger }: RunSummary): void {
    if (dryRun) return;
    const began = Date.parse(startedAt);
    const bucket = this.buckets[this.#edges.findIndex((edge) => edge > began) - 1];
    if (!bucket) return;
    const { requests = 0, attempts = 0, dataPoints = 0, dataPointsSaved = 0 } = ledger.work;
    bucket.runs++;
    bucket.accepted += ledger.accepted;
    bucket.unchanged += ledger.unchanged;
    bucket.failed += ledger.rejected + ledger.unknown;
    bucket.dataPoints += dataPoints;
    bucket.dataPointsSaved += dataPointsSaved;
    bucket.requests += requests;
    bucket.retries += Math.max(0, attempts - requests);
  }
}

const nothing: Figures = {
  runs: 0,
  accepted: 0,
  unchanged: 0,
  failed: 0,
  dataPoints: 0,
  dataPointsSaved: 0,
  requests: 0,
  retries: 0,
};
