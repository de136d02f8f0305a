import { type Person, person } from '../people';
import type { Json, JsonObject } from './json';
import { timeText } from './timeValues';
import type { BrazeUserRecord } from './userRecord';

/** Which invented customers: indexes `from` (included) to `to` (excluded). */
export interface PeopleRange {
  seed: number;
  from: number;
  to: number;
}

/**
 * The Braze profile of an invented customer. A value that the customer lacks is absent, never null or empty.
 *
 * | Braze | from | form |
 * |---|---|---|
 * | `external_id` | externalId | `cust-00000017` |
 * | `email` | email | |
 * | `first_name`, `last_name` | firstName, lastName | |
 * | `gender` | gender | `M` `F` `O` |
 * | `country`, `home_city`, `language` | country, city, language | ISO codes, a name |
 * | `phone` | phone | E.164 |
 * | `dob` | birthday | `YYYY-MM-DD` |
 * | `email_subscribe` | emailSubscribe | `opted_in` `subscribed` `unsubscribed` |
 * | `created_at` | createdAt | a time |
 * | custom `loyalty_tier` | tier | string |
 * | custom `loyalty_points` | points | number, whole |
 * | custom `interests` | interests | array of strings |
 * | custom `newsletter` | newsletter | boolean |
 * | custom `last_order_at` | lastOrderAt | time |
 * | custom `lifetime_value` | lifetimeValue | number, two decimals |
 * | custom `orders` | orders | number, whole |
 * | custom `preferred_store` | store | string |
 */
export function personRecord(seed: number, index: number): BrazeUserRecord {
  const someone = person(seed, index);
  return {
    external_id: someone.externalId,
    created_at: timeText(Date.parse(someone.createdAt)),
    ...present({
      email: someone.email,
      first_name: someone.firstName,
      last_name: someone.lastName,
      gender: someone.gender,
      country: someone.country,
      home_city: someone.city,
      language: someone.language,
      phone: someone.phone,
      dob: someone.birthday,
      email_subscribe: someone.emailSubscribe,
    }),
    custom_attributes: customAttributes(someone),
  };
}

function customAttributes(someone: Person): JsonObject {
  return present({
    loyalty_tier: someone.tier,
    loyalty_points: someone.points,
    interests: someone.interests.length > 0 ? someone.interests : undefined,
    newsletter: someone.newsletter,
    last_order_at: someone.lastOrderAt && timeText(Date.parse(someone.lastOrderAt)),
    lifetime_value: someone.lifetimeValue,
    orders: someone.orders,
    preferred_store: someone.store,
  });
}

function present(values: Record<string, Json | undefined>): JsonObject {
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) kept[name] = value;
  return kept;
}
