/** Reasons that a sink gives for an outcome, whatever its target. They are counted and shown as they stand here. */

/** Why rows are unknown whose sums were on their way when the process died. */
export const sentBeforeReason =
  'sent before an interruption; whether it arrived is not known, and it is not sent again';
/** Why rows are unsent of which a part was sent: the next run sends the rest. */
export const partlySentReason = 'what goes in a request of its own was not sent before the run ended';
/** Why rows are unchanged whose part that must not be repeated has been sent. */
export const settledBeforeReason = 'what must not be repeated was sent by an earlier run';
/** Why rows that tell what the target holds change nothing there. */
export const heldReason = 'remembered as what the target holds';
export const newerReason = 'something newer is remembered';
/** Why the rows of a dry run end unsent. */
export const dryRunReason = 'dry run';
/** Why rows end unsent that came after a ceiling was reached. */
export const ceilingReason = 'beyond the ceiling: priced, not sent';
