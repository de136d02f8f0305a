import { campaignsReceived } from './campaignsReceived';
import { isObject, type Json, type JsonObject } from './json';
import type { BrazeUserRecord, TallyRecord } from './userRecord';

/** What may stand in `fields_to_export` (contracts: braze 4.4). Of these the sandbox holds only some. */
export const exportFields: ReadonlySet<string> = new Set([
  'apps',
  'attributed_campaign',
  'attributed_source',
  'attributed_adgroup',
  'attributed_ad',
  'push_subscribe',
  'email_subscribe',
  'braze_id',
  'country',
  'created_at',
  'created_from',
  'custom_attributes',
  'custom_events',
  'devices',
  'dob',
  'email',
  'external_id',
  'first_name',
  'gender',
  'home_city',
  'language',
  'last_coordinates',
  'last_name',
  'phone',
  'purchases',
  'push_tokens',
  'random_bucket',
  'time_zone',
  'total_revenue',
  'uninstalled_at',
  'user_aliases',
  'campaigns_received',
  'canvases_received',
  'cards_clicked',
]);

/** What of a profile goes into a row. */
export interface RowSelection {
  fields: ReadonlySet<string>;
  /** Custom attributes to export; `all` where the fields include `custom_attributes`. */
  custom: 'all' | ReadonlySet<string>;
}

/** Fields that a row holds just as the record does. */
const plainFields = [
  'external_id',
  'braze_id',
  'random_bucket',
  'first_name',
  'last_name',
  'email',
  'email_subscribe',
  'push_subscribe',
  'phone',
  'gender',
  'dob',
  'country',
  'home_city',
  'language',
  'time_zone',
  'total_revenue',
  'user_aliases',
] as const;

const listedDays = 90;

/**
 * One exported user (contracts: braze 4.4): only what was asked for, and nothing that is null or empty – which here
 * includes an empty text, array or object. Events and products last seen over 90 days ago are not listed.
 */
export function exportRow(record: BrazeUserRecord, selection: RowSelection): JsonObject {
  const row: JsonObject = {};
  const { fields } = selection;
  const put = (field: string, value: unknown) => {
    if (fields.has(field) && !isEmpty(value)) row[field] = value as Json;
  };
  for (const field of plainFields) put(field, record[field]);
  put('created_at', record.created_at && createdAtText(record.created_at));
  put('last_coordinates', coordinates(record.current_location));
  put('custom_events', recent(record.custom_events));
  put('purchases', recent(record.purchases));
  if (record.random_bucket !== undefined && fields.has('campaigns_received')) {
    put('campaigns_received', campaignsReceived(record.random_bucket));
  }
  const custom = customAttributes(record.custom_attributes ?? {}, selection.custom);
  if (!isEmpty(custom)) row.custom_attributes = custom;
  return row;
}

/** The form of the documented sample: `2020-07-10 15:00:00.000 UTC`. */
function createdAtText(iso: string): string {
  return iso.replace('T', ' ').replace('Z', ' UTC');
}

/** Longitude first, as the text of the contract has it. */
function coordinates(location: Json | undefined): Json | undefined {
  return isObject(location) ? [location.longitude ?? null, location.latitude ?? null] : undefined;
}

function recent(tallies: readonly TallyRecord[] | undefined): readonly TallyRecord[] | undefined {
  const since = Date.now() - listedDays * 86_400_000;
  return tallies?.filter(({ last }) => Date.parse(last) >= since);
}

function customAttributes(attributes: JsonObject, wanted: 'all' | ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name, value]) => (wanted === 'all' || wanted.has(name)) && !isEmpty(value),
    ),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
