import type { Pending } from '../delta/changeDetection';
import type { HeldValues } from '../delta/heldValues';
import type { ResolvedRow, SumIntent } from '../delta/sums';
import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';
import type { Claim } from './registry';
import type { MessageInFlight } from './sinkEvents';
import type { Prepared, RefusedAttribute, Verdict } from './sinkTarget';

/** A row that this sink holds. */
export interface TakenRow {
  claim: Claim;
  /** As it came; for a person to repair, if it is rejected. */
  update: ProfileUpdate;
  message: MessageInFlight;
  /** Attributes that were left out; counted with the row's outcome. */
  refused?: readonly RefusedAttribute[];
  /** The target holds other attributes of the row already: they are not sent, and count nevertheless. */
  partlyHeld?: boolean;
  /** Sums to send once the rest of the row was taken by the target. */
  following?: PendingSums;
  /** Sums that this request carries, and what became of the rest of the row before. */
  sums?: { intent: SumIntent; rest?: Verdict };
  /** Of a row that goes in two requests: what the first came to, and the changes that the second carries. */
  second?: { first: Verdict; changes: readonly FieldChange[] };
  /** Later rows of the same profile that waited with this one: it is sent for all of them, and its outcome is theirs. */
  merged?: readonly TakenRow[];
  /** What to remember once the target has taken it. */
  pending?: Pending;
  /** Whether anything is remembered of the profile; told where it counts. */
  known?: boolean;
}

/** A row whose attributes are to be compared with what the target took before. */
export interface ComparedRow {
  row: TakenRow;
  /** What may be sent twice of it. */
  update: ProfileUpdate;
  sentBefore: boolean;
}

/** A record of the target's own, and what it says. */
export interface HeldRecord {
  row: TakenRow;
  held: HeldValues;
}

/** A row in the target's form, on its way into a request. */
export interface HeldRow<Item> extends TakenRow {
  prepared: Prepared<Item>;
  /** Attributes whose type this row's values are the first to decide. */
  claims?: readonly string[];
}

/** What is sent once the rest of a row was taken. */
type PendingSums = NonNullable<ResolvedRow['sums']>;

/** A request that left, or is about to. */
export interface RequestInFlight<Item> {
  rows: HeldRow<Item>[];
  repeatable: boolean;
  /** Data points that are kept for all its tries. */
  reserved: number;
}

/** What the rows of a request cost once they are accepted. */
export function priceOf(rows: readonly HeldRow<unknown>[]): number {
  let points = 0;
  for (const { prepared } of rows) points += prepared.dataPoints ?? 0;
  return points;
}
