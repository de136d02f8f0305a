import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type GapClass, loopDelay, timeWeightedQuantile } from '../../bench/measure/loopDelay';

const gapClass = fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }));
const gapClasses = fc.array(gapClass, { minLength: 1 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** What a time at random finds: the lengths of all gaps that cover at least so much of the whole time. */
function timeInGapsUpTo(classes: readonly GapClass[], length: number): number {
  return classes.reduce((sum, [upTo, time]) => sum + (upTo <= length ? time : 0), 0);
}

describe('event-loop delay', () => {
  it('weighs a gap by its length, so that one stall outweighs thousands of short gaps', () => {
    const classes: GapClass[] = [
      [1, 5_000],
      [6_000, 6_000],
    ];
    assert.equal(timeWeightedQuantile(classes, 0.4), 1);
    assert.equal(timeWeightedQuantile(classes, 0.5), 6_000);
    assert.equal(timeWeightedQuantile(classes, 0.99), 6_000);
  });

  it('answers the shortest length whose gaps and all shorter ones cover the share', () => {
    fc.assert(
      fc.property(gapClasses, share, (classes, wanted) => {
        const length = timeWeightedQuantile(classes, wanted);
        const total = timeInGapsUpTo(classes, Number.POSITIVE_INFINITY);
        assert.ok(timeInGapsUpTo(classes, length) >= wanted * total);
        const shorter = classes.map(([upTo]) => upTo).filter((upTo) => upTo < length);
        for (const upTo of shorter) assert.ok(timeInGapsUpTo(classes, upTo) < wanted * total);
      }),
    );
  });

  it('does not depend on the order of the classes', () => {
    fc.assert(
      fc.property(gapClasses, share, (classes, wanted) => {
        assert.equal(
          timeWeightedQuantile([...classes].reverse(), wanted),
          timeWeightedQuantile(classes, wanted),
        );
      }),
    );
  });

  it('is 0 where nothing was noted', () => {
    assert.equal(timeWeightedQuantile([], 0.99), 0);
  });

  it('never puts a quantile above the longest gap', () => {
    assert.deepEqual(loopDelay([[20.1, 20.03]], 20.03), { p50: 20.03, p99: 20.03, max: 20.03 });
  });
});
