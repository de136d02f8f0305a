import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../support/places';
import { tableRows } from './sourceFiles';

const states = ['here', 'differs', 'not yet', 'not offered'];

describe('comparison with BlueConic’s own connection', () => {
  const rows = tableRows(readFileSync(join(packageRoot, 'docs/parity.md'), 'utf8'), /^\d+$/);

  it('has its 57 features, in order, each with a state and an explanation', () => {
    assert.deepEqual(
      rows.map(([number]) => Number(number)),
      Array.from({ length: 57 }, (_, at) => at + 1),
    );
    for (const row of rows) {
      const [, feature, state, where] = row;
      assert.equal(row.length, 5, row.join(' | '));
      assert.ok(feature && where, row.join(' | '));
      assert.ok(states.includes(state!), row.join(' | '));
    }
  });

  it('names tests that exist, for everything that is here', () => {
    for (const [number, , state, , tests = ''] of rows) {
      const named = tests.split(', ').filter((cell) => cell.startsWith('`'));
      for (const path of named.map((cell) => cell.slice(1, -1))) {
        assert.match(path, /^test\/.*\.test\.ts$/);
        assert.ok(existsSync(join(packageRoot, path)), `row ${number}: there is no ${path}`);
      }
      if (state === 'here') assert.ok(named.length > 0, `row ${number} names no test`);
    }
  });
});
