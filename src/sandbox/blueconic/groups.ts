import { BadRequest } from './apiReply';
import { bulkLimit } from './bulkEntry';
import { applyRule, checkValues, type RuleStrategy, ruleStrategies } from './rules';
import { groupTypes } from './tenantContent';

/** A group: a household, a company. Its properties are kept as texts. */
export interface Group {
  id: string;
  groupTypeId: string;
  properties: Map<string, readonly string[]>;
}

export interface GroupResult {
  identifier?: string;
  groupId?: string;
  groupTypeId?: string;
  state: 'CREATED' | 'MODIFIED' | 'UNCHANGED' | 'DELETED' | 'NOTFOUND' | 'UNKNOWN_GROUP_TYPE';
}

/**
 * The tenant's groups, written by the same bulk idea as profiles (contracts: blueconic 3.4). Decisions: an entry
 * names its group by `groupTypeId` (or `groupType`, as the examples do) and `groupId` (or `id`); the default
 * strategy is `UPDATE` as for profiles; property types of groups are not checked.
 */
export class Groups {
  readonly #groups = new Map<string, Group>();

  get(type: string, id: string): Group | undefined {
    return this.#groups.get(JSON.stringify([type, id]));
  }

  /** @throws BadRequest if the body is not a list of entries. */
  bulk(body: unknown): GroupResult[] {
    if (!Array.isArray(body)) throw new BadRequest('must be a list of entries', 'body');
    return body.slice(0, bulkLimit).map((entry, at) => this.#apply(readEntry(entry, `[${at}]`)));
  }

  #apply(entry: GroupEntry): GroupResult {
    const { groupTypeId, groupId } = entry;
    const result = (state: GroupResult['state']): GroupResult => ({
      ...(entry.identifier !== undefined && { identifier: entry.identifier }),
      groupId,
      groupTypeId,
      state,
    });
    if (!groupTypes.some(({ id }) => id === groupTypeId)) return result('UNKNOWN_GROUP_TYPE');
    const key = JSON.stringify([groupTypeId, groupId]);
    const known = this.#groups.get(key);
    if (entry.strategy === 'DELETE') return result(this.#groups.delete(key) ? 'DELETED' : 'NOTFOUND');
    if (!known && entry.strategy !== 'UPSERT') return result('NOTFOUND');
    const group = known ?? { id: groupId, groupTypeId, properties: new Map<string, readonly string[]>() };
    this.#groups.set(key, group);
    let changed = false;
    for (const { id, values, strategy } of entry.properties) {
      const before = group.properties.get(id) ?? [];
      const outcome = applyRule(before, strategy, checkValues(values, 'SELECT').valid, 'SELECT');
      if ('problem' in outcome || JSON.stringify(outcome.values) === JSON.stringify(before)) continue;
      group.properties.set(id, outcome.values);
      changed = true;
    }
    return result(known ? (changed ? 'MODIFIED' : 'UNCHANGED') : 'CREATED');
  }
}

interface GroupEntry {
  groupTypeId: string;
  groupId: string;
  strategy: string;
  identifier?: string;
  properties: { id: string; values: string[]; strategy: RuleStrategy }[];
}

function readEntry(entry: unknown, path: string): GroupEntry {
  if (typeof entry !== 'object' || entry === null) throw new BadRequest('must be an object', path);
  const given = entry as Record<string, unknown>;
  const groupTypeId = given.groupTypeId ?? given.groupType;
  const groupId = given.groupId ?? given.id;
  const { strategy = 'UPDATE', identifier, properties = [] } = given;
  if (typeof groupTypeId !== 'string') throw new BadRequest('must be a string', `${path}.groupTypeId`);
  if (typeof groupId !== 'string') throw new BadRequest('must be a string', `${path}.groupId`);
  if (!['UPSERT', 'UPDATE', 'DELETE'].includes(strategy as string))
    throw new BadRequest('must be one of UPSERT, UPDATE, DELETE', `${path}.strategy`);
  if (!Array.isArray(properties)) throw new BadRequest('must be a list of rules', `${path}.properties`);
  return {
    groupTypeId,
    groupId,
    strategy: strategy as string,
    ...(typeof identifier === 'string' && { identifier }),
    properties: properties.map((rule, at) => readRule(rule, `${path}.properties[${at}]`)),
  };
}

function readRule(rule: unknown, path: string): GroupEntry['properties'][number] {
  const { id, values, strategy = 'SET' } = (rule ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string') throw new BadRequest('must be a string', `${path}.id`);
  if (!Array.isArray(values) || values.some((value) => typeof value !== 'string'))
    throw new BadRequest('must be a list of strings', `${path}.values`);
  if (!ruleStrategies.includes(strategy as RuleStrategy))
    throw new BadRequest(`must be one of ${ruleStrategies.join(', ')}`, `${path}.strategy`);
  return { id, values, strategy: strategy as RuleStrategy };
}
