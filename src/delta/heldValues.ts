import type { MatchTerm } from '../mapping/profileUpdate';
import type { ChangeRules } from './changeDetector';
import type { FieldHasher } from './fieldHasher';
import {
  addPart,
  dropParts,
  dropWhole,
  elementPart,
  noPrints,
  type ProfilePrints,
  setNoValue,
} from './profilePrints';

/** What a target was read to hold of one profile. */
export interface HeldValues {
  /** Every way in which an update may find this profile, each an AND of terms; the usual one first. */
  match: readonly (readonly MatchTerm[])[];
  values: readonly { field: string; value: unknown }[];
  /** Fields that were asked for and hold nothing. */
  empty: readonly string[];
  /**
   * Fields that nothing is said of; present only where everything else was read, so that what is not among the values
   * is known to be empty.
   */
  othersEmptyBut?: readonly string[];
}

/** Insides of one object that are remembered one by one; larger objects are remembered whole. */
const insidesOfOneObject = 100;

/**
 * What is remembered of a profile that was read at the target: that is the truth, whatever was remembered before (R10).
 * Fields that were not read keep what is known of them.
 *
 * @param now seconds since 1970.
 */
export function printsOfHeld(
  held: HeldValues,
  known: ProfilePrints | undefined,
  hasher: FieldHasher,
  rules: ChangeRules,
  now: number,
): ProfilePrints {
  const prints = kept(held, known, hasher);
  prints.confirmed = true;
  prints.fullAt = now;
  for (const { field, value } of held.values) {
    const id = hasher.field(field);
    dropParts(prints, id);
    dropWhole(prints, id);
    hasher.value(rules.comparable(field, value));
    prints.wholes.push(id, hasher.low, hasher.high);
    if (Array.isArray(value)) addElements(prints, id, value, hasher);
    else if (typeof value === 'object' && value !== null) addInsides(prints, id, value, hasher);
  }
  for (const field of held.empty) {
    const id = hasher.field(field);
    dropParts(prints, id);
    setNoValue(prints, id, 'readEmpty');
  }
  return prints;
}

/** What stays known. */
function kept(
  { othersEmptyBut }: HeldValues,
  known: ProfilePrints | undefined,
  hasher: FieldHasher,
): ProfilePrints {
  const prints = noPrints();
  prints.complete = othersEmptyBut !== undefined || (known?.complete ?? false);
  if (!known) return prints;
  prints.acceptedAt = known.acceptedAt;
  const stays = othersEmptyBut && new Set(othersEmptyBut.map((field) => hasher.field(field)));
  for (let at = 0; at < known.wholes.length; at += 3) {
    if (!stays || stays.has(known.wholes[at]!)) prints.wholes.push(...known.wholes.slice(at, at + 3));
  }
  for (let at = 0; at < known.parts.length; at += 4) {
    if (!stays || stays.has(known.parts[at]!)) prints.parts.push(...known.parts.slice(at, at + 4));
  }
  return prints;
}

function addElements(
  prints: ProfilePrints,
  field: number,
  list: readonly unknown[],
  hasher: FieldHasher,
): void {
  for (const element of list) {
    if (typeof element === 'object') continue;
    hasher.value(element);
    addPart(prints, field, elementPart, hasher.low, hasher.high);
  }
}

function addInsides(prints: ProfilePrints, field: number, object: object, hasher: FieldHasher): void {
  const found: { path: string[]; value: unknown }[] = [];
  const open: { path: string[]; value: unknown }[] = [{ path: [], value: object }];
  for (let next = open.pop(); next && found.length <= insidesOfOneObject; next = open.pop()) {
    const { path, value } = next;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) found.push(next);
    else
      for (const [name, inner] of Object.entries(value)) open.push({ path: [...path, name], value: inner });
  }
  if (found.length > insidesOfOneObject) return;
  for (const { path, value } of found) {
    hasher.value(value);
    const { low, high } = hasher;
    addPart(prints, field, hasher.part(path), low, high);
  }
}
