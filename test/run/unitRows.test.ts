import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rowState, UnitRows } from '../../src/run/unitRows';

/** Reads rows in batches of the given sizes, with gaps between rows where `gaps` says so. */
function unitWith(batches: number[], gap: number): { unit: UnitRows; rows: number[][] } {
  const unit = new UnitRows('file');
  const rows: number[][] = [];
  let row = 0;
  for (const size of batches) {
    const batch: number[] = [];
    for (let n = 1; n <= size; n++) batch.push(row + n * gap);
    row += size * gap;
    unit.startBatch(batch[0]!);
    for (const one of batch) unit.set(one, rowState.away);
    rows.push(batch);
  }
  return { unit, rows };
}

describe('rows of a unit', () => {
  it('remember each their own state, however far apart they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 12 })), {
          maxLength: 60,
        }),
        (writes) => {
          const unit = new UnitRows('file');
          const model = new Map<number, number>();
          for (const [row, state] of writes) {
            unit.set(row, state);
            model.set(row, state);
          }
          for (const [row, state] of model) assert.equal(unit.get(row), state);
          for (let state = 1; state <= 12; state++) {
            const found: number[] = [];
            unit.forEachIn(state, (row) => found.push(row));
            const expected = [...model].filter(([, held]) => held === state).map(([row]) => row);
            assert.deepEqual(
              found,
              expected.sort((a, b) => a - b),
            );
          }
        },
      ),
    );
  });

  it('are unread until something is said of them', () => {
    const unit = new UnitRows('file');
    assert.equal(unit.get(1), rowState.unread);
    assert.equal(unit.get(9_999_999_999), rowState.unread);
  });

  it('find their batch, and the batch finds its rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        (sizes, gap) => {
          const { unit, rows } = unitWith(sizes, gap);
          for (const [batch, members] of rows.entries()) {
            for (const row of members) assert.equal(unit.batchOf(row), batch);
            const [first, last] = unit.batchRange(batch);
            const found: number[] = [];
            unit.forEachIn(rowState.away, (row) => found.push(row), first, last);
            assert.deepEqual(found, members);
          }
        },
      ),
    );
  });

  it('may change while they are walked over', () => {
    const { unit } = unitWith([10], 1);
    const found: number[] = [];
    unit.forEachIn(rowState.away, (row) => {
      found.push(row);
      unit.set(row, rowState.held);
      unit.set(row + 1, rowState.held);
    });
    assert.deepEqual(found, [1, 3, 5, 7, 9]);
  });
});
