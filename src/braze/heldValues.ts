import type { HeldValues } from '../delta/heldValues';
import type { AskedFields } from '../mapping/compileMapping';
import type { MatchTerm } from '../mapping/profileUpdate';

/** Attributes that an export returns under the name by which they are written (contracts: braze 2.4, 4.4). */
const sameName = [
  'first_name',
  'last_name',
  'email',
  'phone',
  'country',
  'language',
  'gender',
  'dob',
  'home_city',
  'time_zone',
  'email_subscribe',
  'push_subscribe',
] as const;

/**
 * Reads one row of a segment export as what Braze holds of a user (contracts: braze 4.4). Undefined for what has no
 * identifier, and for what is no such row. A field that was asked for and is missing is empty.
 *
 * @param asked which fields the export was asked for; undefined: all.
 */
export function heldValues(row: unknown, asked: AskedFields | undefined): HeldValues | undefined {
  if (!isObject(row)) return undefined;
  const match = matchOf(row);
  if (match.length === 0) return undefined;
  const values: { field: string; value: unknown }[] = [];
  const empty: string[] = [];
  const unread: string[] = [];
  const take = (field: string, value: unknown) => {
    if (value === undefined || value === null) empty.push(field);
    else values.push({ field, value });
  };
  for (const field of sameName) {
    if (!asked || asked.has([field])) take(field, row[field]);
    else unread.push(field);
  }
  const custom = isObject(row.custom_attributes) ? row.custom_attributes : {};
  if (!asked || asked.has(['custom_attributes'])) {
    for (const [field, value] of Object.entries(custom)) if (value !== null) values.push({ field, value });
    return { match, values, empty, othersEmptyBut: unread };
  }
  for (const field of asked.named?.custom_attributes ?? []) {
    take(field, Object.hasOwn(custom, field) ? custom[field] : undefined);
  }
  return { match, values, empty };
}

function matchOf(row: Record<string, unknown>): MatchTerm[][] {
  const match: MatchTerm[][] = [];
  for (const field of ['external_id', 'braze_id', 'email', 'phone']) {
    const value = row[field];
    if (typeof value === 'string' && value !== '') match.push([{ field, value }]);
  }
  if (!Array.isArray(row.user_aliases)) return match;
  for (const alias of row.user_aliases as unknown[]) {
    if (!isObject(alias)) continue;
    const { alias_name: name, alias_label: label } = alias;
    if (typeof name !== 'string' || typeof label !== 'string') continue;
    match.push([
      { field: 'user_alias_name', value: name },
      { field: 'user_alias_label', value: label },
    ]);
  }
  return match;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
