import type { Direction, IdentifierRow } from './mapping';
import type { MappingFault } from './mappingRules';
import { sourceFault } from './sourceRules';
import { targetFault } from './targetRules';

/** The fields by which Braze finds a user, each alone, and the two that make a user alias (contracts: braze 2.3). */
const brazeFields: ReadonlySet<string> = new Set(['external_id', 'braze_id', 'email', 'phone']);
const aliasFields: ReadonlySet<string> = new Set(['user_alias_name', 'user_alias_label']);

const brazeFaults = {
  unknown:
    'Braze finds users by external_id, braze_id, email, phone, or user_alias_name with user_alias_label',
  alias: 'a user alias needs user_alias_name and user_alias_label, both once and in one line',
  combination: 'Braze takes one identifier; only user_alias_name and user_alias_label go together',
} as const;

export type BrazeIdentifierFault = keyof typeof brazeFaults;

/** Finds what makes the identifiers of a mapping useless at its target. */
export function identifierFaults(
  groups: readonly (readonly IdentifierRow[])[],
  direction: Direction,
): MappingFault[] {
  if (groups.length === 0) {
    const message = 'identifiers: at least one is needed, or no profile could be found at the target';
    return [{ path: ['identifiers'], message }];
  }
  const faults: MappingFault[] = [];
  groups.forEach((group, g) => {
    const report = (place: (string | number)[], reason: string) => {
      const numbers = place.map((part) => Number(part) + 1).join('.');
      faults.push({ path: ['identifiers', ...place], message: `identifier ${numbers}: ${reason}` });
    };
    if (group.every((row) => row.source.kind === 'static')) {
      report([g], 'at least one field of the record is needed, or every record would match the same profile');
    }
    const fault = direction === 'export' ? brazeIdentifierFault(group) : undefined;
    if (fault !== undefined) report([g], brazeFaults[fault]);
    group.forEach(({ source, target }, i) => {
      const reasons = [targetFault(target), sourceFault(source)];
      if (source.kind === 'static' && source.value.trim() === '') reasons.push('the static value is empty');
      for (const reason of reasons) if (reason !== undefined) report([g, i], reason);
    });
  });
  return faults;
}

/** Why Braze could never find a user by the fields of one group. A group without a usable name has faults of its own. */
export function brazeIdentifierFault(
  group: readonly Pick<IdentifierRow, 'target'>[],
): BrazeIdentifierFault | undefined {
  const targets = group.map(({ target }) => target);
  if (targets.length === 0 || targets.some((target) => targetFault(target) !== undefined)) return undefined;
  if (targets.some((target) => !brazeFields.has(target) && !aliasFields.has(target))) return 'unknown';
  if (targets.every((target) => aliasFields.has(target))) {
    return targets.length === 2 && targets[0] !== targets[1] ? undefined : 'alias';
  }
  return targets.length === 1 ? undefined : 'combination';
}
