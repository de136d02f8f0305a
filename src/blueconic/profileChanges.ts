import type { ChangeRules } from '../delta/changeDetector';
import type { FieldChange } from '../mapping/profileUpdate';
import { comparableValue, comparableValues } from './comparableText';
import { consentProperties } from './consentProperties';
import { heldProperties, type ImportedFields } from './heldProperties';

/** Which profiles of a tenant are meant, where that is not said by their identifiers. */
export interface ProfileScope {
  /** Profiles are looked for in this domain group; absent: in BlueConic's own. */
  domainGroup?: string;
}

const noFields: ReadonlySet<string> = new Set();

/**
 * How properties of BlueConic profiles are compared with what was accepted before. `SET_IF_EMPTY` and an empty `SET` are
 * left to BlueConic, which knows what a profile holds: they stay at home only where we know that they would do nothing.
 *
 * @param imported what is remembered of profiles that a source reads; without it nothing is.
 */
export function profileChangeRules({ domainGroup }: ProfileScope, imported?: ImportedFields): ChangeRules {
  return {
    ...(imported && {
      held: (record, asked) => heldProperties(record, asked, imported, domainGroup),
    }),
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
