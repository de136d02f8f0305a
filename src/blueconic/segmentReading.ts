import type { AskedFields } from '../mapping/compileMapping';
import type { FieldPath } from '../mapping/fieldPath';
import type { FieldsRead } from '../mapping/fieldsRead';
import { lastModifiedProperty } from './refinement';
import type { ProfilePart } from './segmentProfiles';

/** Which part of each profile a segment is asked for. */
export interface SegmentReading {
  /** Property ids to ask for; undefined: all. */
  readonly properties: readonly string[] | undefined;
  /** What comes with a profile only if asked for. */
  readonly parts: readonly ProfilePart[];
  readonly asked: AskedFields;
}

export interface ReadingTerms {
  /** Properties chosen in the settings; none: what is read decides. */
  chosen: readonly string[];
  /** Profiles that left the segment are read too, so that a record says whether it is in it. */
  leavers?: boolean;
  read: FieldsRead;
}

/** The property that a record's `interactionsViewed` comes from (contracts: blueconic 3.4). */
const interactionsProperty = 'interactions_viewed';
/** Of the address of a page; proxies and servers refuse more than some 8,000 bytes. */
const longestQuery = 6_000;

/**
 * Asks for what is needed and nothing more: chosen properties, else those that are read, else all. What identifiers and
 * viewed interactions are read from is always among them. Segments and permissions only where they are read, or nobody knows what is.
 */
export function segmentReading({ chosen, leavers = false, read }: ReadingTerms): SegmentReading {
  const { fields, identifiers } = read;
  const needed =
    chosen.length > 0
      ? propertiesOf([...identifiers, ...(fields ?? []).filter(([root]) => root !== 'properties')])
      : fields && propertiesOf(fields);
  const names = needed && new Set([...chosen, ...needed]);
  const reads = (root: string) => fields === undefined || fields.some(([first]) => first === root);
  const parts: ProfilePart[] = [];
  if (reads('permissionLevel')) parts.push('permissions');
  if (reads('segments')) parts.push('segments');
  return { properties: names && asParameters(names), parts, asked: askedFor(names, parts, leavers) };
}

/** Undefined: the properties as a whole are read. */
function propertiesOf(paths: readonly FieldPath[]): string[] | undefined {
  const names: string[] = [];
  for (const [root, name] of paths) {
    if (root === 'interactionsViewed') names.push(interactionsProperty);
    if (root !== 'properties') continue;
    if (typeof name !== 'string') return undefined;
    names.push(name);
  }
  return names;
}

/** The date of change always comes along: pages are looked through by it. */
function asParameters(names: ReadonlySet<string>): string[] | undefined {
  const all = [...new Set([...names, lastModifiedProperty])];
  return new URLSearchParams(all.map((id) => ['profileProperty', id])).toString().length > longestQuery
    ? undefined
    : all;
}

/** Consent and the date of change come with every profile. */
function askedFor(
  names: ReadonlySet<string> | undefined,
  parts: readonly ProfilePart[],
  leavers: boolean,
): AskedFields {
  return {
    has: ([root, name]) => {
      if (root === 'permissionLevel') return parts.includes('permissions');
      if (root === 'segments') return parts.includes('segments');
      if (root === 'inSegment') return leavers;
      if (names === undefined) return true;
      if (root === 'interactionsViewed') return names.has(interactionsProperty);
      return root !== 'properties' || name === undefined || names.has(name);
    },
  };
}
