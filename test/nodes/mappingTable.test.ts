import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brazeTargetTraits, exportFieldTraits, propertyTraits } from '../../nodes/editor/fieldTraits';
import {
  COMPARISONS,
  inputsOf,
  OPERATORS,
  operatorPossible,
  withCompare,
  withConditionSource,
  withOperator,
} from '../../nodes/editor/filterConditions';
import { conditionProblems } from '../../nodes/editor/filterProblems';
import {
  blankCondition,
  blankIdentifier,
  blankRow,
  editableCopy,
  emptyMapping,
  type Filter,
  type FilterCondition,
  isBlankCondition,
  type Mapping,
  type MappingRow,
  rowContains,
  savedMapping,
  sourceOf,
  sourceText,
} from '../../nodes/editor/mappingDocument';
import { mappingProblems } from '../../nodes/editor/mappingProblems';
import {
  SHAPES,
  STRATEGIES,
  shapePossible,
  strategyPossible,
  TYPES,
  withInside,
  withShape,
  withSource,
  withStrategy,
  withTraits,
  withType,
} from '../../nodes/editor/mappingRowRules';
import { exportFields } from '../../src/braze/exportFields';
import { reservedAttributes } from '../../src/braze/reservedAttributes';
import { migrateMapping } from '../../src/mapping/mapping';
import { mappingFaults } from '../../src/mapping/mappingRules';

/** Objects as JSON makes them: these documents come from files. */
const plain = { noNullPrototype: true } as const;

const names = fc.constantFrom('email', 'custom_attributes.tier', 'a..b', '', ' padded', '["q"]', '12');
const paths = fc.oneof(names, fc.constantFrom('a[*].b', 'a[#]', 'a[name="x"].count', '[*]', 'a[name=].b'));
const field = paths.map((path) => ({ kind: 'field' as const, path }));
const expression = fc
  .constantFrom('', '  ', '$uppercase(email)')
  .map((text) => ({ kind: 'jsonata' as const, expression: text }));
const fixed = fc
  .constantFrom('', ' ', '7', 'true', 'gold', '2026-01-31')
  .map((value) => ({ kind: 'static' as const, value }));
const source = fc.oneof(field, expression, fixed);
const row: fc.Arbitrary<MappingRow> = fc.record(
  {
    source,
    target: names,
    inside: fc.constantFrom('address', 'address.city', 'a[0]', 'a..b', ''),
    type: fc.constantFrom(...TYPES),
    as: fc.constantFrom(...SHAPES),
    strategy: fc.constantFrom(...STRATEGIES),
  },
  { ...plain, requiredKeys: ['source', 'target', 'type', 'as', 'strategy'] },
);
const value = fc.constantFrom('', '7', 'x', '2026-01-31', '(a+)+', '[', 'string', 7, true);
const condition: fc.Arbitrary<FilterCondition> = fc.record(
  {
    source: fc.oneof(field, expression),
    operator: fc.constantFrom(...OPERATORS),
    value,
    value2: value.filter((any) => typeof any !== 'boolean'),
    compare: fc.constantFrom(...COMPARISONS),
    ignoreCase: fc.boolean(),
  },
  { ...plain, requiredKeys: ['source', 'operator'] },
) as fc.Arbitrary<FilterCondition>;
const filter: fc.Arbitrary<Filter> = fc.record(
  {
    join: fc.constantFrom('all' as const, 'any' as const),
    conditions: fc.array(condition, { maxLength: 3 }),
  },
  plain,
);
const mapping: fc.Arbitrary<Mapping> = fc.record(
  {
    version: fc.constant(2 as const),
    direction: fc.constantFrom('import' as const, 'export' as const),
    identifiers: fc.array(
      fc.array(fc.record({ source, target: names }, plain), { minLength: 1, maxLength: 3 }),
      {
        maxLength: 3,
      },
    ),
    allowCreate: fc.boolean(),
    filter,
    rows: fc.array(row, { maxLength: 4 }),
  },
  { ...plain, requiredKeys: ['version', 'direction', 'identifiers', 'allowCreate', 'rows'] },
);
const direction = fc.constantFrom('import' as const, 'export' as const);

/** A row as the table can bring it about: no `set if empty` that was kept from the other direction. */
const tableRow = fc.record({ row, direction }).map(({ row: any, direction: side }) => ({
  direction: side,
  row: withType({ ...any, strategy: 'set' }, side, any.type),
}));

describe('mapping table: problems', () => {
  it('are found exactly where the runtime finds faults, and as many', () => {
    const place = (list: unknown, at: unknown) => `${String(list)} ${at === undefined ? '' : String(at)}`;
    fc.assert(
      fc.property(mapping, (document) => {
        const told = mappingProblems(document).map(({ list, at }) => place(list, at));
        const faults = mappingFaults(document).map(({ path: [list, ...at] }) =>
          place(list, list === 'filter' ? at[1] : at[0]),
        );
        assert.deepEqual(told.sort(), faults.sort());
      }),
      { numRuns: 1_000 },
    );
  });

  it('none: the document is what the runtime reads', () => {
    const document: Mapping = {
      ...emptyMapping('import'),
      identifiers: [[{ source: { kind: 'field', path: 'external_id' }, target: 'braze_external_id' }]],
      rows: [{ ...blankRow(), source: { kind: 'field', path: 'first_name' }, target: 'firstname' }],
    };
    assert.deepEqual(mappingProblems(document), []);
    assert.deepEqual(migrateMapping(document), { ok: true, mapping: document });
  });

  it('a second row with the same target names the first one', () => {
    const same = { ...blankRow(), source: { kind: 'field' as const, path: 'email' }, target: 'mail' };
    const document: Mapping = {
      ...emptyMapping('import'),
      identifiers: [[{ source: { kind: 'field', path: 'email' }, target: 'email' }]],
      rows: [{ ...same, target: 'other' }, same, same],
    };
    assert.deepEqual(mappingProblems(document), [
      { list: 'rows', at: 2, problem: 'duplicateTarget', row: 2 },
    ]);
  });
});

describe('mapping table: the document', () => {
  it('is a copy: changing what the dialog holds changes nothing of the node', () => {
    fc.assert(
      fc.property(mapping, (stored) => {
        const before = JSON.stringify(stored);
        const copy = editableCopy(stored, stored.direction);
        for (const group of copy.identifiers) for (const pair of group) pair.target = 'changed';
        for (const line of copy.rows) line.source = { kind: 'static', value: 'changed' };
        copy.rows.push(blankRow());
        assert.equal(JSON.stringify(stored), before);
      }),
    );
  });

  it('keeps every filled-in line, in order, and the rows when the direction turns', () => {
    fc.assert(
      fc.property(mapping, direction, (stored, turned) => {
        const saved = savedMapping(editableCopy(stored, turned));
        const conditions = stored.filter?.conditions.filter((one) => !isBlankCondition(one)) ?? [];
        const filled = ({ source: from, target }: Pick<MappingRow, 'source' | 'target'>) =>
          sourceText(from) !== '' || target !== '';
        assert.equal(saved.direction, turned);
        assert.deepEqual(saved.rows, stored.rows.filter(filled));
        assert.deepEqual(saved.filter?.conditions ?? [], conditions);
        assert.deepEqual(saved.identifiers.flat(), stored.identifiers.flat().filter(filled));
        assert.ok(saved.identifiers.every((group) => group.length > 0));
      }),
    );
  });

  it('leaves out what nobody filled in', () => {
    const document: Mapping = {
      ...emptyMapping('export'),
      identifiers: [[blankIdentifier()]],
      filter: { join: 'any', conditions: [blankCondition()] },
      rows: [blankRow()],
    };
    assert.deepEqual(savedMapping(document), emptyMapping('export'));
  });

  it('fills in what a hand-written document lacks', () => {
    assert.deepEqual(editableCopy(undefined, 'import'), emptyMapping('import'));
    assert.deepEqual(editableCopy({ rows: [blankRow()] }, 'export'), {
      ...emptyMapping('export'),
      rows: [blankRow()],
    });
  });

  it('a source keeps the spaces of a text, not those around a path', () => {
    assert.deepEqual(sourceOf('static', ' a '), { kind: 'static', value: ' a ' });
    assert.deepEqual(sourceOf('field', ' email '), { kind: 'field', path: 'email' });
  });

  it('the search box looks at source and target, without regard to case', () => {
    const line = { ...blankRow(), source: { kind: 'field' as const, path: 'first_name' }, target: 'vorname' };
    assert.ok(rowContains(line, ' FIRST'));
    assert.ok(rowContains(line, 'Vorn'));
    assert.ok(!rowContains(line, 'last'));
  });
});

describe('mapping table: the filter', () => {
  it('every operator that is chosen asks for exactly what the runtime needs', () => {
    fc.assert(
      fc.property(condition, fc.constantFrom(...OPERATORS), (any, operator) => {
        const before = withOperator(any, any.operator);
        if (!operatorPossible(before, operator)) return;
        const chosen = withOperator(before, operator);
        assert.equal(chosen.operator, operator);
        assert.deepEqual(chosen.source, any.source);
        const { value: kind, second } = inputsOf(chosen);
        const filled = {
          ...chosen,
          ...(kind === 'text' && { value: '7' }),
          ...(second && { value2: '9' }),
        };
        // Nine digits and fewer are no time, which is a matter of the value typed, not of the operator.
        const without = chosen.compare === 'time' ? withCompare(filled, 'number') : filled;
        assert.deepEqual(conditionProblems(without), []);
      }),
      { numRuns: 500 },
    );
  });

  it('what was typed outlives a change of operator and back', () => {
    const typed: FilterCondition = { ...blankCondition(), operator: 'gt', value: '7', compare: 'number' };
    assert.deepEqual(withOperator(withOperator(typed, 'cont'), 'gt'), typed);
  });

  it('comparing as text is what goes without saying', () => {
    const typed: FilterCondition = { ...blankCondition(), value: 7, compare: 'number' };
    assert.deepEqual(withCompare(typed, 'text'), { ...blankCondition(), value: '7' });
  });

  it('an expression can be the condition itself, a field cannot', () => {
    const made = withConditionSource(blankCondition(), { kind: 'jsonata', expression: 'a' });
    const itself = withOperator(made, 'jsonata_exp');
    assert.deepEqual(itself, { source: made.source, operator: 'jsonata_exp' });
    assert.equal(withConditionSource(itself, { kind: 'field', path: 'a' }).operator, 'true');
  });
});

describe('mapping table: what goes together', () => {
  const noContradiction = (line: MappingRow, side: Mapping['direction']) =>
    assert.ok(
      shapePossible(line, side, line.as) && strategyPossible(line, side, line.strategy),
      JSON.stringify(line),
    );

  it('no choice in the table leads to a contradiction, and each choice stands', () => {
    fc.assert(
      fc.property(
        tableRow,
        fc.constantFrom(...TYPES),
        fc.constantFrom(...SHAPES),
        fc.constantFrom(...STRATEGIES),
        source,
        ({ row: line, direction: side }, type, as, strategy, from) => {
          const typed = withType(line, side, type);
          assert.equal(typed.type, type);
          noContradiction(typed, side);
          if (shapePossible(line, side, as)) {
            assert.equal(withShape(line, side, as).as, as);
            noContradiction(withShape(line, side, as), side);
          }
          if (strategyPossible(line, side, strategy)) {
            assert.equal(withStrategy(line, strategy).strategy, strategy);
            noContradiction(withStrategy(line, strategy), side);
          }
          assert.deepEqual(withSource(line, side, from).source, from);
          noContradiction(withSource(line, side, from), side);
          assert.equal(withInside(line, side, 'address').inside, 'address');
          noContradiction(withInside(line, side, 'address'), side);
          assert.ok(!('inside' in withInside(line, side, undefined)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('what is not possible, or not in this direction, cannot be chosen', () => {
    assert.ok(!strategyPossible(blankRow(), 'import', 'sum'));
    assert.ok(strategyPossible(withType(blankRow(), 'import', 'number'), 'import', 'sum'));
    assert.ok(!strategyPossible(withType(blankRow(), 'export', 'number'), 'export', 'sum'));
    assert.ok(strategyPossible(withType(blankRow(), 'export', 'integer'), 'export', 'sum'));
    assert.ok(strategyPossible(blankRow(), 'export', 'setIfEmpty'));
    assert.ok(!strategyPossible(withInside(blankRow(), 'export', 'city'), 'export', 'setIfEmpty'));
    assert.ok(strategyPossible(blankRow(), 'import', 'setIfEmpty'));
    assert.ok(!shapePossible(withType(blankRow(), 'import', 'json'), 'import', 'object'));
  });

  it('adding makes a list, and a list that was chosen stays one when a field is picked', () => {
    const added = withStrategy(blankRow(), 'add');
    assert.equal(added.as, 'list');
    assert.deepEqual(withTraits(added, 'import', { type: 'time', as: 'one' }), { ...added, type: 'time' });
  });

  it('every documented field, picked as a source or a target, gives a row that can run', () => {
    for (const { field } of exportFields) {
      const traits = exportFieldTraits(field);
      assert.ok(traits !== undefined, field);
      const line = withTraits(blankRow(), 'import', traits);
      assert.deepEqual({ type: line.type, as: line.as }, traits, field);
      noContradiction(line, 'import');
    }
    for (const key of reservedAttributes.keys()) {
      const traits = brazeTargetTraits(key);
      assert.ok(traits !== undefined, key);
      const line = withTraits(blankRow(), 'export', traits);
      assert.deepEqual({ type: line.type, as: line.as }, traits, key);
      noContradiction(line, 'export');
    }
  });

  it('types follow the documentation', () => {
    assert.deepEqual(exportFieldTraits('dob'), { type: 'date', as: 'one' });
    assert.deepEqual(exportFieldTraits('user_aliases'), { type: 'json', as: 'list' });
    assert.equal(exportFieldTraits('no_such_field'), undefined);
    assert.deepEqual(brazeTargetTraits('current_location'), { type: 'json', as: 'object' });
    assert.equal(brazeTargetTraits('loyalty_points'), undefined);
    assert.deepEqual(propertyTraits('DATETIME'), { type: 'time', as: 'one' });
    assert.equal(propertyTraits(undefined), undefined);
  });
});
