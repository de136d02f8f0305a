import type { FieldChange, MatchTerm, ProfileUpdate } from '../mapping/profileUpdate';
import { increment, type PropertyRefusal, propertyTexts } from './propertyValues';

export type RuleStrategy = 'SET' | 'ADD' | 'SET_IF_EMPTY' | 'INCREMENT';

/** What to do with one property of a profile. */
export interface PropertyRule {
  id: string;
  values: string[];
  strategy: RuleStrategy;
  restriction?: 'NEW_PROFILES_ONLY';
}

export const permissionLevels = ['DO_NOT_TRACK', 'ANONYMOUS', 'PERSONAL'] as const;
export type PermissionLevel = (typeof permissionLevels)[number];

/** What every entry of a sink says of its profile; absent: BlueConic's own default (contracts: blueconic 3.4). */
export interface EntrySettings {
  /** Profiles are looked for, and created, in this domain group. */
  domainGroup?: string;
  /** Of a profile that is created; one that exists keeps its own. */
  permissionLevel?: PermissionLevel;
  /** Privacy zone of a profile that is created, for example `GDPR`. */
  privacyLegislation?: string;
}

/** One entry of `PUT /profiles`, ready for JSON (contracts: blueconic 3.4). */
export interface BulkEntry extends EntrySettings {
  identifier: string;
  strategy: 'UPSERT' | 'UPDATE';
  /** Outer OR, inner AND. */
  matching: { id: string; value: string }[][];
  properties: PropertyRule[];
}

/** What one profile update becomes in `PUT /profiles`. */
export interface BulkProfile {
  /** Absent where no change is left to send. */
  entry?: BulkEntry;
  /** Properties that are not sent, each with a reason code; the rest is. */
  refused: { field: string; reason: PropertyRefusal }[];
  /** May the entry be sent a second time without counting twice? */
  repeatable: boolean;
}

/** No entry can be made of the update at all. */
export interface RejectedUpdate {
  rejected: 'no-identifier';
}

const ruleStrategies = { set: 'SET', add: 'ADD', setIfEmpty: 'SET_IF_EMPTY', clear: 'SET' } as const;

/**
 * Turns one profile update into a bulk entry; `identifier` comes back with its result. With `allowCreate` the
 * identifiers of the first usable group are also written to a new profile, because matching alone is not said to store
 * them (contracts: blueconic 3.4). Clearing is a SET of no values, which is our reading of an undocumented case
 * (contracts: blueconic 1.5). What is for new profiles only goes with entries that may create one.
 */
export function bulkEntry(
  update: ProfileUpdate,
  identifier: string,
  settings: EntrySettings = {},
): BulkProfile | RejectedUpdate {
  const groups = update.match.filter(isUsable);
  const first = groups[0];
  if (first === undefined) return { rejected: 'no-identifier' };
  const result: BulkProfile = { refused: [], repeatable: true };
  const properties: PropertyRule[] = [];
  for (const change of update.changes) addRule(change, first, properties, result);
  if (update.events?.length) result.refused.push({ field: 'events', reason: 'braze-only' });
  if (update.purchases?.length) result.refused.push({ field: 'purchases', reason: 'braze-only' });
  if (properties.length === 0) return result;
  if (update.allowCreate) addIdentifiers(first, properties);
  const matching = groups.map((group) => group.map(({ field, value }) => ({ id: field, value })));
  result.entry = { identifier, strategy: update.allowCreate ? 'UPSERT' : 'UPDATE', matching, properties };
  addSettings(result.entry, settings);
  return result;
}

function addSettings(entry: BulkEntry, { domainGroup, permissionLevel, privacyLegislation }: EntrySettings) {
  if (domainGroup !== undefined) entry.domainGroup = domainGroup;
  if (entry.strategy !== 'UPSERT') return;
  if (permissionLevel !== undefined) entry.permissionLevel = permissionLevel;
  if (privacyLegislation !== undefined) entry.privacyLegislation = privacyLegislation;
}

function isUsable(group: MatchTerm[]): boolean {
  return group.length > 0 && group.every((term) => term.value !== '');
}

function addRule(
  change: FieldChange,
  first: MatchTerm[],
  properties: PropertyRule[],
  result: BulkProfile,
): void {
  const { field, strategy, values } = change;
  if (values.length === 0 && strategy !== 'clear') return;
  const refusal = refusalOf(change, first);
  if (refusal) {
    result.refused.push({ field, reason: refusal });
    return;
  }
  if (strategy === 'sum') {
    const amount = increment(values);
    if (amount === undefined) return;
    if (amount === 'sum-needs-number') result.refused.push({ field, reason: amount });
    else {
      properties.push({ id: field, values: [amount], strategy: 'INCREMENT' });
      result.repeatable = false;
    }
    return;
  }
  const texts = propertyTexts(values);
  if (typeof texts === 'string') result.refused.push({ field, reason: texts });
  else properties.push({ id: field, values: texts, strategy: ruleStrategies[strategy] });
}

function refusalOf(
  { field, as, strategy, path, values }: FieldChange,
  first: MatchTerm[],
): PropertyRefusal | undefined {
  if (!isPropertyId(field)) return 'field-name';
  if (as === 'object' || path !== undefined) return 'no-objects';
  if (as === 'one' && values.length > 1 && strategy !== 'sum') return 'several-values';
  // An emptied identifier would make the profile unfindable by the very update that found it.
  if (values.length === 0 && first.some((term) => term.field === field)) return 'identifier-in-use';
  return undefined;
}

/** Letters, digits, `-` and `_` (contracts: blueconic 3.4). */
export function isPropertyId(text: string): boolean {
  return /^[\w-]+$/.test(text);
}

function addIdentifiers(first: MatchTerm[], properties: PropertyRule[]): void {
  const rows = properties.length;
  for (const { field, value } of first) {
    let written = false;
    for (let at = 0; at < rows && !written; at++) written = properties[at]!.id === field;
    if (!written) {
      properties.push({ id: field, values: [value], strategy: 'SET', restriction: 'NEW_PROFILES_ONLY' });
    }
  }
}
