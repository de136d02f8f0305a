import {
  type ReservedAttribute,
  type ReservedType,
  reservedAttributes,
} from '../../src/braze/reservedAttributes';

/** What no mapping can write: names that only this package may use, or that Braze refuses. */
const notWritable = new Set<ReservedType>(['identifier', 'control', 'forbidden']);

/** What the keys of Braze take, as the catalogue knows it under `accepts`: by key where it differs within a type. */
export const ACCEPTED = [
  'string',
  'email',
  'imageUrl',
  'gender',
  'date',
  'dateTime',
  'boolean',
  'location',
  'subscriptionState',
  'subscriptionGroups',
  'pushTokens',
  'object',
  'phone',
  'country',
  'language',
  'time_zone',
] as const;

export type Accepted = (typeof ACCEPTED)[number];

export interface BrazeTarget {
  key: string;
  accepts: Accepted;
  /** Writing it costs a data point (contracts: braze 2.10). */
  billable: boolean;
  /** It can be emptied. */
  clearable: boolean;
}

/** The reserved keys that a mapping can write (contracts: braze 2.4). */
export function brazeTargets(): BrazeTarget[] {
  return [...reservedAttributes.values()].flatMap((attribute) => describe(attribute) ?? []);
}

/** What is known about a key of Braze's own; undefined for a custom attribute. */
export function brazeTarget(key: string): BrazeTarget | undefined {
  const reserved = reservedAttributes.get(key);
  return reserved === undefined ? undefined : describe(reserved);
}

/** A reserved key in other letters, which Braze would take for a custom attribute; undefined for all else. */
export function miscasedKey(key: string): string | undefined {
  const right = key.toLowerCase();
  return right !== key && reservedAttributes.has(right) ? right : undefined;
}

function describe({ key, type, billable, clearable }: ReservedAttribute): BrazeTarget | undefined {
  if (notWritable.has(type)) return undefined;
  const accepts = ACCEPTED.find((name) => name === key) ?? ACCEPTED.find((name) => name === type);
  return accepts && { key, accepts, billable, clearable };
}
