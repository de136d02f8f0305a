import { z } from 'zod';
import { SyncError } from '../errors/syncError';
import { type BlueConicAccess, callBlueConic } from './blueconicCall';

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
  const call = {
    method: 'GET',
    path: `/profiles/${encodeURIComponent(profileId)}`,
    query: [['collapse', 'profile.segments'], ...properties.map((id) => ['profileProperty', id] as const)],
    scope: 'read:profiles',
  } as const;
  try {
    const { value } = await callBlueConic(access, call, profile, signal);
    const held = new Map<string, readonly string[]>();
    for (const property of value.properties ?? []) {
      if (property.values?.length) held.set(property.id, property.values);
    }
    return held;
  } catch (thrown) {
    if (thrown instanceof SyncError && thrown.status === 404) return undefined;
    throw thrown;
  }
}
