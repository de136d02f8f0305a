import type { SandboxReply } from '../server';
import { readSelection } from './exportRequest';
import { exportFields, exportRow, type RowSelection } from './exportRow';
import { readAlias } from './identifiers';
import type { Json, JsonObject } from './json';
import { accepted, refusal } from './replies';
import { recordOf } from './userRecord';
import { type BrazeUser, e164, preferred, type UserAlias, type UserDirectory } from './users';

const mostIds = 50;
const tooManyIds = `At most ${mostIds} identifiers can be given in one request`;

/**
 * POST /users/export/ids (contracts: braze 5): up to 50 external ids and aliases together, a braze_id, and one of
 * e-mail address, phone number and device id. Every profile with the address or number is returned; devices are not
 * kept, so a device_id finds nobody. Refusals and their texts are not documented.
 *
 * @param needsFields whether `fields_to_export` must be given; otherwise its absence means everything
 */
export function exportIds(body: JsonObject, users: UserDirectory, needsFields: boolean): SandboxReply {
  const selection = selectionOf(body, needsFields);
  if (typeof selection === 'string') return refusal(400, selection);
  const externalIds = listed(body.external_ids);
  const aliases = listed(body.user_aliases);
  if (externalIds.length + aliases.length > mostIds) return refusal(400, tooManyIds);
  const { braze_id: brazeId, email_address: email, phone, device_id: deviceId } = body;
  if ([email, phone, deviceId].filter((given) => given !== undefined).length > 1) {
    return refusal(400, "Only one of 'device_id', 'email_address' and 'phone' can be given");
  }
  const exported = new Set<BrazeUser>();
  const unknown: Json[] = [];
  const add = (user: BrazeUser | undefined, id: Json) => {
    if (user) exported.add(user);
    else unknown.push(id);
  };
  for (const id of externalIds) add(users.byExternalId(String(id)), id);
  for (const id of aliases) add(byAlias(users, readAlias(id)), id);
  if (brazeId !== undefined) add(users.byBrazeId(String(brazeId)), brazeId);
  if (email !== undefined) for (const user of users.withEmail(String(email))) exported.add(user);
  if (phone !== undefined) for (const user of users.withPhone(String(phone))) exported.add(user);
  return accepted({
    users: [...exported].map((user) => rowWithE164(user, selection)),
    ...(unknown.length > 0 && { invalid_user_ids: unknown }),
  });
}

const deleteKeys = ['external_ids', 'braze_ids', 'user_aliases', 'email_addresses', 'phone_numbers'] as const;

/**
 * POST /users/delete (contracts: braze 6): one kind of identifier, at most 50 of them; answers how many deletions
 * are queued. Of several profiles with one address or number the one that an update would reach is deleted: a
 * `prioritization` is not followed.
 */
export function deleteUsers(
  body: JsonObject,
  remove: (find: (users: UserDirectory) => BrazeUser | undefined, externalId: string | undefined) => void,
): SandboxReply {
  const given = deleteKeys.filter((key) => body[key] !== undefined);
  const [key] = given;
  if (key === undefined || given.length > 1)
    return refusal(400, `Exactly one of ${deleteKeys.join(', ')} is required`);
  const ids = listed(body[key]);
  if (ids.length > mostIds) return refusal(400, tooManyIds);
  for (const id of ids) {
    remove((users) => findByKey(users, key, id), key === 'external_ids' ? String(id) : undefined);
  }
  return accepted({ deleted: ids.length });
}

function findByKey(users: UserDirectory, key: (typeof deleteKeys)[number], id: Json): BrazeUser | undefined {
  switch (key) {
    case 'external_ids':
      return users.byExternalId(String(id));
    case 'braze_ids':
      return users.byBrazeId(String(id));
    case 'user_aliases':
      return byAlias(users, readAlias(id));
    case 'email_addresses':
      return preferred(users.withEmail(String((id as JsonObject | null)?.email)));
    case 'phone_numbers':
      return preferred(users.withPhone(String(id)));
  }
}

function byAlias(users: UserDirectory, alias: UserAlias | undefined): BrazeUser | undefined {
  return alias && users.byAlias(alias);
}

function selectionOf(body: JsonObject, needsFields: boolean): RowSelection | string {
  if (body.fields_to_export !== undefined || needsFields) return readSelection(body);
  return { fields: exportFields, custom: 'all' };
}

/** Unlike in a segment export the phone number comes in E.164 (contracts: braze 4.4). */
function rowWithE164(user: BrazeUser, selection: RowSelection): JsonObject {
  const row = exportRow(recordOf(user), selection);
  return typeof row.phone === 'string' ? { ...row, phone: e164(row.phone) } : row;
}

function listed(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
