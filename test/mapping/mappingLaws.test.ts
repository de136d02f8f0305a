import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AskedFields, compileMapping } from '../../src/mapping/compileMapping';
import { type FieldPath, formatFieldPath, type PathPart, parseFieldPath } from '../../src/mapping/fieldPath';
import { fieldTypes } from '../../src/mapping/fieldType';
import { type Filter, type FilterCondition, filterOperators, valueTaken } from '../../src/mapping/filter';
import { filterFaults } from '../../src/mapping/filterRules';
import { type Direction, type Mapping, type MappingRow, migrateMapping } from '../../src/mapping/mapping';
import { mappingFaults } from '../../src/mapping/mappingRules';
import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import { checkProfileUpdate, looksLikeUpdate } from '../../src/mapping/profileUpdateSchema';
import { mappingOf, row } from './mappingDocuments';
import { type Read, watched } from './watchedRecord';

/** The only names that mappings and records here have at their top, so that paths often meet something. */
const names = ['id', 'email', 'attributes', '__proto__', 'constructor', 'toString'];

const part = fc.oneof(
  { arbitrary: fc.constantFrom<PathPart>(...names, 'a.b', 0, 1), weight: 4 },
  {
    arbitrary: fc.constantFrom<PathPart>(
      { list: 'every' },
      ...names.map((key): PathPart => ({ list: 'with', key, text: '7' })),
    ),
    weight: 1,
  },
);

const path = fc
  .tuple(fc.constantFrom(...names), fc.array(part, { maxLength: 2 }), fc.nat(4))
  .map(([first, rest, counted]) =>
    formatFieldPath([first, ...rest, ...(counted === 0 ? [{ list: 'count' } as const] : [])]),
  );

const field = path.map((text) => ({ kind: 'field' as const, path: text }));
/** What they give is drawn with each record. */
const expression = fc
  .constantFrom('x', 'y', 'z')
  .map((text) => ({ kind: 'jsonata' as const, expression: text }));
const source = fc.oneof(
  { arbitrary: field, weight: 8 },
  {
    arbitrary: fc.constantFrom('x', '7').map((text) => ({ kind: 'static' as const, value: text })),
    weight: 1,
  },
  { arbitrary: expression, weight: 1 },
);

const mappingRow = fc.record<MappingRow>(
  {
    source,
    target: fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor'),
    type: fc.constantFrom(...fieldTypes),
    as: fc.constantFrom('one', 'list', 'object'),
    strategy: fc.constantFrom('set', 'add', 'setIfEmpty', 'clear'),
    inside: fc.constantFrom('x', 'y', '__proto__.z'),
  },
  { noNullPrototype: true, requiredKeys: ['source', 'target', 'type', 'as', 'strategy'] },
);

const operand = fc.oneof(
  fc.constantFrom('', '7', 'true', 'gold', '^[a-z]*$', '2026-11-20', 'string', 'id'),
  fc.nat(9),
);
const condition = fc.record<FilterCondition>(
  {
    source: fc.oneof({ arbitrary: field, weight: 5 }, { arbitrary: expression, weight: 1 }),
    operator: fc.constantFrom(...filterOperators),
    value: operand,
    value2: operand,
    compare: fc.constantFrom('text', 'number', 'time'),
    ignoreCase: fc.boolean(),
  },
  { noNullPrototype: true, requiredKeys: ['source', 'operator'] },
);

/** Filters that mean something: what an operator does not take is left out, and so is what still has a fault. */
const filter = fc
  .record(
    { join: fc.constantFrom('all', 'any'), conditions: fc.array(condition, { minLength: 1, maxLength: 6 }) },
    { noNullPrototype: true },
  )
  .map(({ join, conditions }): Filter | undefined => {
    const kept = conditions
      .map(({ value: one, value2, ...rest }) => ({
        ...rest,
        ...(one !== undefined && valueTaken(rest.operator) !== 'none' && { value: one }),
        ...(value2 !== undefined && rest.operator === 'btwn' && { value2 }),
      }))
      .filter((one) => filterFaults({ join, conditions: [one] }).length === 0);
    return kept.length === 0 ? undefined : { join, conditions: kept };
  });

const keyOf = { import: 'key', export: 'external_id' } as const;

function identifiersFor(direction: Direction) {
  const group = fc.array(fc.oneof({ arbitrary: field, weight: 5 }, { arbitrary: expression, weight: 1 }), {
    minLength: 1,
    maxLength: direction === 'import' ? 2 : 1,
  });
  return fc
    .array(group, { maxLength: 2 })
    .map((groups) =>
      [[{ kind: 'field' as const, path: 'id' }], ...groups].map((sources) =>
        sources.map((one) => ({ source: one, target: keyOf[direction] })),
      ),
    );
}

/** Any mapping that means something: rows that do not are left out. */
function mappingFor(direction: Direction): fc.Arbitrary<Mapping> {
  const rows = fc.array(mappingRow, { minLength: 5, maxLength: 8 }).map((candidates) => {
    const kept = [row('id', 'key')];
    for (const candidate of candidates) {
      if (mappingFaults(mappingOf(direction, [...kept, candidate])).length === 0) kept.push(candidate);
    }
    return kept;
  });
  const often = fc.option(filter, { nil: undefined, freq: 2 });
  return fc
    .tuple(rows, identifiersFor(direction), fc.boolean(), often)
    .map(([kept, groups, allowCreate, filtered]) =>
      mappingOf(direction, kept, {
        identifiers: groups,
        allowCreate,
        ...(filtered !== undefined && { filter: filtered }),
      }),
    );
}

const mapping = fc.oneof(mappingFor('import'), mappingFor('export'));

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('7', 'true', '2026-11-20', '1795162500000', '', null, [], [null], 7, 1),
  fc.array(fc.constantFrom('a', 'b', '7', 7, null, {}), { maxLength: 20 }),
);

/** An object as JSON.parse makes it, in which `__proto__` is a field like any other. */
function jsonObject(fields: fc.Arbitrary<unknown>, from: readonly string[]): fc.Arbitrary<ProfileRecord> {
  return fc.array(fc.tuple(fc.constantFrom(...from), fields), { maxLength: 8 }).map((entries) => {
    const texts = entries.map(([name, field]) => `${JSON.stringify(name)}:${JSON.stringify(field)}`);
    return JSON.parse(`{${texts.join(',')}}`) as ProfileRecord;
  });
}

const nested = jsonObject(value, [...names, 'a.b']);
const unidentified = jsonObject(fc.oneof(value, nested, fc.array(nested, { maxLength: 2 })), [
  ...names,
  '_ref',
]);
const record = fc.oneof(
  unidentified,
  unidentified.map((fields): ProfileRecord => ({ ...fields, id: 'cust-1' })),
);
/** What the expressions give, in plain JSON; those for which nothing is left have failed. */
const answers = fc.array(fc.oneof(value, fc.constant(undefined)), { maxLength: 3 });
const asked = fc.constantFrom<(AskedFields | undefined)[]>(
  undefined,
  { has: () => true },
  { has: () => false },
  { has: (parts) => parts.length > 1 },
);

function pathsOf({ rows, identifiers, filter: filtered }: Mapping): FieldPath[] {
  const sources = [...rows, ...identifiers.flat(), ...(filtered?.conditions ?? [])].map((one) => one.source);
  const paths = sources.flatMap((one) => (one.kind === 'field' ? [parseFieldPath(one.path)] : []));
  return [['_ref'], ...paths];
}

/** A read is on the way along a path, or below its end. Finding an element looks at the key of others. */
function leadsAlong(path: FieldPath, read: Read): boolean {
  for (let at = 0; at < path.length && at < read.length; at++) {
    const step = path[at]!;
    const name = read[at]!;
    if (typeof step !== 'object') {
      if (name !== String(step)) return false;
    } else {
      if (typeof name === 'symbol' || name === 'length') return true;
      if (!/^\d+$/.test(name)) return false;
      if (step.list === 'with' && read.length === at + 2 && read[at + 1] === step.key) return true;
    }
  }
  return true;
}

describe('laws of mapping', () => {
  it('every JSON value gets an answer, and every update is well-formed plain data', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(
        mapping,
        fc.oneof({ arbitrary: record, weight: 9 }, { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 }),
        asked,
        answers,
        (document, any, fields, given) => {
          const result = compileMapping(document).map(any as ProfileRecord, fields, given);
          kinds.add(result.kind);
          if (result.kind !== 'update') return;
          assert.ok(looksLikeUpdate(result.update));
          assert.ok(checkProfileUpdate(result.update).ok);
          assert.ok(result.update.changes.length > 0);
          assert.deepEqual(JSON.parse(JSON.stringify(result.update)), result.update);
        },
      ),
      { numRuns: 500 },
    );
    assert.deepEqual([...kinds].sort(), ['filtered', 'rejected', 'unmapped', 'update']);
  });

  it('everything for BlueConic is text', () => {
    fc.assert(
      fc.property(mappingFor('import'), record, (document, any) => {
        const result = compileMapping(document).map(any);
        const changes = result.kind === 'update' ? result.update.changes : [];
        for (const { values } of changes) for (const one of values) assert.equal(typeof one, 'string');
      }),
    );
  });

  it('the same record gives the same answer, whatever was mapped in between, and is left as it was', () => {
    fc.assert(
      fc.property(mapping, record, record, asked, answers, (document, any, between, fields, given) => {
        const before = JSON.stringify(any);
        const bound = compileMapping(document).bind(fields);
        const first = JSON.stringify(bound.map(any, given));
        bound.map(between);
        assert.equal(JSON.stringify(bound.map(any, given)), first);
        assert.equal(JSON.stringify(compileMapping(document).map(any, fields, given)), first);
        assert.equal(JSON.stringify(any), before);
      }),
    );
  });

  it('fields that no row names never matter', () => {
    const unnamed = fc.dictionary(
      fc.string().filter((name) => !names.includes(name) && name !== '_ref'),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(mapping, record, unnamed, asked, (document, any, more, fields) => {
        const compiled = compileMapping(document);
        const widened = { ...any, ...more };
        assert.deepEqual(compiled.map(widened, fields), compiled.map(any, fields));
      }),
    );
  });

  it('nothing is read but the paths of rows, identifiers and the filter, and what stands at their ends', () => {
    let reads = 0;
    fc.assert(
      fc.property(mapping, record, asked, answers, (document, any, fields, given) => {
        const allowed = pathsOf(document);
        const seen: Read[] = [];
        compileMapping(document).map(watched(any, seen), fields, given);
        reads += seen.length;
        for (const read of seen) {
          assert.ok(
            allowed.some((one) => leadsAlong(one, read)),
            `read ${read.map(String).join(' / ')}`,
          );
        }
      }),
    );
    assert.ok(reads > 0, 'nothing was read');
  });

  it('what was asked for matters to clear alone, and only by emptying', () => {
    fc.assert(
      fc.property(mapping, record, (document, any) => {
        const compiled = compileMapping(document);
        const unasked = compiled.map(any);
        const full = compiled.map(any, { has: () => true });
        const all = full.kind === 'update' ? full.update.changes : [];
        const added = all.filter(({ strategy, values }) => strategy === 'clear' && values.length === 0);
        const present = unasked.kind === 'update' ? unasked.update.changes : [];
        const kept = all.filter((change) => !added.includes(change));
        assert.deepEqual(
          present.filter(({ values }) => values.length > 0),
          kept,
        );
      }),
    );
  });

  it('a list holds each value once, in the order of first sight', () => {
    const compiled = compileMapping(mappingOf('export', [row('list', 'list', { as: 'list' })]));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), { minLength: 1, maxLength: 60 }),
        (list) => {
          const result = compiled.map({ id: 'a', list });
          assert.ok(result.kind === 'update');
          assert.deepEqual(result.update.changes[0]!.values, [...new Set(list)]);
        },
      ),
    );
  });

  it('a mapping that went through JSON is the same mapping', () => {
    fc.assert(
      fc.property(mapping, (document) => {
        assert.deepEqual(migrateMapping(JSON.parse(JSON.stringify(document))), {
          ok: true,
          mapping: document,
        });
      }),
    );
  });
});
