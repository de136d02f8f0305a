import { BadRequest, type FieldProblem } from './apiReply';
import { type PermissionLevel, permissionLevels } from './propertyCatalogue';
import { type RuleStrategy, ruleStrategies } from './rules';
import type { BlueConicSettings } from './settings';

/** Most entries that one bulk request processes (contracts: blueconic 3.4). */
export const bulkLimit = 1000;

export interface BulkRule {
  id: string;
  values: string[];
  /** Decision: a rule without a strategy is a `SET`. */
  strategy?: RuleStrategy;
  restriction?: 'ALL_PROFILES' | 'EXISTING_PROFILES_ONLY' | 'NEW_PROFILES_ONLY';
}

export interface BulkEvent {
  id?: string;
  eventTypeId: string;
  /** RFC 3339. */
  date?: string;
  data?: { id: string; values?: unknown }[];
  strategy?: 'SET' | 'UPSERT' | 'UPDATE' | 'DELETE';
  identifier?: string;
}

/** One entry of `PUT /profiles`, checked for its shape and used as it was parsed. */
export interface BulkEntry {
  profileId?: string;
  matching?: { id: string; value: string }[][];
  strategy?: 'UPSERT' | 'UPDATE' | 'DELETE';
  properties?: BulkRule[];
  identifier?: string;
  domainGroup?: string;
  permissionLevel?: PermissionLevel;
  privacyLegislation?: string;
  restriction?: { isMemberOfSegment: string };
  timeline?: BulkEvent[];
}

const problemLimit = 20;
const entryStrategies = ['UPSERT', 'UPDATE', 'DELETE'];
const eventStrategies = ['SET', 'UPSERT', 'UPDATE', 'DELETE'];
const restrictions = ['ALL_PROFILES', 'EXISTING_PROFILES_ONLY', 'NEW_PROFILES_ONLY'];
/** The contract names four of the 49 codes, so only their form is held to. */
const zonePattern = /^[A-Z][A-Z0-9_]*$/;

type Problem = [path: string, message: string] | undefined;

/**
 * Checks the shape of the first 1000 entries. Decision: JSON of a wrong shape (numbers in `values`, unknown enum
 * names) refuses the whole request with 400, as a typed JSON reader would; unknown fields are passed over.
 * @throws BadRequest with up to 20 problems, each with the path of its field.
 */
export function readBulk(body: unknown, settings: BlueConicSettings): BulkEntry[] {
  if (!Array.isArray(body)) throw new BadRequest('must be a list of entries', 'body');
  const entries = body.length > bulkLimit ? body.slice(0, bulkLimit) : body;
  const allowed = ruleStrategies.filter(
    (name) =>
      !(name === 'INCREMENT' && settings.incrementStrategy === 'rejected') &&
      !(name === 'SUM' && settings.sumStrategy === 'rejected'),
  );
  const problems: FieldProblem[] = [];
  for (let at = 0; at < entries.length && problems.length < problemLimit; at++) {
    const problem = entryProblem(entries[at], allowed);
    if (problem) problems.push({ field: `[${at}]${problem[0]}`, message: problem[1] });
  }
  if (problems.length > 0) throw new BadRequest(problems);
  return entries;
}

function entryProblem(entry: unknown, allowed: readonly string[]): Problem {
  if (!isObject(entry)) return ['', 'must be an object'];
  const { profileId, identifier, domainGroup, strategy, permissionLevel, privacyLegislation, restriction } =
    entry;
  if (profileId !== undefined && typeof profileId !== 'string') return ['.profileId', 'must be a string'];
  if (identifier !== undefined && typeof identifier !== 'string') return ['.identifier', 'must be a string'];
  if (domainGroup !== undefined && typeof domainGroup !== 'string')
    return ['.domainGroup', 'must be a string'];
  if (strategy !== undefined && !entryStrategies.includes(strategy as string))
    return ['.strategy', `must be one of ${entryStrategies.join(', ')}`];
  if (permissionLevel !== undefined && !permissionLevels.includes(permissionLevel as PermissionLevel))
    return ['.permissionLevel', `must be one of ${permissionLevels.join(', ')}`];
  if (
    privacyLegislation !== undefined &&
    !(typeof privacyLegislation === 'string' && zonePattern.test(privacyLegislation))
  )
    return ['.privacyLegislation', 'must be a zone code'];
  if (
    restriction !== undefined &&
    !(isObject(restriction) && typeof restriction.isMemberOfSegment === 'string')
  )
    return ['.restriction', 'must have isMemberOfSegment'];
  return matchingProblem(entry.matching) ?? rulesProblem(entry.properties, allowed) ?? timelineProblem(entry);
}

function matchingProblem(matching: unknown): Problem {
  if (matching === undefined) return undefined;
  if (!Array.isArray(matching)) return ['.matching', 'must be a list of lists'];
  for (let or = 0; or < matching.length; or++) {
    const group = matching[or];
    if (!Array.isArray(group)) return [`.matching[${or}]`, 'must be a list'];
    for (let and = 0; and < group.length; and++) {
      const pair = group[and];
      if (!isObject(pair) || typeof pair.id !== 'string' || typeof pair.value !== 'string')
        return [`.matching[${or}][${and}]`, 'must have id and value, both strings'];
    }
  }
  return undefined;
}

function rulesProblem(rules: unknown, allowed: readonly string[]): Problem {
  if (rules === undefined) return undefined;
  if (!Array.isArray(rules)) return ['.properties', 'must be a list of rules'];
  for (let at = 0; at < rules.length; at++) {
    const problem = ruleProblem(rules[at], allowed);
    if (problem) return [`.properties[${at}]${problem[0]}`, problem[1]];
  }
  return undefined;
}

function ruleProblem(rule: unknown, allowed: readonly string[]): Problem {
  if (!isObject(rule) || typeof rule.id !== 'string') return ['.id', 'must be a string'];
  const { values, strategy, restriction } = rule;
  if (!Array.isArray(values)) return ['.values', 'must be a list of strings'];
  for (const value of values) if (typeof value !== 'string') return ['.values', 'must be a list of strings'];
  if (strategy !== undefined && !allowed.includes(strategy as string))
    return ['.strategy', `must be one of ${allowed.join(', ')}`];
  if (restriction !== undefined && !restrictions.includes(restriction as string))
    return ['.restriction', `must be one of ${restrictions.join(', ')}`];
  return undefined;
}

function timelineProblem({ timeline }: Record<string, unknown>): Problem {
  if (timeline === undefined) return undefined;
  if (!Array.isArray(timeline)) return ['.timeline', 'must be a list of events'];
  for (let at = 0; at < timeline.length; at++) {
    const event = timeline[at];
    const path = `.timeline[${at}]`;
    if (!isObject(event) || typeof event.eventTypeId !== 'string')
      return [`${path}.eventTypeId`, 'must be a string'];
    if (event.strategy !== undefined && !eventStrategies.includes(event.strategy as string))
      return [`${path}.strategy`, `must be one of ${eventStrategies.join(', ')}`];
    if (event.date !== undefined && Number.isNaN(Date.parse(String(event.date))))
      return [`${path}.date`, 'must be a date'];
    if (event.id !== undefined && typeof event.id !== 'string') return [`${path}.id`, 'must be a string'];
    if (event.data !== undefined && !(Array.isArray(event.data) && event.data.every(isObject)))
      return [`${path}.data`, 'must be a list of fields'];
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
