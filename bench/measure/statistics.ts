/** The middle value; of an even number of values the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Least and greatest value. */
export type Spread = [least: number, greatest: number];

export function spread(values: readonly number[]): Spread {
  return [Math.min(...values), Math.max(...values)];
}

/** Rounds to so many significant digits: more would claim what no run on a shared machine can hold. */
export function significant(value: number, digits = 4): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}
