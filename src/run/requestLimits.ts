/** What one row adds to a request. */
export interface RequestShare {
  /** Objects in all. */
  objects: number;
  /** Upper bound of the bytes it adds to the body. */
  bytes: number;
  /** The same objects by kind, for targets that limit each kind by itself. Absent: all are of the first kind. */
  kinds?: readonly number[];
}

/**
 * What one request may hold. A run has its own, because a target that is told that it sent too many objects lowers
 * them for the rest of the run.
 */
export class RequestLimits {
  /** Objects at most: in all, or of each kind. */
  objects: number;
  perKind: boolean;
  readonly bytes: number;

  constructor(limits: { objects: number; perKind: boolean; bytes: number }) {
    this.objects = limits.objects;
    this.perKind = limits.perKind;
    this.bytes = limits.bytes;
  }
}
