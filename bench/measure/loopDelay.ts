/** How long the event loop kept the rest of its process waiting, in milliseconds. */
export interface LoopDelay {
  p50: number;
  p99: number;
  max: number;
}

/** Gaps of one length class: the length's upper end in milliseconds, and how much time such gaps took in total. */
export type GapClass = readonly [upToMs: number, totalMs: number];

/**
 * The length of the gap that covers a given share of the time: the time-weighted quantile. Counting gaps instead would
 * hide stalls, since a stall of a second is one gap among thousands; but who asks at a random moment meets it with the
 * probability of its length.
 *
 * @param classes in any order; an empty list gives 0.
 * @param share from 0 to 1.
 */
export function timeWeightedQuantile(classes: readonly GapClass[], share: number): number {
  const sorted = classes.filter(([, total]) => total > 0).sort(([one], [other]) => one - other);
  let total = 0;
  for (const [, time] of sorted) total += time;
  let covered = 0;
  for (const [length, time] of sorted) {
    covered += time;
    if (covered >= share * total) return length;
  }
  return sorted.at(-1)?.[0] ?? 0;
}

/** @param max the longest gap, exactly; no quantile exceeds it. */
export function loopDelay(classes: readonly GapClass[], max: number): LoopDelay {
  const quantile = (share: number) => Math.min(max, timeWeightedQuantile(classes, share));
  return { p50: quantile(0.5), p99: quantile(0.99), max };
}
