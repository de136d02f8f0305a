import type { HeldValues } from '../delta/heldValues';
import { identifierKind } from '../delta/identifierKinds';
import type { AskedFields } from '../mapping/compileMapping';
import type { FieldType } from '../mapping/fieldType';
import type { Mapping } from '../mapping/mapping';
import type { MatchTerm } from '../mapping/profileUpdate';
import { comparableValue } from './comparableText';
import { consentProperties } from './consentProperties';

/** What imports write to a tenant, and how they look for its profiles. */
export interface ImportedFields {
  /** Alternatives, each of properties that must all match. */
  identifiers: readonly (readonly string[])[];
  /** Property ids to the type that the mapping gives them; those that are compared. */
  types: ReadonlyMap<string, FieldType>;
}

/** A profile is remembered under so many identifiers at most. */
const matchesOfOne = 20;

/** What these mappings write, together. */
export function importedFields(mappings: readonly Mapping[]): ImportedFields {
  const identifiers = new Map<string, string[]>();
  const types = new Map<string, FieldType>();
  for (const { identifiers: groups, rows } of mappings) {
    for (const group of groups) {
      const fields = group.map(({ target }) => target);
      identifiers.set(identifierKind(fields.map((field) => ({ field, value: '' }))), fields);
    }
    for (const { target, type, strategy } of rows) {
      if (strategy !== 'sum' && !consentProperties.has(target)) types.set(target, type);
    }
  }
  return { identifiers: [...identifiers.values()], types };
}

/**
 * Reads a record of a segment as what BlueConic holds of a profile, as far as imports write it. Undefined for what is no
 * such record, for a profile of another domain group, and where no import could find it.
 *
 * @param asked which fields the source was asked for; undefined: all.
 */
export function heldProperties(
  record: unknown,
  asked: AskedFields | undefined,
  { identifiers, types }: ImportedFields,
  domainGroup: string | undefined,
): HeldValues | undefined {
  const properties = propertiesOf(record);
  if (!properties || !isOf(domainGroup, properties)) return undefined;
  const match = identifiers.flatMap((fields) => matchesBy(fields, properties)).slice(0, matchesOfOne);
  if (match.length === 0) return undefined;
  const values: { field: string; value: unknown }[] = [];
  const empty: string[] = [];
  for (const [field, type] of types) {
    const texts = valuesOf(properties, field);
    if (texts.length > 0) values.push({ field, value: texts.map((text) => comparableValue(text, type)) });
    else if (!asked || asked.has(['properties', field])) empty.push(field);
  }
  return { match, values, empty };
}

type Properties = Readonly<Record<string, readonly string[]>>;

/** Of profiles that left the segment only what finds them is read. */
function propertiesOf(record: unknown): Properties | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const { properties, inSegment } = record as { properties?: Properties; inSegment?: boolean };
  return inSegment === false || typeof properties !== 'object' || properties === null
    ? undefined
    : properties;
}

function valuesOf(properties: Properties, field: string): readonly string[] {
  return Object.hasOwn(properties, field) ? properties[field]! : [];
}

/** Where the domain group was not read, a profile counts as one of BlueConic's own, which is most tenants' only one. */
function isOf(domainGroup: string | undefined, properties: Properties): boolean {
  return (valuesOf(properties, 'domaingroup')[0] ?? defaultGroup) === (domainGroup ?? defaultGroup);
}

const defaultGroup = 'DEFAULT';

/** Every combination of values by which these properties find the profile. */
function matchesBy(fields: readonly string[], properties: Properties): MatchTerm[][] {
  let found: MatchTerm[][] = [[]];
  for (const field of fields) {
    const values = valuesOf(properties, field).slice(0, matchesOfOne);
    found = found
      .flatMap((terms) => values.map((value) => [...terms, { field, value }]))
      .slice(0, matchesOfOne);
  }
  return found;
}
