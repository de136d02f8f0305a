import { person } from '../../src/sandbox/people';

/**
 * The customer with this index as a line of a Braze segment export (contracts: braze 4.4) with the usual fields: about
 * 1.5 KB of JSON, a field without a value left out, scalars in their own types.
 */
export function exportedUserLine(seed: number, index: number): string {
  const someone = person(seed, index);
  const times = { first: utc(someone.createdAt), last: utc(someone.lastOrderAt ?? someone.createdAt) };
  const hex = (digits: number, salt: number) =>
    (Math.imul(index + salt, 0x9e3779b1) >>> 0).toString(16).padStart(digits, '5af3');
  return JSON.stringify({
    external_id: someone.externalId,
    braze_id: hex(24, 1),
    random_bucket: index % 10_000,
    created_at: utc(someone.createdAt),
    first_name: someone.firstName,
    last_name: someone.lastName,
    email: someone.email,
    email_subscribe: someone.emailSubscribe,
    push_subscribe: someone.newsletter ? 'opted_in' : 'subscribed',
    phone: someone.phone,
    gender: someone.gender,
    dob: someone.birthday,
    country: someone.country,
    home_city: someone.city,
    language: someone.language,
    time_zone: 'Europe/Berlin',
    total_revenue: someone.lifetimeValue,
    user_aliases: [{ alias_name: `shop-${index}`, alias_label: 'shop_id' }],
    custom_attributes: {
      loyalty_tier: someone.tier,
      loyalty_points: someone.points,
      lifetime_value: someone.lifetimeValue,
      average_order_value: Number((someone.lifetimeValue / Math.max(1, someone.orders)).toFixed(2)),
      orders: someone.orders,
      interests: someone.interests,
      newsletter: someone.newsletter,
      last_order_at: someone.lastOrderAt && `${someone.lastOrderAt.slice(0, 19)}.000Z`,
      preferred_store: someone.store,
      favourite_brand: `brand ${index % 97}`,
      last_channel: someone.newsletter ? 'email newsletter' : 'organic search',
      churn_risk: (someone.points % 100) / 100,
      visits: someone.orders * 3 + (someone.points % 11),
    },
    custom_events: ['viewed_product', 'added_to_basket', 'searched'].map((name, at) => ({
      name,
      ...times,
      count: 1 + ((index + at) % 60),
    })),
    purchases: [{ name: `product-${index % 500}`, ...times, count: 1 + (index % 5) }],
    apps: [
      {
        name: 'Shop iOS',
        platform: 'iOS',
        version: '5.12.1',
        sessions: index % 80,
        first_used: times.first,
        last_used: times.last,
      },
    ],
    devices: [{ model: 'iPhone 14', os: 'iOS 18.1', device_id: hex(36, 7), ad_tracking_enabled: false }],
  });
}

/** The form of Braze's exports: `2020-07-10 15:00:00.000 UTC`. */
function utc(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}.000 UTC`;
}
