import { SyncError } from '../errors/syncError';
import { type CompiledFilter, compileFilter } from './compileFilter';
import { type Conversion, conversionFor, type RefusalReason } from './conversions';
import { decimalText } from './decimalText';
import { fieldReader } from './fieldReader';
import { insideNames } from './insideRules';
import { type Mapping, type MappingRow, migrateMapping } from './mapping';
import type { FieldChange, MatchTerm, ProfileRecord, ProfileUpdate, UpdateValue } from './profileUpdate';
import { type Answers, expressionFailed, noAnswers, SourceReaders, type ValueReader } from './sourceReaders';

/**
 * Which fields the source was asked for, the same for a whole run. A path comes as far as it consists of names and
 * indexes, these as their digits. A field that was asked for and is missing is empty; one that was not asked for is
 * absent, which says nothing about it (rule R2).
 */
export interface AskedFields {
  has(path: readonly string[]): boolean;
  /** Names below a field that were asked for one by one, where the field as a whole was not. */
  readonly named?: { readonly [field: string]: readonly string[] };
}

/** A value of one field that could not become what its row asks for. Holds no value, so it may be logged. */
export interface Refusal {
  readonly field: string;
  readonly reason: RefusalReason | 'expression-failed';
}

/** Why a record with something to map became no update. */
export type RejectReason = 'no-identifier' | 'all-values-refused' | 'expression-failed';

/**
 * What became of one record.
 *
 * - `update`: it has at least one change; `refused` lists the fields, each once, that had a value which was left out.
 * - `filtered`: the filter leaves it out; the reason names the condition, never a value.
 * - `unmapped`: no mapped field is present, nor empty in a row with `clear`; whether it has identifiers is not asked.
 * - `rejected`: something is mapped, but no identifier has a value, or every value was refused; or an expression that
 *   the filter or an identifier asks for failed, so that nobody can say whether, or to whom, the record belongs.
 */
export type MapResult =
  | { kind: 'update'; update: ProfileUpdate; refused: readonly Refusal[] }
  | { kind: 'filtered'; reason: string }
  | { kind: 'unmapped' }
  | { kind: 'rejected'; reason: RejectReason; refused: readonly Refusal[] };

/** A mapping made ready for one run. */
export interface BoundMapping {
  /**
   * Maps one record, reading nothing but the mapped paths and `_ref`; any JSON value is answered, none throws.
   * Objects inside the record are handed on by reference; the record itself is never changed.
   *
   * @param answers What each of the mapping's `expressions` makes of this record; one that is not given has failed.
   */
  map(record: ProfileRecord, answers?: Answers): MapResult;
}

export interface CompiledMapping {
  /** The JSONata expressions of the mapping, each once, in the order in which `map` takes what they give. */
  readonly expressions: readonly string[];
  /** Decides once per run which missing fields are empty. Without `asked` none is: a missing field is absent. */
  bind(asked: AskedFields | undefined): BoundMapping;
  /** As `bind(asked).map(record, answers)`; the binding is kept for as long as `asked` lives. */
  map(record: ProfileRecord, asked?: AskedFields, answers?: Answers): MapResult;
}

/**
 * Compiles a mapping into steps that are made once and then run for every record. How a value counts:
 *
 * - null, an empty list and a list of nulls are empty: no change, except with `clear`, which empties the target.
 * - `clear` with a value sets it: set or clear (contracts: blueconic 1.5).
 * - `one` of a list is its first value that is not null. A `list` of a single value has one element.
 * - In a list nulls are left out, as are elements that cannot be converted (then the field is also among the refused)
 *   and repeated values, the first staying where it is. Objects in a list are all kept, repeated or not.
 * - An expression that gives nothing says nothing, as a field that was not asked for; one that gives null is empty.
 * - An empty text is a value, except as an identifier, where spaces alone are empty too. An identifier may be text or
 *   a number; of a list the first such element counts. An AND with a missing part is left out.
 *
 * @throws SyncError `MAPPING_INVALID` when the mapping would not pass `mappingSchema`.
 */
export function compileMapping(mapping: Mapping): CompiledMapping {
  const checked = migrateMapping(mapping);
  if (!checked.ok) {
    throw new SyncError({
      code: 'MAPPING_INVALID',
      message: `The mapping cannot be used: ${checked.reasons.join('; ')}.`,
      advice: 'Correct it in the dialog of the field mapper.',
    });
  }
  const { rows, direction, identifiers, allowCreate, filter } = checked.mapping;
  const sources = new SourceReaders();
  const parts: MapperParts = {
    filter: filter && compileFilter(filter, sources),
    steps: rows.map((row) => stepOf(row, conversionFor(row.type, direction), sources)),
    identifiers: identifiers.map((group) =>
      group.map(({ source, target }) => ({ field: target, read: sources.read(source) })),
    ),
    allowCreate,
  };
  const { steps } = parts;
  const unasked = new RecordMapper(
    parts,
    steps.map(() => false),
  );
  const bindings = new WeakMap<AskedFields, BoundMapping>();

  const bind = (asked: AskedFields | undefined): BoundMapping => {
    if (asked === undefined) return unasked;
    let bound = bindings.get(asked);
    if (bound === undefined) {
      const clearsMissing = steps.map(
        ({ clears, names }) => clears && names !== undefined && asked.has(names),
      );
      bound = new RecordMapper(parts, clearsMissing);
      bindings.set(asked, bound);
    }
    return bound;
  };
  return {
    expressions: sources.expressions,
    bind,
    map: (record, asked, answers) => bind(asked).map(record, answers),
  };
}

/** One row, ready to run. */
interface Step {
  readonly field: string;
  readonly strategy: MappingRow['strategy'];
  readonly as: MappingRow['as'];
  readonly type: MappingRow['type'];
  /** Shared by all changes of this step; undefined for a row that sets its whole target. */
  readonly path: readonly string[] | undefined;
  readonly clears: boolean;
  readonly distinct: boolean;
  /** The path as `AskedFields` takes it; undefined for a source that is no field. */
  readonly names: readonly string[] | undefined;
  readonly read: ValueReader;
  readonly convert: Conversion['convert'];
  readonly refusal: Refusal;
  readonly failure: Refusal;
}

interface IdentifierStep {
  readonly field: string;
  readonly read: ValueReader;
}

interface MapperParts {
  readonly filter: CompiledFilter | undefined;
  readonly steps: readonly Step[];
  readonly identifiers: readonly (readonly IdentifierStep[])[];
  readonly allowCreate: boolean;
}

function stepOf(row: MappingRow, { convert, refusal }: Conversion, sources: SourceReaders): Step {
  const names = insideNames(row);
  const field = [row.target, ...names].join('.');
  return {
    field: row.target,
    strategy: row.strategy,
    as: row.as,
    type: row.type,
    path: names.length === 0 ? undefined : names,
    clears: row.strategy === 'clear',
    distinct: row.type !== 'json',
    names: sources.askedNames(row.source),
    read: sources.read(row.source),
    convert,
    refusal: Object.freeze({ field, reason: refusal }),
    failure: Object.freeze({ field, reason: 'expression-failed' }),
  };
}

const noRefusals: readonly Refusal[] = Object.freeze([]);
const unmapped: MapResult = Object.freeze({ kind: 'unmapped' });
const undecidable: MapResult = Object.freeze({
  kind: 'rejected',
  reason: 'expression-failed',
  refused: noRefusals,
});

class RecordMapper implements BoundMapping {
  constructor(
    private readonly parts: MapperParts,
    /** Per step: a missing field empties the target. */
    private readonly clearsMissing: readonly boolean[],
  ) {}

  map(record: ProfileRecord, answers: Answers = noAnswers): MapResult {
    const { clearsMissing } = this;
    const { filter, steps } = this.parts;
    if (filter !== undefined) {
      const verdict = filter(record, answers);
      if (verdict === 'undecidable') return undecidable;
      if (verdict !== undefined) return { kind: 'filtered', reason: verdict.reason };
    }
    const changes: FieldChange[] = [];
    let refused: Refusal[] | undefined;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      let found = step.read(record, answers);
      if (found === undefined) {
        if (clearsMissing[i]) changes.push(changeOf(step, []));
        continue;
      }
      if (found === expressionFailed) {
        refused ??= [];
        refused.push(step.failure);
        continue;
      }
      let values: UpdateValue[];
      let clean = true;
      if (step.as === 'list') {
        values = [];
        clean = convertList(step, found, values);
      } else {
        if (Array.isArray(found)) {
          const first = firstValue(found);
          if (step.as === 'one' || first === null) found = first;
        }
        const value = found === null ? undefined : step.convert(found);
        values = value === undefined ? [] : [value];
        clean = value !== undefined || found === null;
      }
      if (!clean) {
        refused ??= [];
        refused.push(step.refusal);
      }
      if (values.length > 0 || (clean && step.clears)) changes.push(changeOf(step, values));
    }
    if (changes.length === 0 && refused === undefined) return unmapped;
    const refusals = refused ?? noRefusals;
    const match = this.match(record, answers);
    if (match === undefined) return { kind: 'rejected', reason: 'expression-failed', refused: refusals };
    if (match.length === 0) return { kind: 'rejected', reason: 'no-identifier', refused: refusals };
    if (changes.length === 0) return { kind: 'rejected', reason: 'all-values-refused', refused: refusals };
    return { kind: 'update', update: this.update(record, match, changes), refused: refusals };
  }

  private update(record: ProfileRecord, match: MatchTerm[][], changes: FieldChange[]): ProfileUpdate {
    const { allowCreate } = this.parts;
    const ref = readRef(record);
    return typeof ref === 'string'
      ? { version: 1, ref, match, allowCreate, changes }
      : { version: 1, match, allowCreate, changes };
  }

  /** Undefined when an expression failed: passing over it could end at somebody else's profile. */
  private match(record: ProfileRecord, answers: Answers): MatchTerm[][] | undefined {
    const match: MatchTerm[][] = [];
    for (const group of this.parts.identifiers) {
      const terms: MatchTerm[] = [];
      for (const { field, read } of group) {
        const found = read(record, answers);
        if (found === expressionFailed) return undefined;
        const value = identifierText(found);
        if (value === '') break;
        terms.push({ field, value });
      }
      if (terms.length === group.length) match.push(terms);
    }
    return match;
  }
}

const readRef = fieldReader(['_ref']);

function changeOf({ field, strategy, as, type, path }: Step, values: UpdateValue[]): FieldChange {
  return path === undefined
    ? { field, strategy, as, type, values }
    : { field, strategy, as, type, path: [...path], values };
}

/** The first element that is not null; null when there is none. */
function firstValue(list: readonly unknown[]): unknown {
  for (const element of list) if (element !== null && element !== undefined) return element;
  return null;
}

/** Up to here looking through the list beats building a set for it. */
const shortList = 16;

/** Fills `values`, and says whether every element could be converted. */
function convertList(step: Step, found: unknown, values: UpdateValue[]): boolean {
  const elements: readonly unknown[] = Array.isArray(found) ? found : [found];
  const seen = step.distinct && elements.length > shortList ? new Set<UpdateValue>() : undefined;
  let clean = true;
  for (const element of elements) {
    if (element === null || element === undefined) continue;
    const value = step.convert(element);
    if (value === undefined) clean = false;
    else if (seen !== undefined) {
      if (seen.size !== seen.add(value).size) values.push(value);
    } else if (!step.distinct || !values.includes(value)) values.push(value);
  }
  return clean;
}

/** The text to look a profile up by; empty when there is none. */
function identifierText(found: unknown): string {
  if (typeof found === 'string') return found.trim() === '' ? '' : found;
  if (typeof found === 'number') return Number.isFinite(found) ? decimalText(found) : '';
  if (!Array.isArray(found)) return '';
  for (const element of found) {
    // One level only: a list in a list is no identifier.
    const value = Array.isArray(element) ? '' : identifierText(element);
    if (value !== '') return value;
  }
  return '';
}
