import { SyncError } from '../errors/syncError';
import { type Conversion, conversionFor, type RefusalReason } from './conversions';
import { decimalText } from './decimalText';
import { parseFieldPath } from './fieldPath';
import { type FieldReader, fieldReader } from './fieldReader';
import { type Mapping, type MappingRow, type MappingSource, migrateMapping } from './mapping';
import type { FieldChange, MatchTerm, ProfileRecord, ProfileUpdate, UpdateValue } from './profileUpdate';

/**
 * Which fields the source was asked for, the same for a whole run; list indexes come as their digits. A field that
 * was asked for and is missing is empty; one that was not asked for is absent, which says nothing about it (rule R2).
 */
export interface AskedFields {
  has(path: readonly string[]): boolean;
}

/** A value of one field that could not become what its row asks for. Holds no value, so it may be logged. */
export interface Refusal {
  readonly field: string;
  readonly reason: RefusalReason;
}

/**
 * What became of one record.
 *
 * - `update`: it has at least one change; `refused` lists the fields, each once, that had a value which was left out.
 * - `unmapped`: no mapped field is present, nor empty in a row with `clear`; whether it has identifiers is not asked.
 * - `rejected`: something is mapped, but no identifier has a value, or every value was refused.
 */
export type MapResult =
  | { kind: 'update'; update: ProfileUpdate; refused: readonly Refusal[] }
  | { kind: 'unmapped' }
  | { kind: 'rejected'; reason: 'no-identifier' | 'all-values-refused'; refused: readonly Refusal[] };

/** A mapping made ready for one run. */
export interface BoundMapping {
  /**
   * Maps one record, reading nothing but the mapped paths and `_ref`; any JSON value is answered, none throws.
   * Objects inside the record are handed on by reference; the record itself is never changed.
   */
  map(record: ProfileRecord): MapResult;
}

export interface CompiledMapping {
  /** Decides once per run which missing fields are empty. Without `asked` none is: a missing field is absent. */
  bind(asked: AskedFields | undefined): BoundMapping;
  /** As `bind(asked).map(record)`; the binding is kept for as long as `asked` lives. */
  map(record: ProfileRecord, asked?: AskedFields): MapResult;
}

/**
 * Compiles a mapping into steps that are made once and then run for every record. How a value counts:
 *
 * - null, an empty list and a list of nulls are empty: no change, except with `clear`, which empties the target.
 * - `clear` with a value sets it: set or clear (contracts: blueconic 1.5).
 * - `one` of a list is its first value that is not null. A `list` of a single value has one element.
 * - In a list nulls are left out, as are elements that cannot be converted (then the field is also among the refused)
 *   and repeated values, the first staying where it is. Objects in a list are all kept, repeated or not.
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
  const { rows, direction, identifiers, allowCreate } = checked.mapping;
  const steps = rows.map((row) => stepOf(row, conversionFor(row.type, direction)));
  const groups = identifiers.map((group) =>
    group.map(({ source, target }) => ({ field: target, read: sourceOf(source).read })),
  );
  const unasked = new RecordMapper(
    steps,
    steps.map(() => false),
    groups,
    allowCreate,
  );
  const bindings = new WeakMap<AskedFields, BoundMapping>();

  const bind = (asked: AskedFields | undefined): BoundMapping => {
    if (asked === undefined) return unasked;
    let bound = bindings.get(asked);
    if (bound === undefined) {
      const clearsMissing = steps.map(({ clears, names }) => clears && asked.has(names));
      bound = new RecordMapper(steps, clearsMissing, groups, allowCreate);
      bindings.set(asked, bound);
    }
    return bound;
  };
  return { bind, map: (record, asked) => bind(asked).map(record) };
}

/** One row, ready to run. */
interface Step {
  readonly field: string;
  readonly strategy: MappingRow['strategy'];
  readonly as: MappingRow['as'];
  readonly clears: boolean;
  readonly distinct: boolean;
  /** The path as `AskedFields` takes it; empty for a static value, which is never missing. */
  readonly names: readonly string[];
  readonly read: FieldReader;
  readonly convert: Conversion['convert'];
  readonly refusal: Refusal;
}

interface IdentifierStep {
  readonly field: string;
  readonly read: FieldReader;
}

function stepOf(row: MappingRow, { convert, refusal }: Conversion): Step {
  return {
    field: row.target,
    strategy: row.strategy,
    as: row.as,
    clears: row.strategy === 'clear',
    distinct: row.type !== 'json',
    ...sourceOf(row.source),
    convert,
    refusal: Object.freeze({ field: row.target, reason: refusal }),
  };
}

function sourceOf(source: MappingSource): Pick<Step, 'names' | 'read'> {
  if (source.kind === 'static') return { names: [], read: () => source.value };
  const path = parseFieldPath(source.path);
  return { names: path.map(String), read: fieldReader(path) };
}

const noRefusals: readonly Refusal[] = Object.freeze([]);
const unmapped: MapResult = Object.freeze({ kind: 'unmapped' });

class RecordMapper implements BoundMapping {
  constructor(
    private readonly steps: readonly Step[],
    /** Per step: a missing field empties the target. */
    private readonly clearsMissing: readonly boolean[],
    private readonly identifiers: readonly (readonly IdentifierStep[])[],
    private readonly allowCreate: boolean,
  ) {}

  map(record: ProfileRecord): MapResult {
    const { steps, clearsMissing } = this;
    const changes: FieldChange[] = [];
    let refused: Refusal[] | undefined;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      let found = step.read(record);
      if (found === undefined) {
        if (clearsMissing[i]) changes.push(changeOf(step, []));
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
    const match = this.match(record);
    const refusals = refused ?? noRefusals;
    if (match.length === 0) return { kind: 'rejected', reason: 'no-identifier', refused: refusals };
    if (changes.length === 0) return { kind: 'rejected', reason: 'all-values-refused', refused: refusals };
    return { kind: 'update', update: this.update(record, match, changes), refused: refusals };
  }

  private update(record: ProfileRecord, match: MatchTerm[][], changes: FieldChange[]): ProfileUpdate {
    const { allowCreate } = this;
    const ref = readRef(record);
    return typeof ref === 'string'
      ? { version: 1, ref, match, allowCreate, changes }
      : { version: 1, match, allowCreate, changes };
  }

  private match(record: ProfileRecord): MatchTerm[][] {
    const match: MatchTerm[][] = [];
    for (const group of this.identifiers) {
      const terms: MatchTerm[] = [];
      for (const { field, read } of group) {
        const value = identifierText(read(record));
        if (value === '') break;
        terms.push({ field, value });
      }
      if (terms.length === group.length) match.push(terms);
    }
    return match;
  }
}

const readRef = fieldReader(['_ref']);

function changeOf({ field, strategy, as }: Step, values: UpdateValue[]): FieldChange {
  return { field, strategy, as, values };
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
