import { ceilingReached } from '../delta/costErrors';
import { RemovalWatch } from '../delta/removalWatch';
import type { SendingPermit } from '../delta/sendingPermit';
import { type Reserved, Spending } from '../delta/spending';
import type { UsersTrackSettings } from '../delta/usersTrackSettings';
import { asSyncError } from '../errors/syncError';
import type { GoalRun } from './goalRun';
import { type Price, type PricedRow, PriceList } from './price';
import type { RequestLimits } from './requestLimits';
import type { Prepared, SinkTarget, Verdict } from './sinkTarget';

export interface CostControlOptions<Item> {
  run: GoalRun;
  target: SinkTarget<Item>;
  limits: RequestLimits;
  ceilings?: UsersTrackSettings['ceilings'] | undefined;
  /** Says what an empty store and "send everything" allow; without it only the ceiling of a run holds. */
  permit?: (() => Promise<SendingPermit>) | undefined;
  /** Called when sending may begin, where it had to wait for the permit. */
  opened: () => void;
}

/** Once a ceiling has ended the sending, so many more rows are priced: the report is to say what all would cost. */
const pricedBeyondCeiling = 1_000_000;

/** What a run of a sink spends, what it must not, and what it would cost. */
export class CostControl<Item> {
  /** Whether everything is to be sent without comparing. Never rejects. */
  readonly everything: Promise<boolean>;
  readonly #run: GoalRun;
  readonly #spending: Spending;
  readonly #removals: RemovalWatch;
  readonly #prices: PriceList<Item>;
  #permit: SendingPermit | undefined;
  /** Rows that were read beyond those that are priced. */
  #incomplete = false;

  constructor({ run, target, limits, ceilings, permit, opened }: CostControlOptions<Item>) {
    this.#run = run;
    this.#prices = new PriceList(target, limits);
    this.#removals = new RemovalWatch(ceilings?.removalShare);
    this.#spending = new Spending(permit !== undefined);
    if (ceilings?.dataPoints !== undefined) this.#spending.limit('run', ceilings.dataPoints, this.#spent);
    this.everything = permit ? this.#open(permit, opened) : Promise.resolve(false);
    if (run.dryRun) run.price = () => this.#price();
  }

  /** Rows are priced instead of sent: in a dry run, and once a ceiling was reached. */
  get pricesOnly(): boolean {
    return this.#run.dryRun || this.#spending.reached !== undefined;
  }

  /** Counts a row that is not sent, and what it would have sent, in one request or in two. */
  price(row: PricedRow, parts: readonly Prepared<Item>[]): void {
    if (this.#prices.rows >= pricedBeyondCeiling && this.#spending.reached) {
      this.#incomplete = true;
      this.#run.stop();
      return;
    }
    this.#prices.addRow(row);
    for (const part of parts) {
      const counted = this.#prices.add(part);
      if (counted && this.#run.dryRun) this.#run.ledger.work.dataPoints += part.dataPoints ?? 0;
    }
  }

  /** To be asked before a request leaves. After `never`, `pricesOnly` holds, and the run ends with the ceiling's error. */
  reserve(points: number): Reserved {
    const answer = this.#spending.reserve(points);
    const { reached } = this.#spending;
    if (answer === 'never' && reached) {
      this.#run.price = () => this.#price();
      this.#run.failAtEnd(() => ceilingReached(reached, this.#spent, this.#price()));
    }
    return answer;
  }

  /** The same request is to go out once more, though the try before may have been charged. */
  reserveAgain(points: number): boolean {
    return this.#spending.reserveAgain(points);
  }

  /**
   * A request is over. What the target said to have taken is counted by the target; what nobody knows of, tries before
   * the last included, may have been charged.
   *
   * @param reserved for all its tries
   */
  settle(reserved: number, prices: readonly number[], verdicts: readonly Verdict[]): void {
    let whole = 0;
    let taken = 0;
    let uncertain = 0;
    for (const [at, price] of prices.entries()) {
      const outcome = verdicts[at]?.outcome ?? 'unknown';
      whole += price;
      if (outcome === 'accepted') taken += price;
      if (outcome === 'unknown') uncertain += price;
    }
    uncertain += reserved - whole;
    this.#run.ledger.work.dataPointsUncertain += uncertain;
    this.#spending.settle(reserved, taken + uncertain);
    if (this.#permit) this.#run.keep(this.#permit.spent(this.#spent));
  }

  /** One row was compared with what is remembered of its user; see RemovalWatch. */
  compared(known: boolean, removes: boolean): void {
    this.#removals.compared(known, removes);
    const { fault } = this.#removals;
    if (!fault || this.#run.stopping) return;
    if (this.#run.dryRun) this.#run.failAtEnd(() => fault);
    else this.#run.fail(fault);
  }

  get #spent(): number {
    const { dataPoints, dataPointsUncertain } = this.#run.ledger.work;
    return dataPoints + dataPointsUncertain;
  }

  #price(): Price {
    const price = this.#prices.total({ incomplete: this.#incomplete });
    const over = this.#spending.passedBy(price.dataPoints);
    return over ? { ...price, over } : price;
  }

  async #open(permit: () => Promise<SendingPermit>, opened: () => void): Promise<boolean> {
    try {
      this.#permit = await permit();
      const { emptyStore, everything } = this.#permit;
      this.#run.keepIfComplete(this.#permit.ifComplete);
      if (emptyStore) {
        this.#spending.limit('emptyStore', emptyStore.limit, emptyStore.spentBefore + this.#spent);
      }
      this.#spending.open();
      opened();
      return everything;
    } catch (thrown) {
      this.#run.fail(asSyncError(thrown, 'looking up whether the store knows anybody'));
      return false;
    }
  }
}
