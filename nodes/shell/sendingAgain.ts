import type { RefreshSettings } from '../../src/delta/usersTrackSettings';
import { type NumberLimits, numberSetting } from './numberSetting';

/** What both sinks' forms keep of sending what was sent before. */
export interface SendingAgainDef {
  /** Time of the tick; empty: not ticked. */
  sendEverything?: string | boolean;
  refreshDays?: number | string;
  refreshCap?: number | string;
  refreshOnly?: string;
}

/** The name of a tick of "send everything"; undefined: not ticked. Hand-written flows say true: good for one run as well. */
export function tickOf({ sendEverything: value }: SendingAgainDef): string | undefined {
  if (value === true) return 'ticked';
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/**
 * Sending again by age; undefined: never.
 * @param node how messages name the node.
 * @throws SyncError SETTING_INVALID
 */
export function refreshOf(
  def: SendingAgainDef,
  limits: { refreshDays: NumberLimits; refreshCap: NumberLimits },
  node: string,
): RefreshSettings | undefined {
  const days = numberSetting(def.refreshDays, limits.refreshDays, 'refreshDays', node);
  if (days === undefined) return undefined;
  const cap = numberSetting(def.refreshCap, limits.refreshCap, 'refreshCap', node) as number;
  return { days, cap, only: def.refreshOnly === 'unconfirmed' ? 'unconfirmed' : 'all' };
}
