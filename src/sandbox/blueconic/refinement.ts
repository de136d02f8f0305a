import { BadRequest } from './apiReply';
import { consentNeeded, type Objective, zoneOf } from './consent';
import type { ProfileView } from './profileView';
import type { PropertyCatalogue } from './propertyCatalogue';
import { type FilterType, isNumeric } from './propertyTypes';
import { consentedProperty, refusedProperty } from './standardProperties';

/** True where the profile passes; `now` (epoch ms) is what the relative operators count from. */
export type Predicate = (profile: ProfileView, now: number) => boolean;

/** What a filter may refer to. */
export interface RefinementScope {
  catalogue: PropertyCatalogue;
  objectives: ReadonlyMap<string, Objective>;
}

const day = 86_400_000;
const hour = 3_600_000;
const int32 = 2_147_483_647;
const nestingLimit = 50;

const consentStatuses = ['CONSENTED', 'REFUSED', 'UNKNOWN', 'REFUSED_OR_UNKNOWN', 'CONSENTED_OR_UNNEEDED'];

/**
 * Compiles a refinement (contracts: blueconic 3.4) into a predicate.
 *
 * Decisions where the contract is silent: bounds are inclusive and one of the two may be missing; a list passes a
 * range when any of its values lies inside; every `NOT_` operator is the exact opposite of its twin, so an empty
 * property passes it; "last n days" reaches from n days ago up to now, "next" from now on; number ranges need a
 * numeric property and date ranges a DATETIME one; property, objective and operator names must exist; `filters`
 * must not be empty.
 * @throws BadRequest naming the place in the filter.
 */
export function compileRefinement(input: unknown, scope: RefinementScope, path = 'refinement'): Predicate {
  return compile(input, scope, path, 0);
}

function compile(input: unknown, scope: RefinementScope, path: string, depth: number): Predicate {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new BadRequest('must be an object', path);
  if (depth > nestingLimit) throw new BadRequest(`is nested more than ${nestingLimit} deep`, path);
  const filter = input as Record<string, unknown>;
  if (filter.operator === 'AND' || filter.operator === 'OR') return group(filter, scope, path, depth);
  if (filter.objective !== undefined) return objectiveFilter(filter, scope, path);
  return propertyFilter(filter, scope, path);
}

function group(
  filter: Record<string, unknown>,
  scope: RefinementScope,
  path: string,
  depth: number,
): Predicate {
  const { filters } = filter;
  if (!Array.isArray(filters) || filters.length === 0)
    throw new BadRequest('must be a list with at least one filter', `${path}.filters`);
  const parts = filters.map((part, at) => compile(part, scope, `${path}.filters[${at}]`, depth + 1));
  return filter.operator === 'AND'
    ? (profile, now) => parts.every((part) => part(profile, now))
    : (profile, now) => parts.some((part) => part(profile, now));
}

function objectiveFilter(filter: Record<string, unknown>, scope: RefinementScope, path: string): Predicate {
  const objective = scope.objectives.get(String(filter.objective));
  if (!objective) throw new BadRequest('is not an objective', `${path}.objective`);
  const wanted = stringList(filter.values, `${path}.values`);
  const unknown = wanted.find((status) => !consentStatuses.includes(status));
  if (unknown !== undefined)
    throw new BadRequest(`must be among ${consentStatuses.join(', ')}`, `${path}.values`);
  if (filter.operator === 'CONTAINS_ANY') {
    return (profile) => {
      const held = statusesOf(profile, objective);
      return wanted.some((status) => held.includes(status));
    };
  }
  if (filter.operator === 'CONTAINS_ALL') {
    return (profile) => {
      const held = statusesOf(profile, objective);
      return wanted.every((status) => held.includes(status));
    };
  }
  throw new BadRequest('must be CONTAINS_ANY or CONTAINS_ALL', `${path}.operator`);
}

function statusesOf(profile: ProfileView, objective: Objective): string[] {
  const held: string[] = [];
  const consented = profile.values(consentedProperty).includes(objective.id);
  if (consented) held.push('CONSENTED');
  else if (profile.values(refusedProperty).includes(objective.id)) held.push('REFUSED', 'REFUSED_OR_UNKNOWN');
  else held.push('UNKNOWN', 'REFUSED_OR_UNKNOWN');
  if (consented || !consentNeeded(objective, zoneOf(profile))) held.push('CONSENTED_OR_UNNEEDED');
  return held;
}

function propertyFilter(filter: Record<string, unknown>, scope: RefinementScope, path: string): Predicate {
  const property = String(filter.property);
  const type = scope.catalogue.get(property)?.filterType;
  if (type === undefined) throw new BadRequest('is not a profile property', `${path}.property`);
  const operator = String(filter.operator);
  if (operator === 'IS_EMPTY') return (profile) => profile.values(property).length === 0;
  const negative = operator.startsWith('NOT_');
  const predicate = positive(filter, negative ? operator.slice(4) : operator, property, type, path);
  return negative ? (profile, now) => !predicate(profile, now) : predicate;
}

function positive(
  filter: Record<string, unknown>,
  operator: string,
  property: string,
  type: FilterType,
  path: string,
): Predicate {
  switch (operator) {
    case 'IS_EMPTY':
      return (profile) => profile.values(property).length === 0;
    case 'CONTAINS_ANY': {
      const wanted = stringList(filter.values, `${path}.values`);
      return (profile) => profile.values(property).some((value) => wanted.includes(value));
    }
    case 'CONTAINS_ALL': {
      const wanted = stringList(filter.values, `${path}.values`);
      return (profile) => wanted.every((value) => profile.values(property).includes(value));
    }
    case 'IN_RANGE': {
      const [low, high] = rangeBounds(filter, type, path);
      return numberPredicate(property, (value) => value >= low && value <= high);
    }
    case 'IN_LAST_DAYS':
    case 'IN_NEXT_DAYS':
    case 'IN_LAST_HOURS':
    case 'IN_NEXT_HOURS': {
      if (type !== 'DATETIME') throw new BadRequest('needs a DATETIME property', `${path}.operator`);
      const days = operator.endsWith('DAYS');
      const span = wholeCount(filter, days ? 'daysCount' : 'hoursCount', path) * (days ? day : hour);
      return operator.startsWith('IN_LAST')
        ? numberPredicate(property, (value, now) => value >= now - span && value <= now)
        : numberPredicate(property, (value, now) => value >= now && value <= now + span);
    }
    default:
      throw new BadRequest('is not an operator', `${path}.operator`);
  }
}

/** The modification date is read as a number: over millions of profiles its text form would be the whole cost. */
function numberPredicate(property: string, test: (value: number, now: number) => boolean): Predicate {
  if (property === 'lastmodifieddate') return (profile, now) => test(profile.lastModified, now);
  return (profile, now) => profile.values(property).some((value) => test(Number(value), now));
}

function rangeBounds(filter: Record<string, unknown>, type: FilterType, path: string): [number, number] {
  const dates = filter.fromDate !== undefined || filter.toDate !== undefined;
  const numbers = filter.fromValue !== undefined || filter.toValue !== undefined;
  if (dates === numbers)
    throw new BadRequest('needs either fromValue/toValue or fromDate/toDate', `${path}.operator`);
  if (dates && type !== 'DATETIME') throw new BadRequest('needs a DATETIME property', `${path}.fromDate`);
  if (numbers && !isNumeric(type)) throw new BadRequest('needs a numeric property', `${path}.fromValue`);
  const read = dates ? instant : int32Value;
  const [from, to] = dates ? ['fromDate', 'toDate'] : ['fromValue', 'toValue'];
  return [
    filter[from!] === undefined ? Number.NEGATIVE_INFINITY : read(filter[from!], `${path}.${from}`),
    filter[to!] === undefined ? Number.POSITIVE_INFINITY : read(filter[to!], `${path}.${to}`),
  ];
}

function int32Value(value: unknown, field: string): number {
  if (!Number.isInteger(value) || Math.abs(value as number) > int32)
    throw new BadRequest('must be a 32-bit whole number', field);
  return value as number;
}

/** Reads ISO 8601; a date without a zone counts as UTC. */
export function instant(value: unknown, field: string): number {
  const text = typeof value === 'string' ? value : '';
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  const time = iso
    ? Date.parse(iso[1] !== undefined && iso[4] === undefined ? `${text}Z` : text)
    : Number.NaN;
  if (Number.isNaN(time)) throw new BadRequest('must be an ISO 8601 date', field);
  return time;
}

function wholeCount(filter: Record<string, unknown>, key: string, path: string): number {
  const count = filter[key];
  if (!Number.isInteger(count) || (count as number) < 0)
    throw new BadRequest('must be a whole number, 0 or more', `${path}.${key}`);
  return count as number;
}

function stringList(values: unknown, field: string): string[] {
  if (!Array.isArray(values) || values.length === 0 || values.some((value) => typeof value !== 'string'))
    throw new BadRequest('must be a list of strings with at least one value', field);
  return values as string[];
}
