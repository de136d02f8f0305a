import { formatRef } from './ref';

/** Where a row can end. Every row read or added ends in exactly one of these (rule R5). */
export const outcomes = [
  'unmapped',
  'filtered',
  'unchanged',
  'accepted',
  'rejected',
  'unknown',
  'handedOver',
  'unsent',
] as const;

export type Outcome = (typeof outcomes)[number];

/** What the target said of an accepted row, where it says so. */
export type Acceptance = 'created' | 'updated';

/** Work done for the rows; none of these counts rows. */
export interface WorkCounters {
  /** Requests that carried rows, each counted once however often it was tried. */
  requests: number;
  /** Tries of those requests, the first one included. */
  attempts: number;
  /** Objects (Braze) or entries (BlueConic) in those requests. */
  objects: number;
  /** Braze data points of what was accepted, by contracts: braze 2.10. */
  dataPoints: number;
  /** Data points that tries without an answer may have cost. */
  dataPointsUncertain: number;
  /** Data points that were not spent, because the values were as the target holds them. */
  dataPointsSaved: number;
  /** Attributes that were not sent for that reason. */
  attributesSaved: number;
  /** Profiles of which everything was sent again because it was time to (R10). */
  refreshed: number;
  /** Bytes of request bodies. */
  bytesSent: number;
}

/** The account of a goal run, as shown everywhere: status, history, report, sink output. */
export interface LedgerSnapshot extends Record<Outcome, number> {
  read: number;
  added: number;
  /** Rows read or added that have no outcome yet. */
  undecided: number;
  created: number;
  updated: number;
  /** Accepted rows of users whom the target may not know, in which case nothing of them came true. */
  unconfirmed: number;
  /** `outcome -> reason -> rows`, for every outcome that was given with a reason. */
  reasons: Partial<Record<Outcome, Record<string, number>>>;
  /** Up to ten refs per `outcome: reason`, of `unknown` up to a thousand; references only, never a value. */
  samples: Record<string, string[]>;
  /** Attributes that were left out of rows that went through otherwise, `reason -> attributes`. */
  refusedAttributes: Record<string, number>;
  /** Fields that were made at the target, because it did not have them, in that order. */
  fieldsCreated: string[];
  work: WorkCounters;
  /** `read + added = undecided + all outcomes`. */
  balanced: boolean;
}

/** A ledger as a checkpoint keeps it: only rows with an outcome that lasts. */
export interface LedgerState {
  read: number;
  added: number;
  created: number;
  updated: number;
  /** Absent in ledgers of earlier versions. */
  unconfirmed?: number;
  counts: Partial<Record<Outcome, number>>;
  reasons: LedgerSnapshot['reasons'];
  samples: Record<string, string[]>;
  refusedAttributes: Record<string, number>;
  /** Absent in checkpoints of an earlier release. */
  fieldsCreated?: string[];
  work: WorkCounters;
}

const samplesPerReason = 10;
/** What became of these, nobody can find out but a person who looks at each: the list is for that. */
const unknownSamples = 1_000;
/** More reasons than this are a fault in naming them, and must not grow the account without bound. */
const reasonsPerOutcome = 100;

/** The counts of one goal run. It counts rows; that each row is counted once is the run's duty. */
export class Ledger {
  readonly work: WorkCounters = {
    requests: 0,
    attempts: 0,
    objects: 0,
    dataPoints: 0,
    dataPointsUncertain: 0,
    dataPointsSaved: 0,
    attributesSaved: 0,
    refreshed: 0,
    bytesSent: 0,
  };
  readonly #counts = new Array<number>(outcomes.length).fill(0);
  readonly #reasons = new Map<Outcome, Map<string, number>>();
  readonly #samples = new Map<string, string[]>();
  readonly #refusedAttributes = new Map<string, number>();
  readonly #fieldsCreated = new Set<string>();
  #read = 0;
  #added = 0;
  #created = 0;
  #updated = 0;
  #unconfirmed = 0;

  static restored(state: LedgerState): Ledger {
    const ledger = new Ledger();
    // Counters that a checkpoint of an earlier release does not know stay at zero.
    Object.assign(ledger.work, state.work);
    ledger.#read = state.read;
    ledger.#added = state.added;
    ledger.#created = state.created;
    ledger.#updated = state.updated;
    ledger.#unconfirmed = state.unconfirmed ?? 0;
    for (const [at, outcome] of outcomes.entries()) ledger.#counts[at] = state.counts[outcome] ?? 0;
    for (const [outcome, byReason] of Object.entries(state.reasons)) {
      ledger.#reasons.set(outcome as Outcome, new Map(Object.entries(byReason)));
    }
    for (const [key, refs] of Object.entries(state.samples)) ledger.#samples.set(key, [...refs]);
    for (const [reason, count] of Object.entries(state.refusedAttributes)) {
      ledger.#refusedAttributes.set(reason, count);
    }
    for (const field of state.fieldsCreated ?? []) ledger.#fieldsCreated.add(field);
    return ledger;
  }

  /** The rows that are not decided for good, of those read and of those added, are left out: they will be read again. */
  state(open: { read: number; added: number }): LedgerState {
    const snapshot = this.snapshot(0);
    const { reasons, samples, refusedAttributes, fieldsCreated, work, ...others } = snapshot;
    const { created, updated, unconfirmed, ...counts } = others;
    const kept = outcomes
      .filter((outcome) => outcome !== 'unsent')
      .map((outcome) => [outcome, counts[outcome]]);
    const lasting = { ...reasons };
    delete lasting.unsent;
    return {
      read: this.#read - open.read,
      added: this.#added - open.added,
      created,
      updated,
      unconfirmed,
      counts: Object.fromEntries(kept),
      reasons: lasting,
      samples,
      refusedAttributes,
      fieldsCreated,
      work,
    };
  }

  rowRead(): void {
    this.#read++;
  }

  rowAdded(): void {
    this.#added++;
  }

  count(outcome: Outcome): void {
    this.#counts[outcomes.indexOf(outcome)]!++;
  }

  /** Counts one row with the reason for its outcome; the first few of a reason are kept as samples, by ref. */
  countWithReason(outcome: Outcome, reason: string, run: string, unit: number, row: number): void {
    this.count(outcome);
    const name = this.#bump(outcome, reason, 1);
    const key = `${outcome}: ${name}`;
    const refs = this.#samples.get(key);
    if (!refs) this.#samples.set(key, [formatRef(run, unit, row)]);
    else if (refs.length < (outcome === 'unknown' ? unknownSamples : samplesPerReason))
      refs.push(formatRef(run, unit, row));
  }

  /** Takes one row back out of an outcome, because its true one turned up: undoes `countWithReason`. */
  takeBack(outcome: Outcome, reason: string, run: string, unit: number, row: number): void {
    this.#counts[outcomes.indexOf(outcome)]!--;
    const key = `${outcome}: ${this.#bump(outcome, reason, -1)}`;
    const refs = this.#samples.get(key)?.filter((ref) => ref !== formatRef(run, unit, row));
    if (refs && refs.length > 0) this.#samples.set(key, refs);
    else this.#samples.delete(key);
  }

  accepted(how: Acceptance): void {
    if (how === 'created') this.#created++;
    else this.#updated++;
  }

  /** The row was accepted, but the target may not know its profile. */
  acceptedUnconfirmed(): void {
    this.#unconfirmed++;
  }

  attributeRefused(reason: string): void {
    this.#refusedAttributes.set(reason, (this.#refusedAttributes.get(reason) ?? 0) + 1);
  }

  fieldCreated(field: string): void {
    this.#fieldsCreated.add(field);
  }

  get total(): number {
    return this.#read + this.#added;
  }

  of(outcome: Outcome): number {
    return this.#counts[outcomes.indexOf(outcome)]!;
  }

  get decided(): number {
    let sum = 0;
    for (const count of this.#counts) sum += count;
    return sum;
  }

  snapshot(undecided: number): LedgerSnapshot {
    const counts = Object.fromEntries(outcomes.map((outcome, at) => [outcome, this.#counts[at]!]));
    const reasons: LedgerSnapshot['reasons'] = {};
    for (const [outcome, byReason] of this.#reasons) {
      const left = [...byReason].filter(([, rows]) => rows > 0);
      if (left.length > 0) reasons[outcome] = Object.fromEntries(left);
    }
    return {
      read: this.#read,
      added: this.#added,
      ...(counts as Record<Outcome, number>),
      undecided,
      created: this.#created,
      updated: this.#updated,
      unconfirmed: this.#unconfirmed,
      reasons,
      samples: Object.fromEntries(this.#samples),
      refusedAttributes: Object.fromEntries(this.#refusedAttributes),
      fieldsCreated: [...this.#fieldsCreated],
      work: { ...this.work },
      balanced: this.total === this.decided + undecided,
    };
  }

  #bump(outcome: Outcome, reason: string, by: number): string {
    let byReason = this.#reasons.get(outcome);
    if (!byReason) {
      byReason = new Map();
      this.#reasons.set(outcome, byReason);
    }
    const name = byReason.has(reason) || byReason.size < reasonsPerOutcome ? reason : 'other reasons';
    byReason.set(name, (byReason.get(name) ?? 0) + by);
    return name;
  }
}
