import type { Json, JsonObject } from './json';
import type { StandardField } from './standardFields';
import { isStandardField } from './standardFields';
import type { BrazeUser, Tally, UserAlias } from './users';

/** How often an event happened or a product was bought; times in ISO 8601. */
export interface TallyRecord {
  name: string;
  first: string;
  last: string;
  count: number;
}

/**
 * One profile as the sandbox shows it and takes it: the standard fields under the names of /users/track, everything
 * else under the names of an export row. Absent means empty.
 */
export type BrazeUserRecord = { [Field in StandardField]?: Json } & {
  external_id?: string;
  braze_id?: string;
  user_aliases?: UserAlias[];
  /** ISO 8601. */
  created_at?: string;
  random_bucket?: number;
  custom_attributes?: JsonObject;
  /** Group id to state. */
  subscription_groups?: Record<string, string>;
  custom_events?: TallyRecord[];
  purchases?: TallyRecord[];
  total_revenue?: number;
};

export function recordOf(user: BrazeUser): BrazeUserRecord {
  return {
    ...(user.externalId !== undefined && { external_id: user.externalId }),
    braze_id: user.brazeId,
    ...(user.aliases.length > 0 && { user_aliases: user.aliases.map((alias) => ({ ...alias })) }),
    created_at: new Date(user.createdAt).toISOString(),
    random_bucket: user.randomBucket,
    ...Object.fromEntries(user.standard),
    ...(user.custom.size > 0 && { custom_attributes: Object.fromEntries(user.custom) }),
    ...(user.subscriptionGroups.size > 0 && {
      subscription_groups: Object.fromEntries(user.subscriptionGroups),
    }),
    ...(user.events.size > 0 && { custom_events: tallies(user.events) }),
    ...(user.purchases.size > 0 && { purchases: tallies(user.purchases) }),
    ...(user.totalRevenue !== 0 && { total_revenue: user.totalRevenue }),
  };
}

/**
 * The attribute object that gives a profile the record's values, without identifiers. Counts of events and purchases
 * are not carried over.
 */
export function attributesOf(record: BrazeUserRecord): JsonObject {
  const object = new Map<string, Json>(Object.entries(record.custom_attributes ?? {}));
  for (const [key, value] of Object.entries(record)) {
    if (isStandardField(key) && value !== undefined) object.set(key, value as Json);
  }
  const groups = Object.entries(record.subscription_groups ?? {});
  if (groups.length > 0) {
    object.set(
      'subscription_groups',
      groups.map(([id, state]) => ({ subscription_group_id: id, subscription_state: state })),
    );
  }
  return Object.fromEntries(object);
}

function tallies(counted: ReadonlyMap<string, Tally>): TallyRecord[] {
  return [...counted].map(([name, { first, last, count }]) => ({
    name,
    first: new Date(first).toISOString(),
    last: new Date(last).toISOString(),
    count,
  }));
}
