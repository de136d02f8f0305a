import type { BulkRule } from './bulkEntry';
import { isConsentProperty, writeConsent, writeZone, zoneOf } from './consent';
import type { Profile, ProfileStore } from './profiles';
import type { CatalogueEntry, PropertyCatalogue } from './propertyCatalogue';
import { applyRule, checkValues } from './rules';
import type { BlueConicSettings } from './settings';
import { zoneProperty } from './standardProperties';

/** `{ propertyId: [message] }`, as a bulk result shows it. */
export type ValidationErrors = Record<string, string[]>;

/** A rule that survived checking: its property, and the values that are valid. */
export interface ReadyRule {
  property: CatalogueEntry;
  values: readonly string[];
}

/** What every rule of a request is checked with. */
export interface RuleScope {
  catalogue: PropertyCatalogue;
  settings: BlueConicSettings;
  now: number;
}

/**
 * Checks one rule against the property's definition: existence, read-only, restriction, types, and the switch for
 * clearing. `undefined`: nothing to apply. Invalid values are dropped and named in `errors`; a rule that lost all
 * its values is dropped as a whole, so that a bad value never empties a property (contracts: blueconic 5.1).
 */
export function readyRule(
  rule: BulkRule,
  isNew: boolean,
  scope: RuleScope,
  errors: ValidationErrors,
): ReadyRule | undefined {
  if (rule.restriction === 'NEW_PROFILES_ONLY' && !isNew) return undefined;
  if (rule.restriction === 'EXISTING_PROFILES_ONLY' && isNew) return undefined;
  const property = scope.catalogue.get(rule.id) ?? createdOnTheWay(rule.id, scope);
  if (!property) {
    if (scope.settings.unknownProperty === 'error') addError(errors, rule.id, 'the property does not exist');
    return undefined;
  }
  if (!property.canWrite) {
    addError(errors, rule.id, 'the property is read-only');
    return undefined;
  }
  const { valid, problems } = checkValues(rule.values, property.filterType);
  for (const problem of problems) addError(errors, rule.id, problem);
  if (valid.length > 0) return { property, values: valid };
  if (problems.length > 0) return undefined;
  if ((rule.strategy ?? 'SET') !== 'SET' || scope.settings.clearBySet === 'ignored') return undefined;
  if (scope.settings.clearBySet === 'rejected') {
    addError(errors, rule.id, 'the values must not be empty');
    return undefined;
  }
  return { property, values: valid };
}

/**
 * Applies the rules of an entry to a profile and says whether anything changed. The zone goes first, since consent
 * updates of a profile without one are ignored (contracts: blueconic 5.3).
 */
export function applyRules(
  store: ProfileStore,
  profile: Profile,
  rules: readonly BulkRule[],
  isNew: boolean,
  scope: RuleScope,
  errors: ValidationErrors,
): boolean {
  let changed = false;
  for (const zoneFirst of [true, false]) {
    for (const rule of rules) {
      if ((rule.id === zoneProperty) !== zoneFirst) continue;
      const ready = readyRule(rule, isNew, scope, errors);
      if (ready && write(store, profile, rule, ready, scope, errors)) changed = true;
    }
  }
  return changed;
}

function write(
  store: ProfileStore,
  profile: Profile,
  rule: BulkRule,
  ready: ReadyRule,
  scope: RuleScope,
  errors: ValidationErrors,
): boolean {
  const consent = isConsentProperty(rule.id);
  if (consent && zoneOf(profile) === 'NONE') return false;
  const { filterType } = ready.property;
  const outcome = applyRule(profile.values(rule.id), rule.strategy ?? 'SET', ready.values, filterType);
  if ('problem' in outcome) {
    addError(errors, rule.id, outcome.problem);
    return false;
  }
  if (consent) return writeConsent(store, profile, rule.id, outcome.values, scope.now);
  if (rule.id === zoneProperty) return writeZone(store, profile, outcome.values, scope.now);
  return store.setValues(profile, rule.id, outcome.values, scope.now);
}

function createdOnTheWay(id: string, scope: RuleScope): CatalogueEntry | undefined {
  if (scope.settings.unknownProperty !== 'create' || !/^[A-Za-z0-9_-]+$/.test(id)) return undefined;
  return scope.catalogue.put(id, {}, scope.now);
}

export function addError(errors: ValidationErrors, property: string, message: string): void {
  const known = Object.hasOwn(errors, property) ? errors[property] : undefined;
  if (known) known.push(message);
  // defineProperty: a property called __proto__ must become a key like any other.
  else Object.defineProperty(errors, property, { value: [message], enumerable: true, configurable: true });
}
