import type { Choice } from '../editor/choices';
import { blankRow, type Direction, type Mapping, type MappingRow } from '../editor/mappingDocument';
import {
  type FieldTraits,
  shapePossible,
  strategyPossible,
  withStrategy,
  withTraits,
} from '../editor/mappingRowRules';

export interface RemainingOptions {
  strategy: MappingRow['strategy'];
  /** Stands before the name of every target that does not exist yet. */
  prefix: string;
}

/** A row for a field that is not mapped yet. */
export interface Proposal {
  row: MappingRow;
  /** Does the target exist already? */
  known: boolean;
  /** False where the chosen strategy has no meaning for this field, and the row sets instead. */
  asChosen: boolean;
  /** Lists of objects and the like: possible, but rarely wanted. */
  unusual: boolean;
}

/**
 * One row per source that no row and no identifier reads yet. Its target is the existing one of the same name, with the
 * prefix or without, letters' case and separators apart; else a new one: the prefix and the name. A target is used
 * once, so that a field whose every name is taken gets none and is left out.
 */
export function remainingRows(
  mapping: Mapping,
  sources: readonly Choice[],
  targets: readonly Choice[],
  options: RemainingOptions,
): Proposal[] {
  const mapped = new Set(
    [...mapping.rows, ...mapping.identifiers.flat()].map(({ source }) => pathOf(source)),
  );
  const taken = new Set([...mapping.rows, ...mapping.identifiers.flat()].map(({ target }) => target));
  const known = new Map<string, Choice>();
  for (const target of targets) {
    // The id of a target wins over another's label.
    known.set(plainName(target.value), target);
  }
  for (const target of targets) {
    const label = plainName(target.label);
    if (!known.has(label)) known.set(label, target);
  }
  const proposals: Proposal[] = [];
  for (const source of sources) {
    if (mapped.has(source.value) || isPartOfList(source.value)) continue;
    mapped.add(source.value);
    const name = shortName(source.value);
    const existing = [options.prefix + name, name]
      .map((wanted) => known.get(plainName(wanted)))
      .find((target) => target !== undefined && !taken.has(target.value));
    const target = existing?.value ?? options.prefix + targetName(name, mapping.direction);
    if (taken.has(target)) continue;
    taken.add(target);
    proposals.push(proposal(source, target, existing, mapping.direction, options.strategy));
  }
  return proposals;
}

function proposal(
  source: Choice,
  target: string,
  existing: Choice | undefined,
  direction: Direction,
  strategy: MappingRow['strategy'],
): Proposal {
  const bare: MappingRow = { ...blankRow(), source: { kind: 'field', path: source.value }, target };
  const traits = traitsFor(source.traits, existing?.traits);
  const typed = traits === undefined ? bare : withTraits(bare, direction, traits);
  const asChosen =
    strategyPossible(typed, direction, strategy) && (strategy !== 'add' || listPossible(typed, direction));
  return {
    row: asChosen ? withStrategy(typed, strategy) : typed,
    known: existing !== undefined,
    asChosen,
    unusual: typed.type === 'json' || source.value.includes('="'),
  };
}

/** What the target says about its type counts more than what the source says, but not about text, which holds all. */
function traitsFor(
  source: FieldTraits | undefined,
  target: FieldTraits | undefined,
): FieldTraits | undefined {
  if (target === undefined || source === undefined) return source ?? target;
  if (target.type === 'text') return source;
  return { type: target.type, as: source.type === 'json' ? target.as : source.as };
}

function listPossible(row: MappingRow, direction: Direction): boolean {
  return shapePossible(row, direction, 'list');
}

function pathOf(source: MappingRow['source']): string | undefined {
  return source.kind === 'field' ? source.path : undefined;
}

/** Parts that are read out of a list are no fields of their own, but for those of one element that a sample knows. */
function isPartOfList(path: string): boolean {
  return /\[(?:\*|#|\d+)\]|=""/.test(path);
}

/** The last name of a path, which says most: `tier` of `custom_attributes.tier`. */
function shortName(path: string): string {
  const withoutHome = path.replace(/^(?:custom_attributes|properties)(?=[.[])\.?/, '');
  return withoutHome
    .replace(/\["((?:[^"\\]|\\.)*)"\]/g, '.$1')
    .replace(/\[[^\]=]*="((?:[^"\\]|\\.)*)"\]/g, '.$1')
    .replace(/^\./, '');
}

/** BlueConic takes ids of letters, digits, `_` and `-`; Braze any name. */
function targetName(name: string, direction: Direction): string {
  return direction === 'import' ? name.replace(/[^A-Za-z0-9_-]+/g, '_').toLowerCase() : name;
}

/** A name without what people write differently: `First Name`, `first_name` and `firstname` are one. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
