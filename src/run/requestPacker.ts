import type { RequestLimits, RequestShare } from './requestLimits';

/**
 * Packs rows into requests that stay under the limits for objects and bytes, as they are when a row comes. Rows keep
 * their order, within a request and from one request to the next.
 */
export class RequestPacker<Row> {
  readonly #limits: RequestLimits;
  #full: Row[][] = [];
  #open: Row[] = [];
  /** Objects in the open request: in all, or by kind where each kind has the limit to itself. */
  #objects: number[] = [];
  #bytes = 0;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** False: the row alone is larger than a request may be, and was not taken. */
  add(row: Row, share: RequestShare): boolean {
    const { bytes: byteLimit } = this.#limits;
    if (share.bytes > byteLimit || !this.#hasRoom(share, [])) return false;
    if (this.#bytes + share.bytes > byteLimit || !this.#hasRoom(share, this.#objects)) this.#closeOpen();
    this.#open.push(row);
    this.#count(share);
    this.#bytes += share.bytes;
    if (this.#isFull()) this.#closeOpen();
    return true;
  }

  get isEmpty(): boolean {
    return this.#full.length === 0 && this.#open.length === 0;
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

  /** A request that could not go after all: it is the next one again. */
  putBack(rows: Row[]): void {
    this.#full.unshift(rows);
  }

  /** Everything that waits; for rows that will not be sent any more. */
  takeAll(): Row[] {
    this.#closeOpen();
    const rows = this.#full.flat();
    this.#full = [];
    return rows;
  }

  #hasRoom({ objects, kinds }: RequestShare, taken: readonly number[]): boolean {
    const limit = this.#limits.objects;
    if (!this.#limits.perKind || !kinds) return (taken[0] ?? 0) + objects <= limit;
    for (let kind = 0; kind < kinds.length; kind++) {
      if ((taken[kind] ?? 0) + kinds[kind]! > limit) return false;
    }
    return true;
  }

  #count({ objects, kinds }: RequestShare): void {
    if (!this.#limits.perKind || !kinds) {
      this.#objects[0] = (this.#objects[0] ?? 0) + objects;
      return;
    }
    for (let kind = 0; kind < kinds.length; kind++) {
      this.#objects[kind] = (this.#objects[kind] ?? 0) + kinds[kind]!;
    }
  }

  /** With one kind used up the request is full, though one with none of that kind would still fit. */
  #isFull(): boolean {
    for (const objects of this.#objects) if (objects >= this.#limits.objects) return true;
    return false;
  }

  #closeOpen(): void {
    if (this.#open.length > 0) this.#full.push(this.#open);
    this.#open = [];
    this.#objects = [];
    this.#bytes = 0;
  }
}
