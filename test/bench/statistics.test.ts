import assert from 'node:assert/strict';
import fc from 'fast-check';
import { median, quantile, significant, spread } from '../../bench/measure/statistics';

const values = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1 });

describe('statistics of runs', () => {
  it('takes the middle run, or the mean of the two in the middle', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([10, 1, 2, 4]), 3);
  });

  it('has as many values at or below the median as at or above it', () => {
    fc.assert(
      fc.property(values, (list) => {
        const middle = median(list);
        const below = list.filter((value) => value <= middle).length;
        const above = list.filter((value) => value >= middle).length;
        assert.ok(below * 2 >= list.length && above * 2 >= list.length);
      }),
    );
  });

  it('leaves the list as it was', () => {
    const list = [3, 1, 2];
    median(list);
    assert.deepEqual(list, [3, 1, 2]);
  });

  it('has no median of nothing', () => {
    assert.ok(Number.isNaN(median([])));
  });

  it('has that share of the values at or below a quantile, and the quantile among the values', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (list, percent) => {
        const found = quantile(list, percent / 100);
        const below = list.filter((value) => value < found).length;
        const upTo = list.filter((value) => value <= found).length;
        assert.ok(list.includes(found));
        assert.ok(below * 100 < list.length * percent && upTo * 100 >= list.length * percent);
      }),
    );
  });

  it('spreads from the least to the greatest', () => {
    assert.deepEqual(spread([3, 1, 2]), [1, 3]);
  });

  it('keeps four significant digits', () => {
    assert.equal(significant(123_456), 123_500);
    assert.equal(significant(0.612_34), 0.6123);
  });
});
