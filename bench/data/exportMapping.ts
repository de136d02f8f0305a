import type { Mapping } from '../../src/mapping/mapping';

type Row = Mapping['rows'][number];

/** Has a value in every record, so what Braze holds of it counts the profiles that came. */
export const presentInEveryProfile = 'bc_loyalty_points';

function field(path: string, target: string, type: Row['type'] = 'text', rest: Partial<Row> = {}): Row {
  return { source: { kind: 'field', path }, target, type, as: 'one', strategy: 'set', ...rest };
}

/** The export mapping of all benchmarks: 25 rows of mixed kinds, no expression. */
export const exportMapping: Mapping = {
  version: 2,
  direction: 'export',
  identifiers: [[{ source: { kind: 'field', path: 'properties.customer_id' }, target: 'external_id' }]],
  allowCreate: false,
  rows: [
    field('properties.firstname', 'first_name'),
    field('properties.lastname', 'last_name'),
    field('properties.email', 'email'),
    field('properties.email_subscription', 'email_subscribe'),
    field('properties.phone', 'phone'),
    field('properties.gender', 'gender'),
    field('properties.birthday', 'dob', 'date'),
    field('properties.country', 'country'),
    field('properties.city', 'home_city'),
    field('properties.language', 'language'),
    field('properties.loyalty_tier', 'bc_loyalty_tier', 'text', { strategy: 'clear' }),
    field('properties.loyalty_points', presentInEveryProfile, 'integer'),
    field('properties.lifetime_value', 'bc_lifetime_value', 'number'),
    field('properties.orders', 'bc_orders', 'integer'),
    field('properties.visits', 'bc_visits', 'integer'),
    field('properties.average_order_value', 'bc_average_order_value', 'number'),
    field('properties.churn_risk', 'bc_churn_risk', 'number'),
    field('properties.interests', 'bc_interests', 'text', { as: 'list' }),
    field('properties.newsletter', 'bc_newsletter', 'boolean'),
    field('properties.last_order_at', 'bc_last_order_at', 'time'),
    field('properties.customer_since', 'bc_customer_since', 'time'),
    field('properties.preferred_store', 'bc_preferred_store'),
    field('permissionLevel', 'bc_permission_level'),
    field('id', 'bc_profile_id'),
    { ...field('', 'bc_source'), source: { kind: 'static', value: 'BlueConic' } },
  ],
};
