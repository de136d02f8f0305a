import assert from 'node:assert/strict';
import fc from 'fast-check';
import { exactSum, valueProblem } from '../../../src/sandbox/blueconic/propertyTypes';
import { applyRule, checkValues } from '../../../src/sandbox/blueconic/rules';

const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 6 });
const uniqueList = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 });

function values(outcome: ReturnType<typeof applyRule>): readonly string[] {
  assert.ok('values' in outcome, JSON.stringify(outcome));
  return outcome.values;
}

describe('sandbox BlueConic: rule strategies', () => {
  it('ADD is the union, keeps the stored order and brings no duplicates', () => {
    fc.assert(
      fc.property(uniqueList, list, (stored, incoming) => {
        const after = values(applyRule(stored, 'ADD', incoming, 'SELECT'));
        assert.deepEqual(new Set(after), new Set([...stored, ...incoming]));
        assert.equal(new Set(after).size, after.length);
        assert.deepEqual(after.slice(0, stored.length), stored);
      }),
    );
  });

  it('SET, ADD, SET_IF_EMPTY and REMOVE change nothing the second time', () => {
    fc.assert(
      fc.property(
        list,
        list,
        fc.constantFrom('SET', 'ADD', 'SET_IF_EMPTY', 'REMOVE'),
        (stored, incoming, how) => {
          const once = values(applyRule(stored, how, incoming, 'SELECT'));
          assert.deepEqual(values(applyRule(once, how, incoming, 'SELECT')), once);
        },
      ),
    );
  });

  it('REMOVE takes out what ADD put in', () => {
    fc.assert(
      fc.property(uniqueList, list, (stored, incoming) => {
        const added = values(applyRule(stored, 'ADD', incoming, 'SELECT'));
        const after = values(applyRule(added, 'REMOVE', incoming, 'SELECT'));
        assert.deepEqual(
          after,
          stored.filter((value) => !incoming.includes(value)),
        );
      }),
    );
  });

  it('SET_IF_EMPTY writes to an empty property only', () => {
    assert.deepEqual(applyRule([], 'SET_IF_EMPTY', ['a', 'b'], 'SELECT'), { values: ['a', 'b'] });
    assert.deepEqual(applyRule(['z'], 'SET_IF_EMPTY', ['a'], 'SELECT'), { values: ['z'] });
  });

  for (const strategy of ['INCREMENT', 'SUM'] as const) {
    it(`${strategy} adds exactly, from 0 where nothing is stored`, () => {
      assert.deepEqual(applyRule([], strategy, ['7'], 'RANGE'), { values: ['7'] });
      assert.deepEqual(applyRule(['0.1'], strategy, ['0.2'], 'DECIMAL'), { values: ['0.3'] });
      assert.deepEqual(applyRule(['5'], strategy, ['-8.25'], 'CURRENCY'), { values: ['-3.25'] });
    });

    it(`${strategy} refuses text, dates and a number that grows too large`, () => {
      assert.ok('problem' in applyRule([], strategy, ['1'], 'SELECT'));
      assert.ok('problem' in applyRule([], strategy, ['1'], 'DATETIME'));
      assert.ok('problem' in applyRule(['2147483647'], strategy, ['1'], 'RANGE'));
    });
  }
});

describe('sandbox BlueConic: exact sums', () => {
  it('agrees with arithmetic on whole ten-thousandths', () => {
    const units = fc.integer({ min: -2_000_000_000, max: 2_000_000_000 });
    const text = (value: number) => (value / 10_000).toFixed(4);
    fc.assert(
      fc.property(units, units, (a, b) => {
        assert.equal(Number(exactSum([text(a), text(b)])), (a + b) / 10_000);
      }),
    );
  });

  it('writes no needless zeros', () => {
    assert.equal(exactSum(['1.50', '.5']), '2');
    assert.equal(exactSum(['-0.0500']), '-0.05');
    assert.equal(exactSum([]), '0');
  });
});

describe('sandbox BlueConic: value types', () => {
  const cases: [Parameters<typeof valueProblem>[0], string[], string[]][] = [
    ['RANGE', ['0', '-12', '2147483647'], ['1.5', '2147483648', '1e3', ' 1', '+1']],
    ['DECIMAL', ['1', '-1.2345', '.5'], ['1.23456', '1,5', '-', '.']],
    ['CURRENCY', ['19.99'], ['€ 19.99', '1.23456']],
    ['EMAIL', ['a@b.co', 'ü+x@mail.example.org'], ['a@b', 'a b@c.de', '@b.co', 'a@b..co']],
    ['DATETIME', ['1679922388115', '-86400000'], ['2023-03-27', '1679922388115.5']],
    ['SELECT', ['anything at all', 'x'.repeat(65_000)], ['x'.repeat(65_001)]],
  ];
  for (const [type, good, bad] of cases) {
    it(`${type} takes what fits and names what does not`, () => {
      for (const value of good) assert.equal(valueProblem(type, value), undefined, value);
      for (const value of bad) assert.equal(typeof valueProblem(type, value), 'string', value);
    });
  }

  it('sorts out the invalid values of a list and passes over empty texts', () => {
    const { valid, problems } = checkValues(['1', '', 'x', '2'], 'RANGE');
    assert.deepEqual(valid, ['1', '2']);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /value 3 /);
  });
});
