import type { FieldType } from './fieldType';

/** One customer as read from a source: plain JSON, plus `_ref` while it travels through a flow. */
export type ProfileRecord = { [field: string]: unknown; _ref?: string };

/** What to do with a value at the target; the names the dialogs use (design: merge strategy). */
export type MergeStrategy = 'set' | 'add' | 'sum' | 'setIfEmpty' | 'clear';

/** The shape a value takes at the target. Decided by the mapping row, never by the value at hand. */
export type ValueShape = 'one' | 'list' | 'object';

export type UpdateValue = string | number | boolean | { [key: string]: unknown } | unknown[];

/** One intended change of one target field. Empty `values` mean "no change", except with `clear`, which empties. */
export interface FieldChange {
  field: string;
  strategy: MergeStrategy;
  as: ValueShape;
  /** What the mapping row says the value is. The values are in the target's form already; hand-written changes may lack it. */
  type?: FieldType;
  /** Braze only: the names below the attribute `field` under which the value stands, outermost first; never empty. */
  path?: string[];
  values: UpdateValue[];
}

/** One identifier to look a profile up by. */
export interface MatchTerm {
  field: string;
  value: string;
}

/**
 * One customer as a list of intended changes, target-neutral: what the mapper emits and the sinks execute.
 * `match` is an OR of ANDs. A `function` node may write one by hand; sinks validate those.
 */
export interface ProfileUpdate {
  version: 1;
  /** The identity of the record within its run, `run/unit/row`. Absent on hand-written updates. */
  ref?: string;
  match: MatchTerm[][];
  allowCreate: boolean;
  changes: FieldChange[];
  /** Braze only: event objects without identifiers, contracts: `/users/track` events. */
  events?: { [key: string]: unknown }[];
  /** Braze only: purchase objects without identifiers. */
  purchases?: { [key: string]: unknown }[];
}
