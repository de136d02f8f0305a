import { z } from 'zod';
import { SyncError } from '../errors/syncError';
import { type BrazeAccess, callBraze } from './brazeCall';

/** At most this many users in one call (contracts: braze 5). */
export const maxExportedUsers = 50;

export interface ExportedUsers {
  /** As in the rows of a segment export; users that Braze does not have are not in it. */
  users: Record<string, unknown>[];
  /** The ids asked for that Braze does not have. */
  unknownIds: string[];
}

const answered = z.object({
  users: z.array(z.record(z.string(), z.unknown())),
  invalid_user_ids: z.array(z.string()).nullish(),
});

/**
 * Reads users back by external id.
 * @throws SyncError BRAZE_TOO_MANY_IDS for more than 50 ids; nothing is asked then.
 */
export async function exportUsers(
  access: BrazeAccess,
  { externalIds, fields }: { externalIds: readonly string[]; fields: readonly string[] },
  signal: AbortSignal,
): Promise<ExportedUsers> {
  if (externalIds.length > maxExportedUsers) {
    throw new SyncError({
      code: 'BRAZE_TOO_MANY_IDS',
      message: `Braze reads back ${maxExportedUsers} users at a time, not ${externalIds.length}.`,
      advice: 'Ask in several calls.',
    });
  }
  const { value } = await callBraze(
    access,
    {
      method: 'POST',
      path: '/users/export/ids',
      body: { external_ids: externalIds, fields_to_export: fields },
    },
    answered,
    signal,
  );
  return { users: value.users, unknownIds: value.invalid_user_ids ?? [] };
}
