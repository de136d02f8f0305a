import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  copyName,
  freeName,
  type Goal,
  goalProblems,
  newGoalId,
  outputMap,
  placeFor,
} from '../../nodes/profile-sync-connection/goalList.editor';

const goal = (name: string, direction: Goal['direction'] = 'import'): Goal => ({
  id: name,
  name,
  direction,
  active: true,
});

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 8 });

describe('goals in the dialog', () => {
  it('every wire ends up at its goal, the report stays first, and each output is there once', () => {
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const map = outputMap(before, after);
        assert.equal(map[0], 0);
        for (const [at, id] of before.entries()) {
          const now = map[at + 1]!;
          if (after.includes(id)) assert.equal(after[now - 1], id);
          else assert.equal(now, -1);
        }
        const outputs = Object.values(map).filter((output) => output >= 0);
        assert.deepEqual(
          outputs.sort((one, other) => one - other),
          Array.from({ length: after.length + 1 }, (_, output) => output),
        );
      }),
    );
  });

  it('a new output never has the key of an old one', () => {
    assert.deepEqual(outputMap(['a', 'b'], ['b', 'new', 'a']), { 0: 0, 1: 3, 2: 1, 100001: 2 });
  });

  it('a new import goes before the exports, a new export to the end', () => {
    const goals = [goal('i'), goal('e', 'export')];
    assert.equal(placeFor('import', goals), 1);
    assert.equal(placeFor('export', goals), 2);
    assert.equal(placeFor('import', [goal('e', 'export')]), 0);
    assert.equal(placeFor('import', []), 0);
    assert.equal(placeFor('import', [goal('e', 'export'), goal('i'), goal('f', 'export')]), 2);
  });

  it('new goals and copies get names and ids of their own', () => {
    const goals = [goal('Import'), goal('Import 2')];
    assert.equal(freeName('Export', goals), 'Export');
    assert.equal(freeName('import', goals), 'import 3');
    assert.equal(copyName('Import 2', goals), 'Import 3');
    assert.equal(copyName('Import', goals), 'Import 3');
    assert.match(newGoalId(goals), /^\w+$/);
  });

  it('names must be there and be different, since commands use them', () => {
    assert.deepEqual(goalProblems([goal('a'), goal('b')]), []);
    assert.deepEqual(goalProblems([]), ['none']);
    assert.deepEqual(goalProblems([goal(' '), goal('')]), ['nameless']);
    assert.deepEqual(goalProblems([goal('Import'), goal('import ')]), ['sameName']);
    assert.deepEqual(goalProblems([goal('a'), goal('A'), goal('')]), ['nameless', 'sameName']);
  });
});
