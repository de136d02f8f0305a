import type { DeltaRecord } from './deltaRecord';

/** What `exportMapping` says, as somebody would write it by hand for these records alone: Braze's own field names. */
export function handMapped({ id, permissionLevel, properties }: DeltaRecord): {
  externalId: string;
  standard: Record<string, unknown>;
  custom: Record<string, unknown>;
} {
  const first = (name: string) => properties[name]?.[0];
  const number = (name: string) => (properties[name] ? Number(properties[name][0]) : undefined);
  const time = (name: string) =>
    properties[name] ? new Date(Number(properties[name][0])).toISOString() : undefined;
  return {
    externalId: first('customer_id')!,
    standard: {
      first_name: first('firstname'),
      last_name: first('lastname'),
      email: first('email'),
      email_subscribe: first('email_subscription'),
      phone: first('phone'),
      gender: first('gender'),
      dob: time('birthday')?.slice(0, 10),
      country: first('country'),
      home_city: first('city'),
      language: first('language'),
    },
    custom: {
      bc_loyalty_tier: first('loyalty_tier'),
      bc_loyalty_points: number('loyalty_points'),
      bc_lifetime_value: number('lifetime_value'),
      bc_orders: number('orders'),
      bc_visits: number('visits'),
      bc_average_order_value: number('average_order_value'),
      bc_churn_risk: number('churn_risk'),
      bc_interests: properties.interests,
      bc_newsletter: first('newsletter') === 'true',
      bc_last_order_at: time('last_order_at'),
      bc_customer_since: time('customer_since'),
      bc_preferred_store: first('preferred_store'),
      bc_permission_level: permissionLevel,
      bc_profile_id: id,
      bc_source: 'BlueConic',
    },
  };
}
