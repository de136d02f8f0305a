import type { MatchTerm } from '../mapping/profileUpdate';
import { isBrazeEmail } from './emailAddress';

/** How one object of a `/users/track` request names its user: exactly one of Braze's five ways. */
export type BrazeIdentifier =
  | { key: 'external_id' | 'braze_id' | 'email' | 'phone'; value: string }
  | { key: 'user_alias'; value: { alias_name: string; alias_label: string } };

/** Why no identifier could be chosen: stable codes for reports. */
export type IdentifierProblem =
  | 'no-identifier'
  | 'identifier-field-unknown'
  | 'identifier-combination'
  | 'identifier-too-long'
  | 'identifier-email-invalid';

/** The fields that a match may name (contracts: braze 2.3). */
export const identifierFields: ReadonlySet<string> = new Set([
  'external_id',
  'braze_id',
  'email',
  'phone',
  'user_alias_name',
  'user_alias_label',
]);

const maxExternalIdBytes = 987;
const maxAliasBytes = 236;

/**
 * Takes the first group of `match` that has all its values. Fields: `external_id`, `braze_id`, `email`, `phone`, or
 * the pair `user_alias_name` and `user_alias_label` (contracts: braze 2.3). Braze takes one identifier an object,
 * so any other AND is a problem, never half done; a first identifier that Braze cannot take is not skipped either,
 * because the next one could mean another user.
 */
export function chooseIdentifier(match: readonly MatchTerm[][]): BrazeIdentifier | IdentifierProblem {
  for (const group of match) {
    if (group.length === 0 || group.some((term) => term.value === '')) continue;
    if (group.length === 1) return single(group[0]!);
    return group.length === 2 ? alias(group) : 'identifier-combination';
  }
  return 'no-identifier';
}

function single({ field, value }: MatchTerm): BrazeIdentifier | IdentifierProblem {
  switch (field) {
    case 'external_id':
      return isLonger(value, maxExternalIdBytes) ? 'identifier-too-long' : { key: field, value };
    case 'braze_id':
    case 'phone':
      return { key: field, value };
    case 'email':
      return isBrazeEmail(value) ? { key: field, value } : 'identifier-email-invalid';
    case 'user_alias_name':
    case 'user_alias_label':
      return 'identifier-combination';
    default:
      return 'identifier-field-unknown';
  }
}

function alias(group: MatchTerm[]): BrazeIdentifier | IdentifierProblem {
  const name = group.find((term) => term.field === 'user_alias_name')?.value;
  const label = group.find((term) => term.field === 'user_alias_label')?.value;
  if (name === undefined || label === undefined) return 'identifier-combination';
  if (isLonger(name, maxAliasBytes) || isLonger(label, maxAliasBytes)) return 'identifier-too-long';
  return { key: 'user_alias', value: { alias_name: name, alias_label: label } };
}

/** Counts bytes only where the text could be too long: one UTF-16 unit takes at most three. */
function isLonger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}
