import type { ChangeRules } from '../delta/changeDetector';
import type { FieldChange } from '../mapping/profileUpdate';
import { comparableValue, comparableValues } from './comparableText';

/** Which profiles of a tenant are meant, where that is not said by their identifiers. */
export interface ProfileScope {
  /** Profiles are looked for in this domain group; absent: in BlueConic's own. */
  domainGroup?: string;
}

/**
 * What one of these becomes depends on the others (contracts: blueconic 5.3): an objective that is refused leaves those
 * consented to, and without a zone consent is ignored. Whatever was accepted last, a row's consent is sent with it.
 */
const consentProperties: ReadonlySet<string> = new Set([
  'consented_objectives',
  'refused_objectives',
  'privacy_legislation',
]);

const noFields: ReadonlySet<string> = new Set();

/**
 * How properties of BlueConic profiles are compared with what was accepted before. `SET_IF_EMPTY` and an empty `SET` are
 * left to BlueConic, which knows what a profile holds: they stay at home only where we know that they would do nothing.
 */
export function profileChangeRules({ domainGroup }: ProfileScope): ChangeRules {
  return {
    workspace: workspaceOf(domainGroup),
    alwaysSent,
    comparable: (_field, value, type) => comparableValues(value, type),
    element: comparableValue,
    // A deployed mapping says by what profiles are found; the names that a hand-written update uses are not kept.
    identifierFields: noFields,
    findsByMatch: true,
    setsIfEmpty: true,
    emptiesUnseen: true,
    price: () => 0,
  };
}

/** The same identifier means another profile in another domain group. */
function workspaceOf(domainGroup: string | undefined): string {
  return domainGroup === undefined ? 'tenant' : `domain group ${domainGroup}`;
}

function alwaysSent({ field, strategy }: FieldChange): boolean {
  return strategy === 'sum' || consentProperties.has(field);
}
