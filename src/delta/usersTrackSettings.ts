import type { CostCeilings } from './costCeilings';

/** How the users.track sink decides what to send. Parsed once, from the node's dialog. */
export interface UsersTrackSettings {
  /** What the first total of a profile does; see Sums. */
  firstTotal: 'remember' | 'add';
  /** `on`: attributes that are as Braze took them last are not sent. `off`: every attribute of every row is. */
  changeDetection: 'on' | 'off';
  /** Names the tick of "send everything", where the box is ticked: each tick is good for one run. */
  sendEverything: string | undefined;
  ceilings: CostCeilings;
  /** Sending again by age; undefined: never. */
  refresh: RefreshSettings | undefined;
  /** How long a user stays closed from sending after the last answer (R11), in milliseconds. */
  settleMs: number;
}

/** Values that Braze may have lost unseen are sent again when they are old enough (R10). */
export interface RefreshSettings {
  days: number;
  /** Users of one run at most. */
  cap: number;
  /** Only the values of users of whom it is not known that Braze has them, or those of all. */
  only: 'all' | 'unconfirmed';
}
