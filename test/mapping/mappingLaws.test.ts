import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AskedFields, compileMapping } from '../../src/mapping/compileMapping';
import { formatFieldPath } from '../../src/mapping/fieldPath';
import { type Direction, type Mapping, type MappingRow, migrateMapping } from '../../src/mapping/mapping';
import { mappingFaults } from '../../src/mapping/mappingRules';
import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import { checkProfileUpdate, looksLikeUpdate } from '../../src/mapping/profileUpdateSchema';
import { identifier, mappingOf, row } from './mappingDocuments';

/** The only names that mappings and records here have at their top, so that paths often meet something. */
const names = ['id', 'email', 'attributes', '__proto__', 'constructor', 'toString'];

const path = fc
  .tuple(
    fc.constantFrom(...names),
    fc.array(fc.constantFrom<string | number>(...names, 'a.b', 0, 1), { maxLength: 2 }),
  )
  .map(([first, rest]) => formatFieldPath([first, ...rest]));

const source = fc.oneof(
  { arbitrary: path.map((text) => ({ kind: 'field' as const, path: text })), weight: 9 },
  { arbitrary: fc.constantFrom('x', '7').map((value) => ({ kind: 'static' as const, value })), weight: 1 },
);

const mappingRow = fc.record<MappingRow>(
  {
    source,
    target: fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor'),
    type: fc.constantFrom('text', 'number', 'integer', 'boolean', 'time', 'date', 'json'),
    as: fc.constantFrom('one', 'list', 'object'),
    strategy: fc.constantFrom('set', 'add', 'setIfEmpty', 'clear'),
  },
  { noNullPrototype: true },
);

const identifiers = fc
  .array(fc.array(path, { minLength: 1, maxLength: 2 }), { maxLength: 2 })
  .map((groups) => [['id'], ...groups].map((group) => group.map((text) => identifier(text, 'key'))));

/** Any mapping that means something: rows that do not are left out. */
function mappingFor(direction: Direction): fc.Arbitrary<Mapping> {
  const rows = fc.array(mappingRow, { minLength: 5, maxLength: 8 }).map((candidates) => {
    const kept = [row('id', 'key')];
    for (const candidate of candidates) {
      if (mappingFaults(mappingOf(direction, [...kept, candidate])).length === 0) kept.push(candidate);
    }
    return kept;
  });
  return fc
    .tuple(rows, identifiers, fc.boolean())
    .map(([kept, groups, allowCreate]) => mappingOf(direction, kept, { identifiers: groups, allowCreate }));
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
const asked = fc.constantFrom<(AskedFields | undefined)[]>(
  undefined,
  { has: () => true },
  { has: () => false },
  { has: (parts) => parts.length > 1 },
);

describe('laws of mapping', () => {
  it('every JSON value gets an answer, and every update is well-formed plain data', () => {
    let updates = 0;
    fc.assert(
      fc.property(
        mapping,
        fc.oneof({ arbitrary: record, weight: 9 }, { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 }),
        asked,
        (document, any, fields) => {
          const result = compileMapping(document).map(any as ProfileRecord, fields);
          if (result.kind !== 'update') return;
          updates++;
          assert.ok(looksLikeUpdate(result.update));
          assert.ok(checkProfileUpdate(result.update).ok);
          assert.ok(result.update.changes.length > 0);
          assert.deepEqual(JSON.parse(JSON.stringify(result.update)), result.update);
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(updates > 0, 'no sample was mapped');
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
      fc.property(mapping, record, record, asked, (document, any, between, fields) => {
        const before = JSON.stringify(any);
        const bound = compileMapping(document).bind(fields);
        const first = JSON.stringify(bound.map(any));
        bound.map(between);
        assert.equal(JSON.stringify(bound.map(any)), first);
        assert.equal(JSON.stringify(compileMapping(document).map(any, fields)), first);
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
