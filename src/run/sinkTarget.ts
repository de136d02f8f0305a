import type { AttributeTypes } from '../delta/attributeTypes';
import type { ChangeRules } from '../delta/changeDetector';
import type { SyncError } from '../errors/syncError';
import type { ProfileUpdate } from '../mapping/profileUpdate';
import type { Acceptance, Outcome, WorkCounters } from './ledger';
import type { RunNotice } from './notices';
import type { RequestLimits, RequestShare } from './requestLimits';

/** An attribute that cannot go to the target, though the rest of its row can. */
export interface RefusedAttribute {
  field: string;
  /** The names below the field, where only what stands there is meant. */
  path?: readonly string[];
  /** A short code or phrase; never a value. */
  reason: string;
}

/** One update in the target's own form, ready to be packed into a request (contracts: braze 2.2, blueconic 3.4). */
export interface Prepared<Item> extends RequestShare {
  item: Item;
  /** False: sending it twice would count twice, so an unknown outcome stays unknown (R13). */
  repeatable: boolean;
  refused: readonly RefusedAttribute[];
  /** Braze data points it costs once accepted (contracts: braze 2.10); absent where nothing is charged. */
  dataPoints?: number;
  /** What of the update must go in a request of its own, once this one was taken. */
  followUp?: FollowUp;
}

export interface FollowUp {
  update: ProfileUpdate;
  /** It changes what the first request sets, so that it must not be applied before it (R11). */
  inOrder: boolean;
}

/** What the target's answer means for one item. */
export interface Verdict {
  outcome: Outcome;
  reason?: string;
  how?: Acceptance;
  /** The cause may pass, or the row may have been applied and can be sent again: read its unit again next time. */
  repeatable?: boolean;
  /** Of an accepted item: the target may not know the profile, and then nothing of it comes true (R10). */
  unconfirmed?: boolean;
  /** The target has no such profile. */
  absent?: boolean;
  /** What the target did not take of an accepted item (R5). */
  refused?: readonly RefusedAttribute[];
  /** Of a rejected item: every one of its attributes was refused by itself, and nothing else is wrong with it. */
  onlyAttributes?: boolean;
}

/** What a target needs to know of the run it works for. */
export interface SendContext {
  /** Aborted when the run is stopped: waits between tries end at once, requests in flight may finish. */
  stopped: AbortSignal;
  /** Aborted when nobody waits for answers any more. */
  abandoned: AbortSignal;
  work: WorkCounters;
  /** What one request may hold in this run; a target lowers it when it is told that it sent too much. */
  limits: RequestLimits;
  /** A request may have been carried out and is to go out once more. False: it must not, for what it would cost. */
  mayRepeat?(): boolean;
  /** Says that sending pauses, for the status line: a `PaceReason`, or what went wrong; 0 ends the pause. */
  pausing(ms: number, why: string): void;
  notice(notice: RunNotice): void;
  /** Ends the run: a setting is wrong. For where some of the items have their verdict already. */
  fail(error: SyncError): void;
  /** Says that a field had to be made at the target before it could be written. */
  fieldCreated(field: string): void;
}

/** An outside system that takes profile updates in requests of several objects. */
export interface SinkTarget<Item> {
  /** Which system and workspace this is, for what is remembered of its profiles. */
  readonly name: string;
  /** How single attributes are compared with what the target took before; absent where the target does that itself. */
  readonly changeRules?: ChangeRules;
  /** Objects in one request at most: in all, or of each kind where `limitPerKind` says so. */
  readonly objectsPerRequest: number;
  readonly limitPerKind?: boolean;
  /** Bytes in one request's body at most. */
  readonly bytesPerRequest: number;
  /** Requests that may be in flight or wait for their turn now; may change from answer to answer. */
  readonly requestsInFlight: number;
  /**
   * A row that cannot be sent at all is `rejected` with its reason; one with nothing left to send too.
   *
   * @param types What is known of the types that attributes have; without it none is taken to drift.
   */
  prepare(
    update: ProfileUpdate,
    types?: AttributeTypes,
  ): Prepared<Item> | { rejected: string; refused: readonly RefusedAttribute[] };
  /** What the item costs by attribute (event, product); for prices only, so it need not be fast. */
  pricesOf?(item: Item): Iterable<[name: string, points: number]>;
  /**
   * Sends the items, retries included, in one request or in several, and gives a verdict per item, in order. Throws a
   * SyncError only where a setting is wrong: the run then ends, and its `maybeApplied` says whether these items are
   * unsent or unknown.
   */
  send(items: readonly Item[], repeatable: boolean, context: SendContext): Promise<Verdict[]>;
}
