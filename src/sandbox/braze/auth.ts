import type { ApiKey } from './settings';

/** What the Authorization header of a call is worth. */
export type Access = 'unknownKey' | 'missingPermission' | 'granted';

/**
 * Judges a call's key (contracts: braze 1.2, 1.3). Only `Authorization: Bearer <key>` counts; a key in the body or
 * the query is the legacy style and not accepted.
 */
export function access(
  authorization: string | undefined,
  keys: readonly ApiKey[],
  permission: string,
): Access {
  const sent = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  const known = keys.find(({ key }) => key === sent);
  if (!known) return 'unknownKey';
  const granted = known.permissions === 'all' || known.permissions.includes(permission);
  return granted ? 'granted' : 'missingPermission';
}
