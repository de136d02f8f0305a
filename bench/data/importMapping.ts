import type { Mapping } from '../../src/mapping/mapping';

type Row = Mapping['rows'][number];

/** Has a value for every user, so what BlueConic holds of it counts the profiles that came. */
export const importedByEveryProfile = 'bz_loyalty_points';

function field(path: string, target: string, type: Row['type'] = 'text', rest: Partial<Row> = {}): Row {
  return { source: { kind: 'field', path }, target, type, as: 'one', strategy: 'set', ...rest };
}

/** The import mapping of all benchmarks: 25 rows of mixed kinds, no expression. */
export const importMapping: Mapping = {
  version: 2,
  direction: 'import',
  identifiers: [[{ source: { kind: 'field', path: 'external_id' }, target: 'customer_id' }]],
  allowCreate: true,
  rows: [
    field('braze_id', 'bz_braze_id'),
    field('first_name', 'bz_first_name'),
    field('last_name', 'bz_last_name'),
    field('email', 'bz_email'),
    field('email_subscribe', 'bz_email_subscribe'),
    field('push_subscribe', 'bz_push_subscribe'),
    field('phone', 'bz_phone'),
    field('gender', 'bz_gender'),
    field('dob', 'bz_birthday', 'date'),
    field('country', 'bz_country'),
    field('home_city', 'bz_city'),
    field('language', 'bz_language'),
    field('total_revenue', 'bz_total_revenue', 'number'),
    field('created_at', 'bz_created_at', 'time'),
    field('custom_attributes.loyalty_tier', 'bz_loyalty_tier', 'text', { strategy: 'clear' }),
    field('custom_attributes.loyalty_points', importedByEveryProfile, 'integer'),
    field('custom_attributes.lifetime_value', 'bz_lifetime_value', 'number'),
    field('custom_attributes.orders', 'bz_orders', 'integer'),
    field('custom_attributes.interests', 'bz_interests', 'text', { as: 'list' }),
    field('custom_attributes.newsletter', 'bz_newsletter', 'boolean'),
    field('custom_attributes.last_order_at', 'bz_last_order_at', 'time'),
    field('custom_attributes.preferred_store', 'bz_preferred_store'),
    field('custom_attributes.favourite_brand', 'bz_favourite_brand'),
    field('custom_attributes.churn_risk', 'bz_churn_risk', 'number'),
    { ...field('', 'bz_source'), source: { kind: 'static', value: 'Braze' } },
  ],
};
