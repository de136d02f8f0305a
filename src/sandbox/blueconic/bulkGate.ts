/** Counts the bulk requests under way, since BlueConic limits how many may run at once (contracts: blueconic 3.3). */
export class BulkGate {
  #running = 0;

  /** Runs the work, or answers with `turnedAway` if `limit` others are under way already; 0 means no limit. */
  async through<T>(limit: number, work: () => Promise<T>, turnedAway: () => Promise<T>): Promise<T> {
    if (limit > 0 && this.#running >= limit) return turnedAway();
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
    }
  }
}
