import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RemovalWatch } from '../../src/delta/removalWatch';

function watched(share: number | undefined, rows: readonly { known: boolean; removes: boolean }[]) {
  const watch = new RemovalWatch(share);
  for (const { known, removes } of rows) watch.compared(known, removes);
  return watch.fault;
}

/** The first `known` rows are of known users, the first `losing` of these lose a value. */
function rows(all: number, known: number, losing: number) {
  return Array.from({ length: all }, (_, at) => ({ known: at < known, removes: at < losing }));
}

describe('removal watch', () => {
  it('says nothing before ten thousand rows', () => {
    assert.equal(watched(0.05, rows(9_999, 9_999, 9_999)), undefined);
  });

  it('names the figures where more known users lose a value than may', () => {
    const fault = watched(0.05, rows(10_000, 8_000, 401));
    assert.equal(fault?.code, 'REMOVALS_CEILING_REACHED');
    assert.match(fault?.message ?? '', /8,000 known users among the first 10,000 records, 401 \(5.01 %\)/);
    assert.equal(watched(0.05, rows(10_000, 8_000, 400)), undefined);
  });

  it('counts users of whom nothing is known on neither side', () => {
    const unknown = Array.from({ length: 10_000 }, () => ({ known: false, removes: true }));
    assert.equal(watched(0.05, unknown), undefined);
  });

  it('judges as the numbers say, in any order of rows', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 0, max: 100 }), fc.boolean(), (losing, percent, late) => {
        const given = rows(10_000, 10_000, losing);
        const fault = watched(percent / 100, late ? given.reverse() : given);
        assert.equal(fault !== undefined, losing > (percent / 100) * 10_000);
      }),
      { numRuns: 30 },
    );
  });

  it('may be switched off', () => {
    assert.equal(watched(undefined, rows(10_000, 10_000, 10_000)), undefined);
    assert.equal(watched(1, rows(10_000, 10_000, 10_000)), undefined);
  });
});
