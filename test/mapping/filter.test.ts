import assert from 'node:assert/strict';
import { compileMapping, type MapResult } from '../../src/mapping/compileMapping';
import type { FilterCondition } from '../../src/mapping/filter';
import { type Mapping, migrateMapping } from '../../src/mapping/mapping';
import { mappingOf, row } from './mappingDocuments';

type Rest = Omit<FilterCondition, 'source' | 'operator'>;

function condition(operator: FilterCondition['operator'], rest: Rest = {}, path = 'v'): FilterCondition {
  return { source: { kind: 'field', path }, operator, ...rest };
}

function filtered(conditions: FilterCondition[], join: 'all' | 'any' = 'all'): Mapping {
  return mappingOf('import', [row('id', 'key')], { filter: { join, conditions } });
}

function kindOf(mapping: Mapping, record: { [field: string]: unknown }): MapResult['kind'] {
  return compileMapping(mapping).map({ id: 'a', ...record }).kind;
}

const absent = Symbol('absent');

describe('filter', () => {
  const cases: [FilterCondition['operator'], Rest, fits: unknown[], fitsNot: unknown[]][] = [
    ['eq', { value: 'gold' }, ['gold', ['silver', 'gold']], ['Gold', 'gold ', null, absent, [], {}]],
    ['eq', { value: 7 }, [7, '7', '7.0', ['7']], ['seven', 8, true, null, absent]],
    ['eq', { value: '7' }, ['7', 7], ['7.0', 8]],
    ['eq', { value: true }, [true, 'true'], [false, 1, 'yes', absent]],
    [
      'eq',
      { value: '2026-01-31', compare: 'time' },
      ['2026-01-31T00:00:00Z', 1769817600000, ['1769817600000']],
      ['2026-01-31T00:00:01Z', 'soon', absent],
    ],
    ['neq', { value: 'gold' }, ['silver', null, absent, [], {}], ['gold', ['silver', 'gold']]],
    ['lt', { value: 10 }, [9, '9.5', ['30', '5']], [10, '10', 'few', null, absent, [], false]],
    ['lte', { value: 10 }, [10, '10'], [10.5]],
    ['gt', { value: 10 }, [11, '10.5', ['11']], [10, '1e2', {}]],
    ['gte', { value: 10 }, [10], [9]],
    ['lt', { value: 'b' }, ['a', 1], ['b', 'c', null]],
    [
      'gt',
      { value: '2026-01-01', compare: 'time' },
      ['2026-11-20', 1795162500000],
      ['2025-11-20', '2026-01-01', 'never'],
    ],
    ['gt', { value: '10', compare: 'number' }, [11, '9999'], ['9', 9]],
    ['btwn', { value: 1, value2: 3 }, [1, '2', 3, [9, 2]], [0, 4, absent]],
    ['btwn', { value: 3, value2: 1 }, [1, 2, 3], [0, 4]],
    ['cont', { value: '@example.' }, ['a@example.org', ['x', 'b@example.com']], ['example', null, {}]],
    ['cont', { value: '1' }, [210, 'v1'], [2]],
    ['regex', { value: '^a.c$' }, ['abc', ['x', 'a-c']], ['ABC', 'abcd', null, absent]],
    ['regex', { value: '^a.c$', ignoreCase: true }, ['ABC'], ['x']],
    ['true', {}, [true, 'true', ['true']], [false, 1, 'TRUE', null, absent]],
    ['false', {}, [false, 'false', ['false']], [true, 0, null, absent]],
    ['null', {}, [null, absent], ['', [], 0, false]],
    ['nnull', {}, ['', [], 0, false], [null, absent]],
    ['empty', {}, ['', [], {}], [null, absent, 'x', [null], { a: 1 }, 0, false]],
    ['nempty', {}, ['x', [null], { a: 1 }], [null, absent, '', [], {}, 0]],
    ['istype', { value: 'string' }, ['x'], [1, null, ['x'], absent]],
    ['istype', { value: 'number' }, [1], ['1']],
    ['istype', { value: 'boolean' }, [false], ['false']],
    ['istype', { value: 'array' }, [[]], [{}, 'x']],
    ['istype', { value: 'object' }, [{}], [[], null, 'x']],
    ['istype', { value: 'json' }, ['{"a":1}', '7'], ['{', { a: 1 }, 7]],
    ['istype', { value: 'null' }, [null], [absent, '']],
    ['istype', { value: 'undefined' }, [absent], [null]],
    ['hask', { value: 'city' }, [{ city: null }, [{}, { city: 'x' }]], [{}, 'city', null, absent]],
    ['hask', { value: 'toString' }, [JSON.parse('{"toString":1}')], [{}]],
  ];
  for (const [operator, rest, fits, fitsNot] of cases) {
    it(`${operator} ${JSON.stringify(rest)}`, () => {
      const mapping = filtered([condition(operator, rest)]);
      const of = (value: unknown) => kindOf(mapping, value === absent ? {} : { v: value });
      for (const value of fits) assert.equal(of(value), 'update', JSON.stringify(value));
      for (const value of fitsNot) assert.equal(of(value), 'filtered', String(JSON.stringify(value)));
    });
  }

  it('a pattern sees 255 characters of a text', () => {
    const mapping = filtered([condition('regex', { value: 'x' })]);
    assert.equal(kindOf(mapping, { v: `${'a'.repeat(254)}x` }), 'update');
    assert.equal(kindOf(mapping, { v: `${'a'.repeat(255)}x` }), 'filtered');
  });

  it('all conditions, or any of them; the reason names the condition and no value', () => {
    const conditions = [
      condition('eq', { value: 'secret@example.org' }, 'email'),
      condition('gt', { value: 3 }, 'custom_events[name="Order"].count'),
    ];
    const orders = (count: number) => ({ custom_events: [{ name: 'Order', count }] });
    const all = filtered(conditions);
    assert.equal(kindOf(all, { email: 'secret@example.org', ...orders(4) }), 'update');
    assert.deepEqual(compileMapping(all).map({ id: 'a', email: 'secret@example.org', ...orders(3) }), {
      kind: 'filtered',
      reason: 'filter: condition 2 (custom_events[name="Order"].count gt) does not fit',
    });
    const any = filtered(conditions, 'any');
    assert.equal(kindOf(any, orders(4)), 'update');
    assert.equal(kindOf(any, { email: 'secret@example.org' }), 'update');
    assert.deepEqual(compileMapping(any).map({ id: 'a' }), {
      kind: 'filtered',
      reason: 'filter: none of the conditions fits',
    });
  });

  it('an expression decides where it can; where it failed, nothing else decides, and the record is rejected', () => {
    const expression: FilterCondition = {
      source: { kind: 'jsonata', expression: 'v > 1' },
      operator: 'jsonata_exp',
    };
    const text = condition('eq', { value: 'x' }, 'w');
    const result = (join: 'all' | 'any', answers: unknown[], w: string) => {
      const mapped = compileMapping(filtered([expression, text], join)).map(
        { id: 'a', w },
        undefined,
        answers,
      );
      return mapped.kind === 'rejected' ? mapped.reason : mapped.kind;
    };
    assert.equal(result('all', [true], 'x'), 'update');
    assert.equal(result('all', [1], 'x'), 'filtered');
    assert.equal(result('all', [], 'x'), 'expression-failed');
    assert.equal(result('all', [], 'y'), 'filtered');
    assert.equal(result('any', [false], 'x'), 'update');
    assert.equal(result('any', [], 'x'), 'update');
    assert.equal(result('any', [], 'y'), 'expression-failed');
  });

  const faulty: [string, FilterCondition | FilterCondition[], RegExp][] = [
    ['no conditions', [], /^filter: at least one condition/],
    ['a path with a fault', condition('null', {}, 'a..b'), /^condition 1: .*not valid at position 3/],
    ['a missing value', condition('eq'), /^condition 1: eq needs a value/],
    ['a value too many', condition('null', { value: '' }), /null takes no value/],
    ['a missing end', condition('btwn', { value: 1 }), /btwn needs a second value/],
    ['a second value too many', condition('eq', { value: 1, value2: 2 }), /eq takes no second value/],
    ['two ends of different kinds', condition('btwn', { value: 1, value2: 'b' }), /is not a number/],
    ['a text as a number', condition('lt', { value: 'ten', compare: 'number' }), /is not a number/],
    ['a text as a time', condition('lt', { value: 'soon', compare: 'time' }), /is not a time/],
    ['the order of booleans', condition('lt', { value: true }), /lt cannot compare with true or false/],
    ['a number in a text', condition('cont', { value: 1 }), /cont needs a text/],
    ['an empty text', condition('cont', { value: '' }), /the value of cont is empty/],
    ['a pattern that is none', condition('regex', { value: '(' }), /the pattern is not a valid pattern/],
    [
      'a repeat in a repeat',
      condition('regex', { value: '^(\\w+\\s?)*$' }),
      /repeats a group that holds a repeat/,
    ],
    ['an unknown type', condition('istype', { value: 'buffer' }), /istype needs one of string/],
    ['an expression that is a field', condition('jsonata_exp'), /jsonata_exp needs an expression/],
    [
      'an empty expression',
      { source: { kind: 'jsonata', expression: ' ' }, operator: 'jsonata_exp' },
      /the expression is empty/,
    ],
  ];
  for (const [what, conditions, reason] of faulty) {
    it(`refuses ${what}`, () => {
      const checked = migrateMapping(filtered([conditions].flat()));
      assert.ok(!checked.ok);
      assert.equal(checked.reasons.length, 1);
      assert.match(checked.reasons[0]!, reason);
    });
  }

  it('refuses misshapen filters, naming the place', () => {
    const reasonsOf = (filter: unknown) => {
      const checked = migrateMapping({ ...mappingOf('import', [row('id', 'key')]), filter });
      return checked.ok ? [] : checked.reasons;
    };
    assert.deepEqual(reasonsOf([]), ['filter must be an object']);
    assert.deepEqual(reasonsOf({ join: 'one', conditions: [] }), ['filter.join must be all or any']);
    assert.deepEqual(
      reasonsOf({ join: 'all', conditions: [{ source: { kind: 'static', value: 'x' }, operator: 'else' }] }),
      [
        'filter.conditions[0].source.kind must be field or jsonata',
        'filter.conditions[0].operator must be eq, neq, lt, lte, gt, gte, btwn, cont, regex, true, false, null, nnull, empty, nempty, istype, hask or jsonata_exp',
      ],
    );
  });
});
