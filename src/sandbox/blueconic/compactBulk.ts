import { BadRequest } from './apiReply';
import type { BulkEntry } from './bulkEntry';
import { type BulkResult, bulkResult } from './bulkResult';
import { type CompactProfiles, indexOfCustomer, isCompactIdentifier } from './compactProfiles';
import { addError, type RuleScope, readyRule, type ValidationErrors } from './profileRules';

/**
 * Applies checked entries to the compact store, with the same states and validation as in full mode. It matches by
 * `customer_id` and `braze_external_id` only; an `UPSERT` past the store's room is `SKIPPED`.
 * @throws BadRequest on what compact mode does not keep: restrictions, domain groups, timelines, other identifiers.
 */
export function compactBulk(
  entries: readonly BulkEntry[],
  store: CompactProfiles,
  scope: RuleScope,
): BulkResult[] {
  for (let at = 0; at < entries.length; at++) refuseUnkept(entries[at]!, at);
  const results: BulkResult[] = new Array(entries.length);
  for (let at = 0; at < entries.length; at++) results[at] = applyEntry(entries[at]!, store, scope);
  return results;
}

function refuseUnkept(entry: BulkEntry, at: number): void {
  if (entry.restriction) throw new BadRequest('is not offered in compact mode', `[${at}].restriction`);
  if (entry.domainGroup !== undefined)
    throw new BadRequest('is not offered in compact mode', `[${at}].domainGroup`);
  if (entry.timeline) throw new BadRequest('is not offered in compact mode', `[${at}].timeline`);
  for (const group of entry.matching ?? []) {
    for (const { id } of group) {
      if (!isCompactIdentifier(id))
        throw new BadRequest(`matching by ${id} is not offered in compact mode`, `[${at}].matching`);
    }
  }
}

function applyEntry(entry: BulkEntry, store: CompactProfiles, scope: RuleScope): BulkResult {
  if (entry.strategy === 'DELETE') return deleteEntry(entry, store);
  const wanted = wantedIndex(entry, store);
  if (wanted === undefined) return bulkResult(entry, 'SKIPPED');
  const isNew = !store.exists(wanted);
  if (isNew) {
    if (entry.strategy !== 'UPSERT') return bulkResult(entry, 'NOTFOUND');
    if (wanted < 0 || wanted >= store.end) return bulkResult(entry, 'SKIPPED');
    store.create(wanted, scope.now);
  }
  const errors: ValidationErrors = {};
  let changed = false;
  for (const rule of entry.properties ?? []) {
    const ready = readyRule(rule, isNew, scope, errors);
    if (!ready) continue;
    const outcome = store.apply(wanted, ready.property, rule.strategy ?? 'SET', ready.values);
    if (typeof outcome === 'string') addError(errors, rule.id, outcome);
    else if (outcome) changed = true;
  }
  if (changed) store.touch(wanted, scope.now);
  return bulkResult(
    entry,
    isNew ? 'CREATED' : changed ? 'MODIFIED' : 'UNCHANGED',
    store.idOf(wanted),
    errors,
  );
}

function deleteEntry(entry: BulkEntry, store: CompactProfiles): BulkResult {
  if (entry.profileId === undefined) return bulkResult(entry, 'SKIPPED');
  const index = store.indexOfId(entry.profileId);
  if (index < 0) return bulkResult(entry, 'NOTFOUND');
  store.delete(index);
  return bulkResult(entry, 'DELETED', entry.profileId);
}

/** The index an entry means, existing or not; -1: one that cannot exist; `undefined`: it names none. */
function wantedIndex(entry: BulkEntry, store: CompactProfiles): number | undefined {
  if (entry.profileId !== undefined) return store.indexOfId(entry.profileId);
  let wanted: number | undefined;
  for (const group of entry.matching ?? []) {
    if (group.length === 0) continue;
    const index = indexOfCustomer(group[0]!.value);
    const agreed = group.every(({ value }) => indexOfCustomer(value) === index) ? index : -1;
    if (store.exists(agreed)) return agreed;
    if (wanted === undefined || wanted < 0) wanted = agreed;
  }
  return wanted;
}
