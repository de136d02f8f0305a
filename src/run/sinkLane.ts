import { setMaxListeners } from 'node:events';
import { ChangeDetection, type Looked } from '../delta/changeDetection';
import { targetUnknown } from '../delta/changeDetector';
import { mergeUpdates } from '../delta/mergeUpdates';
import type { ProfilePrints } from '../delta/profilePrints';
import type { SendingPermit } from '../delta/sendingPermit';
import type { SumIntent } from '../delta/sums';
import { asSyncError, type SyncError } from '../errors/syncError';
import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';
import { CostControl } from './costControl';
import { type GoalRun, noAnswerReason } from './goalRun';
import { followUpOf, LaneFollowUps } from './laneFollowUps';
import { LaneOutputs } from './laneOutputs';
import {
  type ComparedRow,
  type HeldRecord,
  type HeldRow,
  priceOf,
  type RequestInFlight,
  type TakenRow,
} from './laneRows';
import { defaultQuietMs, defaultSettleMs, type LaneSettings } from './laneSettings';
import { LaneSums } from './laneSums';
import { asUnchanged, fateOf, ofRow, wasMissing } from './laneVerdicts';
import type { Claim } from './registry';
import { RequestLimits } from './requestLimits';
import { RequestPacker } from './requestPacker';
import { ceilingReason, dryRunReason, heldReason, newerReason, partlySentReason } from './rowReasons';
import { finishOne, type MessageInFlight, type SinkEvents } from './sinkEvents';
import type { Prepared, SinkTarget, Verdict } from './sinkTarget';

/** Rows looked up in the store together: more would hold the event loop for too long when they are compared. */
const lookedUpTogether = 300;

/**
 * One run's way through a sink: rows wait here until a request is full, or until waiting longer could help nobody.
 * Rows that must not be sent twice travel in requests of their own (R13).
 */
export class SinkLane<Item> {
  readonly run: GoalRun;
  /** Resolves when the run has ended and its summary is known. */
  readonly finished: Promise<void>;
  readonly #target: SinkTarget<Item>;
  readonly #events: SinkEvents;
  readonly #quietMs: number;
  readonly #settleMs: number;
  readonly #limits: RequestLimits;
  readonly #plain: RequestPacker<HeldRow<Item>>;
  readonly #once: RequestPacker<HeldRow<Item>>;
  readonly #abandoned = new AbortController();
  readonly #quietTimer: NodeJS.Timeout;
  readonly #inFlight = new Set<RequestInFlight<Item>>();
  readonly #sums: LaneSums;
  readonly #followUps: LaneFollowUps;
  readonly #detection: ChangeDetection<ComparedRow> | undefined;
  readonly #compares: boolean;
  readonly #costs: CostControl<Item>;
  readonly #outputs: LaneOutputs;
  /** Rows that wait for a look into the store. */
  #unresolved: TakenRow[] = [];
  /** Rows that tell what the target holds. */
  #held: HeldRecord[] = [];
  #resolving = false;
  /** Rows of profiles that opened and are being looked up. */
  #reopening = 0;
  #lastArrival = Date.now();

  /** @param quietMs A part-filled request may go when nothing has arrived for this long (rule R3). */
  constructor(run: GoalRun, target: SinkTarget<Item>, events: SinkEvents, settings: LaneSettings) {
    this.run = run;
    this.#settleMs = settings.settleMs ?? defaultSettleMs;
    this.#sums = new LaneSums(run.sumsFor(target.name, settings.firstTotal ?? 'remember'), run, {
      comparesSums: target.changeRules?.findsByMatch === true && run.detection !== undefined,
      decide: (row, verdict) => this.#decide(row, verdict),
      pack: (row, update) => this.#pack(row, update),
    });
    this.#followUps = new LaneFollowUps({
      settleMs: this.#settleMs,
      leaveUnsent: (row) => this.#leaveUnsent(row),
      pack: (row, update) => this.#pack(row, update),
      packedLater: () => this.sendWhatIsFull(),
    });
    this.#compares = settings.changeDetection !== 'off';
    this.#detection = this.#makeDetection(target, settings);
    this.#target = target;
    this.#events = events;
    this.#outputs = new LaneOutputs(run, events);
    this.#quietMs = settings.quietMs ?? defaultQuietMs;
    this.#limits = new RequestLimits({
      objects: target.objectsPerRequest,
      perKind: target.limitPerKind ?? false,
      bytes: target.bytesPerRequest,
    });
    this.#plain = new RequestPacker(this.#limits);
    this.#once = new RequestPacker(this.#limits);
    // Every request in flight listens; Node would take more than ten for a leak.
    setMaxListeners(0, this.#abandoned.signal);
    this.#widenWindow();
    this.#costs = new CostControl({
      run,
      target,
      limits: this.#limits,
      ceilings: settings.ceilings,
      permit: this.#permit(settings),
      opened: () => this.sendWhatIsFull(),
    });
    this.#quietTimer = setInterval(() => this.sendWhatIsFull(), this.#quietMs / 4);
    this.#quietTimer.unref();
    this.finished = new Promise((resolve) => {
      run.listen({
        sourceEnded: () => this.sendWhatIsFull(),
        windowFull: () => this.sendWhatIsFull(),
        stopping: () => this.#dropWaiting(),
        givingUp: () => this.#abandon(),
        finished: (summary) => {
          clearInterval(this.#quietTimer);
          this.#detection?.close();
          events.finished(summary, run, this.#outputs.takeLast());
          resolve();
        },
      });
    });
  }

  take(claim: Claim, update: ProfileUpdate, message: MessageInFlight): void {
    this.#lastArrival = Date.now();
    const row = { claim, update, message };
    // What sums come to, and what has changed, needs a look into the store; other rows need not wait for that.
    if (this.#detection || this.#sums.mustLook(update)) this.#unresolved.push(row);
    else this.#pack(row, update);
  }

  /** Takes a record that came from the target itself, if this is one. */
  takeHeld(claim: Claim, record: unknown, message: MessageInFlight): boolean {
    const held =
      this.#detection && this.run.goal.direction === 'import'
        ? this.#target.changeRules?.held?.(record, this.run.asked)
        : undefined;
    if (!held) return false;
    this.#lastArrival = Date.now();
    this.#held.push({ row: { claim, update: record as ProfileUpdate, message }, held });
    return true;
  }

  reject(claim: Claim, update: unknown, reason: string, message: MessageInFlight): void {
    this.#decide({ claim, update: update as ProfileUpdate, message }, { outcome: 'rejected', reason });
  }

  /** Sends every full request there is room for, and a part-filled one where rule R3 allows it. */
  sendWhatIsFull(): void {
    this.#widenWindow();
    if (!this.#resolving && this.#unresolved.length + this.#held.length > 0) void this.#resolve();
    for (const packer of [this.#once, this.#plain]) {
      while (this.#inFlight.size < this.#target.requestsInFlight) {
        const rows = packer.takeFull() ?? (this.#mayGoPartFilled() ? packer.takeRest() : undefined);
        if (!rows) break;
        const reserved = priceOf(rows);
        const answer = this.#costs.reserve(reserved);
        if (answer === 'go') {
          void this.#send({ rows, repeatable: packer === this.#plain, reserved });
          continue;
        }
        packer.putBack(rows);
        if (answer === 'never') this.#priceWaiting();
        break;
      }
    }
  }

  /** A ceiling was reached: what was packed is not sent any more. */
  #priceWaiting(): void {
    for (const packer of [this.#once, this.#plain]) {
      for (const row of packer.takeAll()) this.#price(row, row.prepared);
    }
  }

  /** The window follows the width that the target has found. */
  #widenWindow(): void {
    this.run.raiseWindow(2 * this.#target.requestsInFlight * this.#target.objectsPerRequest);
  }

  /**
   * Rule R3. With everything arrived nothing can fill the request any more. With the window full, or after a quiet
   * second, it may still fill, but only a request that is in flight can make room: with none, waiting is a deadlock.
   */
  #mayGoPartFilled(): boolean {
    // What is being looked up is about to come, or to be decided.
    if (this.#unresolved.length > 0 || this.#resolving || this.#reopening > 0) return false;
    if (this.run.ended && this.run.away === 0) return true;
    if (this.#inFlight.size > 0) return false;
    return this.run.windowIsFull || Date.now() - this.#lastArrival >= this.#quietMs;
  }

  #pack(taken: TakenRow, update: ProfileUpdate): void {
    const prepared = this.#prepared(update);
    const row =
      prepared.refused.length > 0
        ? { ...taken, refused: [...(taken.refused ?? []), ...prepared.refused] }
        : taken;
    if ('rejected' in prepared) {
      this.#notSent(row, prepared.rejected, prepared.refused.length > 0);
      return;
    }
    if (this.#costs.pricesOnly) {
      this.#price(row, prepared);
      return;
    }
    // The row is the lane's own: a copy of each would be among the larger things to collect.
    const held = row as HeldRow<Item>;
    held.prepared = prepared;
    const claims = this.#detection?.types?.takeClaims();
    if (claims) held.claims = claims;
    const fits = (prepared.repeatable ? this.#plain : this.#once).add(held, prepared);
    if (!fits) this.#notSent(row, 'larger than one request may be');
  }

  /** The row is priced instead of sent, and so is what would have followed it. */
  #price(row: TakenRow, prepared: Prepared<Item>): void {
    const { following, sums, known } = row;
    const parts = [prepared];
    for (const update of [prepared.followUp?.update, following?.update]) {
      const more = update && this.#prepared(update);
      if (more && !('rejected' in more)) parts.push(more);
    }
    this.#costs.price({ allowCreate: row.update.allowCreate, ...(known !== undefined && { known }) }, parts);
    this.#letGo(row);
    if (this.run.dryRun) {
      this.#decide(row, { outcome: 'unsent', reason: dryRunReason });
      return;
    }
    for (const intent of [following?.intent, sums?.intent]) this.#sums.drop(intent);
    this.#decide(row, { outcome: 'unsent', reason: ceilingReason });
  }

  #notSent(row: TakenRow, reason: string, onlyAttributes = false): void {
    this.#sums.drop(row.sums?.intent);
    const verdict: Verdict = { outcome: 'rejected', reason, onlyAttributes };
    this.#remember([row], [verdict]);
    this.#conclude(row, ofRow(row, verdict));
  }

  /** Nothing of the row, or no more of it, will be sent. */
  #letGo(row: TakenRow): void {
    this.#remember([row], [{ outcome: 'unsent' }]);
  }

  #leaveUnsent(row: TakenRow): void {
    this.#letGo(row);
    this.#decide(row, { outcome: 'unsent' });
  }

  /** Looks into the store: what sums come to, and what differs from what the target took before. */
  async #resolve(): Promise<void> {
    const rows = this.#unresolved.splice(0, lookedUpTogether);
    const held = this.#held.splice(0, lookedUpTogether);
    this.#resolving = true;
    let looking = [...rows, ...held.map(({ row }) => row)];
    try {
      if (held.length > 0) await this.#rememberHeld(held);
      looking = rows;
      const plain = await this.#sums.part(rows);
      looking = plain.map(({ row }) => row);
      if (this.#detection) await this.#compare(plain);
      else for (const { row, update } of plain) this.#pack(row, update);
    } catch (thrown) {
      for (const row of looking) this.#decide(row, { outcome: 'unsent' });
      this.run.fail(asSyncError(thrown, 'looking up what was sent before'));
    }
    this.#resolving = false;
    this.sendWhatIsFull();
  }

  async #rememberHeld(held: readonly HeldRecord[]): Promise<void> {
    if (this.run.dryRun || this.run.stopping) {
      const verdict: Verdict = { outcome: 'unsent', ...(this.run.dryRun && { reason: dryRunReason }) };
      for (const { row } of held) this.#decide(row, verdict);
      return;
    }
    const remembered = await this.#detection!.remember(
      held.map((record) => record.held),
      this.run.readAsOf,
    );
    for (const [at, { row }] of held.entries()) {
      this.#decide(row, { outcome: 'unchanged', reason: remembered[at] ? heldReason : newerReason });
    }
  }

  #makeDetection(
    { name, changeRules: rules }: SinkTarget<Item>,
    { refresh }: LaneSettings,
  ): ChangeDetection<ComparedRow> | undefined {
    const { run } = this;
    if (!rules || !run.detection) return undefined;
    return new ChangeDetection<ComparedRow>(
      {
        ...run.detection,
        target: { name, rules },
        settings: { settleMs: this.#settleMs, ...(refresh && { refresh }) },
        dryRun: run.dryRun,
        keep: (writes, durable) => run.keep(writes, durable),
      },
      (rows, known) => void this.#reopened(rows, known),
    );
  }

  #permit({ ceilings, sendEverything }: LaneSettings): (() => Promise<SendingPermit>) | undefined {
    const detection = this.#detection;
    if (!detection) return undefined;
    const { id: runId, goal } = this.run;
    const emptyStoreLimit = ceilings?.emptyStoreDataPoints;
    return () => detection.permit({ goalId: goal.id, runId, emptyStoreLimit, tick: sendEverything });
  }

  async #compare(rows: readonly ComparedRow[]): Promise<void> {
    const everything = (await this.#costs.everything) || !this.#compares;
    const asked = !everything ? rows : rows.map((row) => ({ ...row, sentBefore: true }));
    const looked = await this.#detection!.look(asked);
    for (const [at, row] of asked.entries()) this.#packChanged(row, looked[at]!);
    if (this.run.stopping) this.#dropReopening();
  }

  /** Rows of one profile that waited until an earlier update of it had settled go on as one. */
  async #reopened(rows: [ComparedRow, ...ComparedRow[]], known: ProfilePrints | undefined): Promise<void> {
    const [first, ...rest] = rows;
    const merged: ComparedRow = {
      row: rest.length > 0 ? { ...first.row, merged: rest.map(({ row }) => row) } : first.row,
      update: mergeUpdates(rows.map(({ update }) => update) as [ProfileUpdate, ...ProfileUpdate[]]),
      sentBefore: rows.some(({ sentBefore }) => sentBefore),
    };
    this.#reopening++;
    try {
      this.#packChanged(merged, await this.#detection!.lookAgain(merged, known));
    } catch (thrown) {
      this.#decide(merged.row, { outcome: 'unsent' });
      this.run.fail(asSyncError(thrown, 'looking up what was sent before'));
    }
    this.#reopening--;
    this.sendWhatIsFull();
  }

  #packChanged({ row, update, sentBefore }: ComparedRow, looked: Looked): void {
    if (looked === 'waiting') return;
    const { pending, same, saved, unknown, known } = looked;
    // What is sent without comparing empties fields of which nobody knows whether they hold anything.
    const compared = !sentBefore && !looked.refreshed;
    this.#costs.compared(known, compared && (looked.update?.changes.some(isRemoval) ?? false));
    if (this.run.stopping) {
      if (pending) this.#detection!.release(pending);
      this.#decide(row, { outcome: 'unsent' });
      return;
    }
    const { work } = this.run.ledger;
    work.attributesSaved += same;
    work.dataPointsSaved += saved;
    if (looked.refreshed) work.refreshed++;
    const left =
      unknown.length === 0
        ? row
        : {
            ...row,
            refused: [...(row.refused ?? []), ...unknown.map((field) => ({ field, reason: targetUnknown }))],
          };
    if (looked.update) {
      // The row is the lane's own, see `#pack`.
      if (pending) left.pending = pending;
      if (same > 0) left.partlyHeld = true;
      this.#pack(this.#costs.pricesOnly ? { ...left, known } : left, looked.update);
    } else if (same > 0 || (left.following && unknown.length > 0))
      this.#conclude(left, { outcome: 'unchanged' });
    else if (unknown.length > 0) this.#conclude(left, { outcome: 'filtered', reason: targetUnknown });
    // Nothing was meant to change: the target says so in its own words.
    else this.#pack(left, update);
  }

  /**
   * One request's verdict on a row. Sums follow once the target has taken the rest; what became of them is the row's
   * outcome, but sums that were refused do not undo a rest that was accepted. Nor do attributes that were refused undo
   * those that the target holds already.
   */
  #conclude(row: TakenRow, judged: Verdict): void {
    if (row.merged) {
      const { merged, ...first } = row;
      for (const one of [first, ...merged]) this.#conclude(one, judged);
      return;
    }
    const verdict = row.partlyHeld && judged.onlyAttributes ? asUnchanged(judged) : judged;
    const { following, sums } = row;
    if (following && (verdict.outcome === 'accepted' || verdict.outcome === 'unchanged')) {
      if (this.run.stopping) {
        this.#decide(row, { outcome: 'unsent', reason: partlySentReason });
        return;
      }
      const { following: _following, pending: _pending, second: _second, refused = [], ...rest } = row;
      const { refused: refusedByTarget = [], ...plain } = verdict;
      const both = { ...rest, refused: [...refused, ...refusedByTarget] };
      this.#pack({ ...both, sums: { intent: following.intent, rest: plain } }, following.update);
      return;
    }
    this.#sums.drop(following?.intent);
    const refusedApart = verdict.outcome === 'rejected' && sums?.rest?.outcome === 'accepted';
    if (refusedApart) this.run.ledger.attributeRefused(verdict.reason ?? 'refused');
    if (!refusedApart) this.#decide(row, verdict);
    // Refused for a passing cause, the sums are owed: the next run reads the row again.
    else this.#decide(row, { ...sums.rest!, ...(verdict.repeatable && { repeatable: true }) });
  }

  /** A hand-written update can hold what no JSON can: it must not take the other rows of its message with it. */
  #prepared(update: ProfileUpdate): ReturnType<SinkTarget<Item>['prepare']> {
    try {
      return this.#target.prepare(update, this.#detection?.types);
    } catch {
      return { rejected: 'holds a value that cannot be written as JSON', refused: [] };
    }
  }

  async #send(request: RequestInFlight<Item>): Promise<void> {
    const { rows, repeatable } = request;
    const intents: SumIntent[] = [];
    for (const { sums } of rows) if (sums) intents.push(sums.intent);
    this.#inFlight.add(request);
    let verdicts: Verdict[];
    try {
      const items = rows.map(({ prepared }) => prepared.item);
      if (intents.length > 0) await this.#sums.intend(intents);
      verdicts = await this.#target.send(items, repeatable, {
        stopped: this.run.signal,
        abandoned: this.#abandoned.signal,
        work: this.run.ledger.work,
        limits: this.#limits,
        mayRepeat: () => this.#reserveAgain(request),
        pausing: (ms, why) => this.#events.progress(this.run, ms > 0 ? why : undefined, ms),
        notice: (notice) => {
          if (this.run.notice(notice)) this.#events.noticed(notice, this.run);
        },
        fail: (error) => this.#fail(error),
        fieldCreated: (field) => this.run.ledger.fieldCreated(field),
      });
    } catch (thrown) {
      const error = asSyncError(thrown, 'sending to the target');
      const verdict: Verdict = error.maybeApplied
        ? { outcome: 'unknown', reason: error.code, repeatable }
        : { outcome: 'unsent' };
      verdicts = rows.map(() => verdict);
      this.#fail(error);
    }
    // Given up meanwhile: its rows have their outcome, and the run may be over.
    if (!this.#inFlight.has(request)) return;
    if (intents.length > 0) await this.#sums.takeBack(rows, verdicts);
    if (!this.#inFlight.delete(request)) return;
    for (const [at, { pending }] of rows.entries()) {
      verdicts[at] ??= { outcome: 'unknown', reason: 'no outcome for this row', repeatable };
      // An earlier read has shown that the target has this profile (R10).
      if (verdicts[at].unconfirmed && pending?.known?.confirmed) {
        verdicts[at] = { ...verdicts[at], unconfirmed: false };
      }
    }
    this.#settleCost(request, verdicts);
    this.#remember(rows, verdicts);
    for (const [at, row] of rows.entries()) {
      const verdict = verdicts[at]!;
      this.#sums.settle(row, verdict);
      if (row.claims && verdict.outcome === 'accepted')
        this.run.keep(this.#detection!.types!.accepted(row.claims));
      const followUp = followUpOf(row, verdict);
      if (followUp) this.#followUps.follow(row, verdict, followUp, this.run.stopping);
      else this.#conclude(row, ofRow(row, verdict));
    }
    // What must not be repeated counts as unknown if the process dies before its outcome is on the disk.
    if (intents.length > 0) this.run.settleSoon();
    this.#events.progress(this.run);
    this.sendWhatIsFull();
  }

  #fail(error: SyncError): void {
    if (this.run.stopping) return;
    this.#events.failed(error, this.run);
    this.run.fail(error);
  }

  /** A try that may have been charged counts along with the next one. */
  #reserveAgain(request: RequestInFlight<Item>): boolean {
    const price = priceOf(request.rows);
    if (!this.#costs.reserveAgain(price)) return false;
    request.reserved += price;
    return true;
  }

  #settleCost({ rows, reserved }: RequestInFlight<Item>, verdicts: readonly Verdict[]): void {
    const prices = rows.map(({ prepared }) => prepared.dataPoints ?? 0);
    this.#costs.settle(reserved, prices, verdicts);
  }

  /**
   * What the target has taken is remembered along with the outcomes; what nobody knows of is forgotten. A row that goes in
   * two requests is remembered after the second.
   */
  #remember(rows: readonly (TakenRow & { prepared?: Prepared<Item> })[], verdicts: readonly Verdict[]): void {
    if (!this.#detection) return;
    const concluded: Parameters<ChangeDetection<ComparedRow>['conclude']>[0][number][] = [];
    for (const [at, row] of rows.entries()) {
      const { pending, refused } = row;
      if (!pending || followUpOf(row, verdicts[at]!)) continue;
      const verdict = ofRow(row, verdicts[at]!);
      const fields = [...(refused ?? []), ...(verdict.refused ?? [])].map(({ field }) => field);
      concluded.push({ pending, fate: fateOf(row, verdict), refused: fields });
    }
    this.#detection.conclude(concluded);
    this.#detection.forget(rows.flatMap((row, at) => (wasMissing(row, verdicts[at]!) ? [row.update] : [])));
  }

  #decide(row: TakenRow, verdict: Verdict): void {
    for (const other of row.merged ?? []) this.#decide(other, verdict);
    const { claim } = row;
    const { outcome } = verdict;
    const isPartlySent = outcome === 'unsent' && (row.second ?? row.sums?.rest) !== undefined;
    const reason = isPartlySent ? partlySentReason : verdict.reason;
    // First: the last decision of all ends the run, and with it the outputs.
    this.#outputs.add(claim, row.update, outcome, reason);
    for (const refused of row.refused ?? []) claim.run.ledger.attributeRefused(refused.reason);
    for (const refused of verdict.refused ?? []) claim.run.ledger.attributeRefused(refused.reason);
    claim.run.decide(claim.unit, claim.row, outcome, reason, verdict);
    finishOne(row.message);
  }

  #dropWaiting(): void {
    for (const row of this.#unresolved) this.#decide(row, { outcome: 'unsent' });
    this.#unresolved = [];
    for (const { row } of this.#held) this.#decide(row, { outcome: 'unsent' });
    this.#held = [];
    this.#dropReopening();
    for (const packer of [this.#plain, this.#once]) {
      for (const row of packer.takeAll()) this.#leaveUnsent(row);
    }
    this.#followUps.drop();
  }

  #dropReopening(): void {
    for (const { row } of this.#detection?.dropWaiting() ?? []) this.#decide(row, { outcome: 'unsent' });
  }

  /** Decides what is in flight, each row by whether it may be sent again, and hangs up on what still has no answer. */
  #abandon(): void {
    const requests = [...this.#inFlight];
    this.#inFlight.clear();
    this.#abandoned.abort();
    for (const request of requests) {
      const { rows, repeatable } = request;
      const verdict: Verdict = { outcome: 'unknown', reason: noAnswerReason, repeatable };
      this.#settleCost(request, []);
      this.#remember(
        rows,
        rows.map(() => verdict),
      );
      for (const row of rows) this.#decide(row, ofRow(row, verdict));
    }
  }
}

/** A change that empties a field. */
function isRemoval({ values }: FieldChange): boolean {
  return values.length === 0;
}
