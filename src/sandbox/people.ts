import { sequence } from './faults';

/** One invented customer, the same for the same seed and index. Absent fields are `undefined`. */
export interface Person {
  index: number;
  /** `cust-00000017` */
  externalId: string;
  email: string;
  firstName: string;
  lastName: string;
  gender: 'M' | 'F' | 'O' | undefined;
  /** ISO 3166-1 alpha-2. */
  country: string;
  city: string | undefined;
  /** ISO 639-1. */
  language: string;
  /** E.164 */
  phone: string | undefined;
  /** `YYYY-MM-DD` */
  birthday: string | undefined;
  emailSubscribe: 'opted_in' | 'subscribed' | 'unsubscribed';
  tier: 'bronze' | 'silver' | 'gold' | undefined;
  /** Integer. */
  points: number;
  /** Two decimals. */
  lifetimeValue: number;
  orders: number;
  /** Scalars, no duplicates, zero to four of them. */
  interests: string[];
  newsletter: boolean;
  /** ISO 8601, UTC, whole seconds. */
  lastOrderAt: string | undefined;
  store: string | undefined;
  createdAt: string;
}

const firstNames = [
  'Mira',
  'Jonas',
  'Aylin',
  'Peter',
  'Zoë',
  'Nils',
  'Ines',
  'Bao',
  'Håkon',
  'Lucía',
  'Emre',
  'Ada',
];
const lastNames = [
  'Krüger',
  'Okafor',
  'Lindqvist',
  'Moreau',
  'Tanaka',
  'Novák',
  'Silva',
  'Brandt',
  'Çelik',
  'Hughes',
];
const cities = ['Köln', 'Lyon', 'Gent', 'Porto', 'Graz', 'Odense', 'Łódź', 'Tampere', 'Cork', 'Utrecht'];
const countries = ['DE', 'FR', 'BE', 'PT', 'AT', 'DK', 'PL', 'FI', 'IE', 'NL'];
const languages = ['de', 'fr', 'nl', 'pt', 'de', 'da', 'pl', 'fi', 'en', 'nl'];
const interests = ['hiking', 'golf', 'cooking', 'cinema', 'sailing', 'chess', 'running', 'gardening'];
const epoch = Date.UTC(2026, 0, 1);

/** Builds the customer with this index. Cheap enough to be called again instead of being kept. */
export function person(seed: number, index: number): Person {
  const random = sequence(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const maybe = <T>(share: number, value: () => T): T | undefined => (random() < share ? value() : undefined);
  const home = Math.floor(random() * cities.length);
  const firstName = pick(firstNames);
  const lastName = pick(lastNames);
  const id = String(index).padStart(8, '0');
  return {
    index,
    externalId: `cust-${id}`,
    email: `person.${id}@example.org`,
    firstName,
    lastName,
    gender: maybe(0.9, () => pick(['M', 'F', 'O'] as const)),
    country: countries[home]!,
    city: maybe(0.85, () => cities[home]!),
    language: languages[home]!,
    phone: maybe(0.6, () => `+49151${String(10_000_000 + index).slice(-8)}`),
    birthday: maybe(0.7, () =>
      isoDay(
        Date.UTC(1950 + Math.floor(random() * 55), Math.floor(random() * 12), 1 + Math.floor(random() * 28)),
      ),
    ),
    emailSubscribe: pick(['opted_in', 'subscribed', 'subscribed', 'unsubscribed'] as const),
    tier: maybe(0.8, () => pick(['bronze', 'silver', 'gold'] as const)),
    points: Math.floor(random() * 5000),
    lifetimeValue: Math.round(random() * 250_000) / 100,
    orders: Math.floor(random() * 40),
    interests: interests.filter(() => random() < 0.25).slice(0, 4),
    newsletter: random() < 0.5,
    lastOrderAt: maybe(0.75, () => isoSecond(epoch - Math.floor(random() * 31_536_000_000))),
    store: maybe(0.5, () => `store-${1 + Math.floor(random() * 200)}`),
    createdAt: isoSecond(epoch - Math.floor(random() * 94_608_000_000)),
  };
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function isoSecond(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
