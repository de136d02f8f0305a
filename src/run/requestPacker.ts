/**
 * Packs rows into requests that stay under two limits: objects and bytes. Rows keep their order, within a request and
 * from one request to the next.
 */
export class RequestPacker<Row> {
  readonly #objectLimit: number;
  readonly #byteLimit: number;
  #full: Row[][] = [];
  #open: Row[] = [];
  #objects = 0;
  #bytes = 0;

  constructor(objectLimit: number, byteLimit: number) {
    this.#objectLimit = objectLimit;
    this.#byteLimit = byteLimit;
  }

  /** False: the row alone is larger than a request may be, and was not taken. */
  add(row: Row, objects: number, bytes: number): boolean {
    if (objects > this.#objectLimit || bytes > this.#byteLimit) return false;
    if (this.#objects + objects > this.#objectLimit || this.#bytes + bytes > this.#byteLimit)
      this.#closeOpen();
    this.#open.push(row);
    this.#objects += objects;
    this.#bytes += bytes;
    if (this.#objects === this.#objectLimit) this.#closeOpen();
    return true;
  }

  /** The oldest request that nothing more fits into. */
  takeFull(): Row[] | undefined {
    return this.#full.shift();
  }

  /** The part-filled request, if there is one and no full one waits before it. */
  takeRest(): Row[] | undefined {
    if (this.#full.length > 0 || this.#open.length === 0) return undefined;
    this.#closeOpen();
    return this.#full.shift();
  }

  /** Everything that waits; for rows that will not be sent any more. */
  takeAll(): Row[] {
    this.#closeOpen();
    const rows = this.#full.flat();
    this.#full = [];
    return rows;
  }

  #closeOpen(): void {
    if (this.#open.length > 0) this.#full.push(this.#open);
    this.#open = [];
    this.#objects = 0;
    this.#bytes = 0;
  }
}
