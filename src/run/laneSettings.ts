import type { SumsOptions } from '../delta/sums';
import type { UsersTrackSettings } from '../delta/usersTrackSettings';

/** How the rows of a run go through a sink; what is absent has its default. */
export interface LaneSettings
  extends Partial<
    Pick<UsersTrackSettings, 'changeDetection' | 'refresh' | 'settleMs' | 'ceilings' | 'sendEverything'>
  > {
  /** How long a part-filled request waits for more rows. Default one second. */
  quietMs?: number;
  /** What the first total of a profile does. Default: it is remembered. */
  firstTotal?: SumsOptions['firstTotal'];
}

export const defaultQuietMs = 1_000;
export const defaultSettleMs = 5_000;
