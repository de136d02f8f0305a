import { z } from 'zod';
import { SyncError } from '../errors/syncError';
import { type BlueConicAccess, callBlueConic } from './blueconicCall';
import { pathPart } from './pathPart';

const values = z.array(z.string()).nullish();
const profile = z.object({
  // Without it anything that is JSON would be a profile without values.
  id: z.string(),
  properties: z.array(z.object({ id: z.string(), values })).nullish(),
});

/** What one profile holds of some properties, by property id; those without a value are absent. */
export type HeldValues = ReadonlyMap<string, readonly string[]>;

/**
 * Reads some properties of one profile (contracts: blueconic 3.4, scope `read:profiles`). Undefined where BlueConic has
 * no such profile any more.
 * @throws SyncError, BLUECONIC_SCOPE_MISSING among others.
 */
export async function readProfileValues(
  access: BlueConicAccess,
  profileId: string,
  properties: readonly string[],
  signal: AbortSignal,
): Promise<HeldValues | undefined> {
  const query: Query = [['collapse', 'profile.segments'], ...parameters(properties)];
  const value = await oneProfile(access, profileId, query, profile, signal);
  if (!value) return undefined;
  const held = new Map<string, readonly string[]>();
  for (const property of value.properties ?? []) {
    if (property.values?.length) held.set(property.id, property.values);
  }
  return held;
}

/** As `readProfileValues`, but the profile as it comes, with the segments it is in; without `properties` with all of them. */
export function readProfile(
  access: BlueConicAccess,
  profileId: string,
  { properties = [] }: { properties?: readonly string[] },
  signal: AbortSignal,
): Promise<unknown> {
  return oneProfile(access, profileId, parameters(properties), z.looseObject({}), signal);
}

type Query = readonly (readonly [name: string, value: string])[];

function parameters(properties: readonly string[]): Query {
  return properties.map((id) => ['profileProperty', id] as const);
}

async function oneProfile<T>(
  access: BlueConicAccess,
  profileId: string,
  query: Query,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const path = `/profiles/${pathPart(profileId)}`;
  const call = { method: 'GET', path, query, scope: 'read:profiles' } as const;
  try {
    return (await callBlueConic(access, call, schema, signal)).value;
  } catch (thrown) {
    if (thrown instanceof SyncError && thrown.status === 404) return undefined;
    throw thrown;
  }
}
