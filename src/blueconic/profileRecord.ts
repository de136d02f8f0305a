import type { ProfileRecord } from '../mapping/profileUpdate';

/** One BlueConic profile as a record for a mapping. Keys that BlueConic did not send are absent. */
export interface BlueConicProfileRecord extends ProfileRecord {
  /** BlueConic's profile id. */
  id: string;
  properties: { [id: string]: string[] };
  segments?: { id: string; name: string }[];
  /** `DO_NOT_TRACK`, `ANONYMOUS` or `PERSONAL`. */
  permissionLevel?: string;
  consentedObjectives?: string[];
  refusedObjectives?: string[];
  /** Ids of interactions (contracts: blueconic 3.4, "viewed interactions"). */
  interactionsViewed?: string[];
  /** Epoch milliseconds, from the property `lastmodifieddate`. */
  lastModified?: number;
  /** Only where profiles that left the segment are read too: false for those. */
  inSegment?: boolean;
}

/**
 * Reads one profile of a segment page. Tolerant: what has another shape than documented is left out, and only a profile
 * without an id is none, which gives undefined. A property named like something of JavaScript's own is data.
 */
export function profileRecord(profile: unknown): BlueConicProfileRecord | undefined {
  if (!isObject(profile) || typeof profile.id !== 'string' || profile.id === '') return undefined;
  const record: BlueConicProfileRecord = { id: profile.id, properties: propertiesOf(profile.properties) };
  const segments = segmentsOf(profile.segments);
  if (segments) record.segments = segments;
  if (isObject(profile.permissions) && typeof profile.permissions.level === 'string') {
    record.permissionLevel = profile.permissions.level;
  }
  if (Array.isArray(profile.consentedObjectives))
    record.consentedObjectives = texts(profile.consentedObjectives);
  if (Array.isArray(profile.refusedObjectives)) record.refusedObjectives = texts(profile.refusedObjectives);
  const { properties } = record;
  if (Object.hasOwn(properties, 'interactions_viewed')) {
    record.interactionsViewed = properties.interactions_viewed!;
  }
  const modified = Object.hasOwn(properties, 'lastmodifieddate')
    ? properties.lastmodifieddate![0]
    : undefined;
  if (modified !== undefined && /^\d{1,16}$/.test(modified)) record.lastModified = Number(modified);
  return record;
}

function propertiesOf(list: unknown): { [id: string]: string[] } {
  const properties: { [id: string]: string[] } = {};
  if (!Array.isArray(list)) return properties;
  for (const property of list as unknown[]) {
    if (!isObject(property) || typeof property.id !== 'string' || !Array.isArray(property.values)) continue;
    const values = texts(property.values);
    // Plain assignment of `__proto__` would set the prototype and lose the values.
    if (property.id !== '__proto__') properties[property.id] = values;
    else
      Object.defineProperty(properties, property.id, {
        value: values,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return properties;
}

function segmentsOf(list: unknown): { id: string; name: string }[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const segments: { id: string; name: string }[] = [];
  for (const segment of list as unknown[]) {
    if (!isObject(segment) || typeof segment.id !== 'string') continue;
    segments.push({ id: segment.id, name: typeof segment.name === 'string' ? segment.name : segment.id });
  }
  return segments;
}

/**
 * Values are documented as texts; a number or truth value is taken as its text all the same. A list of texts alone, as
 * nearly all are, is handed on as it is: nobody else has it.
 */
function texts(values: unknown[]): string[] {
  for (let at = 0; at < values.length; at++) if (typeof values[at] !== 'string') return madeTexts(values);
  return values as string[];
}

function madeTexts(values: readonly unknown[]): string[] {
  const result: string[] = [];
  for (const value of values) {
    if (typeof value === 'string') result.push(value);
    else if (typeof value === 'number' || typeof value === 'boolean') result.push(String(value));
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
