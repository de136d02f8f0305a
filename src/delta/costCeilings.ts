/** What a run may cost at most, as set; undefined: no such ceiling. */
export interface CostCeilings {
  /** Data points of one run. */
  dataPoints: number | undefined;
  /** Data points that may be spent while the store knows no user of the target. */
  emptyStoreDataPoints: number | undefined;
  /** Of the users known for the goal, the share that may lose a value in one run, from 0 to 1. */
  removalShare: number | undefined;
}
