import type { RequestLimits } from './requestLimits';
import { RequestPacker } from './requestPacker';
import type { Prepared, SinkTarget } from './sinkTarget';

/** What rows would cost that were prepared and not sent. Plain JSON, no personal data. */
export interface Price {
  /** Rows of which something would be sent. */
  rows: number;
  dataPoints: number;
  /** Requests at least, each filled as far as the limits allow. */
  requests: number;
  objects: number;
  /** The attributes (events, purchases) that cost most, the dearest first. */
  byAttribute: { name: string; dataPoints: number }[];
  /** Data points of all the others together. */
  otherAttributes: number;
  /** Users of whom nothing is known and who may be created; absent where nothing is known of any user. */
  mayBeCreated?: number;
  /** The ceiling that sending all this would pass. */
  over?: { kind: 'run' | 'emptyStore'; limit: number };
  /** Not everything was priced: it costs more than this. */
  incomplete?: true;
}

/** What the price list knows of one row beside what it would send. */
export interface PricedRow {
  /** The user may be created. */
  allowCreate: boolean;
  /** Whether something is remembered of the user; undefined: nobody looked. */
  known?: boolean;
}

const shownAttributes = 20;
/** More names than this are a fault in naming them, and must not grow the list without bound. */
const countedAttributes = 1_000;

/** Adds up what rows would cost, as if they were sent, in requests as full as they would be. */
export class PriceList<Item> {
  readonly #target: Pick<SinkTarget<Item>, 'pricesOf'>;
  readonly #packers: { plain: RequestPacker<undefined>; once: RequestPacker<undefined> };
  readonly #byAttribute = new Map<string, number>();
  #price = { rows: 0, dataPoints: 0, requests: 0, objects: 0 };
  #beyondCounted = 0;
  #mayBeCreated = 0;
  #looked = false;

  constructor(target: Pick<SinkTarget<Item>, 'pricesOf'>, limits: RequestLimits) {
    this.#target = target;
    this.#packers = { plain: new RequestPacker(limits), once: new RequestPacker(limits) };
  }

  get rows(): number {
    return this.#price.rows;
  }

  /** Counts a row. What it would send may go in two requests; `add` each part. */
  addRow({ allowCreate, known }: PricedRow): void {
    this.#price.rows++;
    if (known === undefined) return;
    this.#looked = true;
    if (!known && allowCreate) this.#mayBeCreated++;
  }

  /** False: it is too large for any request, would not be sent, and costs nothing. */
  add(prepared: Prepared<Item>): boolean {
    const packer = prepared.repeatable ? this.#packers.plain : this.#packers.once;
    if (!packer.add(undefined, prepared)) return false;
    while (packer.takeFull()) this.#price.requests++;
    this.#price.objects += prepared.objects;
    this.#price.dataPoints += prepared.dataPoints ?? 0;
    for (const [name, points] of this.#target.pricesOf?.(prepared.item) ?? []) this.#count(name, points);
    return true;
  }

  /** @param incomplete more rows were there than were priced. */
  total({ incomplete = false } = {}): Price {
    const sorted = [...this.#byAttribute].sort((one, other) => other[1] - one[1]);
    const others = sorted.slice(shownAttributes).reduce((sum, [, points]) => sum + points, 0);
    const partFilled = Object.values(this.#packers).filter((packer) => !packer.isEmpty).length;
    return {
      ...this.#price,
      requests: this.#price.requests + partFilled,
      byAttribute: sorted.slice(0, shownAttributes).map(([name, dataPoints]) => ({ name, dataPoints })),
      otherAttributes: others + this.#beyondCounted,
      ...(this.#looked && { mayBeCreated: this.#mayBeCreated }),
      ...(incomplete && { incomplete: true as const }),
    };
  }

  #count(name: string, points: number): void {
    const before = this.#byAttribute.get(name);
    if (before === undefined && this.#byAttribute.size >= countedAttributes) this.#beyondCounted += points;
    else this.#byAttribute.set(name, (before ?? 0) + points);
  }
}
