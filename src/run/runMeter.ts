import type { UnitPlace } from './source';

/** A run at one moment. */
export interface MeterPoint {
  /** Milliseconds of any clock that only goes forward. */
  at: number;
  /** Rows read, and rows decided. */
  rows: number;
  decided: number;
  place?: UnitPlace | undefined;
  /** Everything has been read: there will be no more rows. */
  whole?: boolean;
}

export interface MeterReading {
  /** Rows decided in a second, over the last while. */
  rate: number;
  /** Undefined: nothing tells. */
  expectedRows?: number;
  remainingMs?: number;
}

/** The rate is that of this long: short enough to follow, long enough not to jump with every request. */
const spanMs = 15_000;

/**
 * How fast a run goes and how long it will take, from a look every now and then. How many rows there will be, the units
 * read so far tell, else an earlier run of the goal; nothing is promised, and where nothing is known nothing is said.
 */
export class RunMeter {
  readonly #points: MeterPoint[] = [];
  #earlierRows: number | undefined;
  #unit: number | undefined;
  /** Rows when the present unit began: those of the units before it. */
  #rowsBefore = 0;

  /** Rows of an earlier, whole run of the same goal. */
  expect(rows: number): void {
    this.#earlierRows = rows;
  }

  add(point: MeterPoint): void {
    const unit = point.place?.number;
    if (unit !== this.#unit) {
      this.#unit = unit;
      this.#rowsBefore = point.rows;
    }
    this.#points.push(point);
    // One point older than the span stays: the rate needs both of its ends.
    while (this.#points.length > 2 && point.at - this.#points[1]!.at >= spanMs) this.#points.shift();
  }

  reading(): MeterReading {
    const [first] = this.#points;
    const last = this.#points.at(-1);
    if (!first || !last) return { rate: 0 };
    const seconds = (last.at - first.at) / 1000;
    const rate = seconds > 0 ? (last.decided - first.decided) / seconds : 0;
    const expected = this.#expectedRows(last);
    if (expected === undefined) return { rate };
    const remainingMs = rate > 0 ? Math.round(((expected - last.decided) / rate) * 1000) : undefined;
    return { rate, expectedRows: expected, ...(remainingMs !== undefined && { remainingMs }) };
  }

  #expectedRows({ rows, place, whole }: MeterPoint): number | undefined {
    if (whole) return rows;
    const unitsBefore = place ? place.number - 1 : 0;
    const byUnits =
      place && unitsBefore > 0 && this.#rowsBefore > 0
        ? Math.round((this.#rowsBefore / unitsBefore) * place.of)
        : undefined;
    const expected = byUnits ?? this.#earlierRows;
    // An earlier run had fewer: then this one cannot be judged by it.
    if (expected === undefined || rows > expected) return byUnits === undefined ? undefined : rows;
    return expected;
  }
}
