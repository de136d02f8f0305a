import { isAtMostOnce, type ResolvedRow, type SumIntent, type SumRow, type Sums } from '../delta/sums';
import { asSyncError } from '../errors/syncError';
import type { ProfileUpdate } from '../mapping/profileUpdate';
import type { GoalRun } from './goalRun';
import type { ComparedRow, TakenRow } from './laneRows';
import { dryRunReason, sentBeforeReason, settledBeforeReason } from './rowReasons';
import type { Verdict } from './sinkTarget';

/** Where rows go on from here. */
export interface AfterSums {
  /** Sums that travel alone are compared like anything else: they may wait for their profile. */
  readonly comparesSums: boolean;
  decide(row: TakenRow, verdict: Verdict): void;
  pack(row: TakenRow, update: ProfileUpdate): void;
}

/** What must not be sent twice of a lane's rows, from the look into the store to the answer (R12, R13). */
export class LaneSums {
  readonly #sums: Sums | undefined;
  readonly #run: GoalRun;
  readonly #lane: AfterSums;

  /** @param sums undefined for runs that keep no account of sums: then every row is one whole. */
  constructor(sums: Sums | undefined, run: GoalRun, lane: AfterSums) {
    this.#sums = sums;
    this.#run = run;
    this.#lane = lane;
  }

  /** The update has sums, and there is an account to look into. */
  mustLook(update: ProfileUpdate): boolean {
    return this.#sums !== undefined && isAtMostOnce(update);
  }

  /** Turns totals into amounts, and parts each row: first everything that may be sent twice, then its sums. */
  async part(rows: readonly TakenRow[]): Promise<ComparedRow[]> {
    const parted: ComparedRow[] = [];
    const withSums = this.#sums ? rows.filter(({ update }) => isAtMostOnce(update)) : [];
    const resolved =
      withSums.length > 0 ? await this.#sums!.resolve(withSums.map((row) => this.#place(row))) : [];
    const resolvedOf = new Map(withSums.map((row, at) => [row, resolved[at]!]));
    for (const row of rows) {
      const sentBefore = this.#run.wasCutOff(row.claim.unit);
      const known = withSums.length > 0 ? resolvedOf.get(row) : undefined;
      const left = known ? this.#afterwards(row, known) : { row, update: row.update };
      if (left) parted.push({ row: left.row, update: left.update, sentBefore });
    }
    return parted;
  }

  intend(intents: readonly SumIntent[]): Promise<void> {
    return this.#sums!.intend(intents);
  }

  /** The target says that it did nothing for some of these rows: their sums are as if they had not been sent. */
  async takeBack(rows: readonly TakenRow[], verdicts: readonly Verdict[]): Promise<void> {
    const undone = rows.flatMap(({ sums }, at) => {
      const outcome = verdicts[at]?.outcome ?? 'unknown';
      return sums && outcome !== 'accepted' && outcome !== 'unknown' ? [sums.intent] : [];
    });
    if (undone.length === 0) return;
    try {
      await this.#sums!.takeBack(undone);
    } catch (thrown) {
      this.#run.fail(asSyncError(thrown, 'taking back what was not applied'));
    }
  }

  /** The outcome of what was sent becomes durable along with the row's. */
  settle({ sums }: TakenRow, { outcome }: Verdict): void {
    if (sums && (outcome === 'accepted' || outcome === 'unknown'))
      this.#run.keep(this.#sums!.settle(sums.intent, outcome));
  }

  /** The row will not be sent after all; nothing of these sums has left. */
  drop(intent: SumIntent | undefined): void {
    if (intent) this.#sums!.drop(intent);
  }

  /** Where the row stands, in every run that reads it. */
  #place({ claim: { unit, row }, update }: TakenRow): SumRow {
    const readBefore = this.#run.wasReadBefore(unit);
    return { unit: this.#run.lastingName(unit), row, update, ...(readBefore && { readBefore }) };
  }

  /** What is left to send of the row before its sums; undefined where it is decided, or on its way, already. */
  #afterwards(
    row: TakenRow,
    { plain, sums, sentBefore }: ResolvedRow,
  ): { row: TakenRow; update: ProfileUpdate } | undefined {
    if (this.#run.stopping) this.#lane.decide(row, { outcome: 'unsent' });
    else if (sentBefore && this.#run.dryRun)
      this.#lane.decide(row, { outcome: 'unsent', reason: dryRunReason });
    else if (sentBefore === 'settled' && !plain)
      this.#lane.decide(row, { outcome: 'unchanged', reason: settledBeforeReason });
    else if (sentBefore === 'unknown') {
      this.#run.keep([this.#sums!.toldUnknown(this.#place(row))]);
      this.#lane.decide(row, { outcome: 'unknown', reason: sentBeforeReason });
    } else if (plain) return { row: sums ? { ...row, following: sums } : row, update: plain };
    else if (sums && this.#lane.comparesSums)
      return { row: { ...row, sums: { intent: sums.intent } }, update: sums.update };
    else if (sums) this.#lane.pack({ ...row, sums: { intent: sums.intent } }, sums.update);
    else this.#lane.decide(row, { outcome: 'unchanged', reason: 'the sums are as they were' });
    return undefined;
  }
}
