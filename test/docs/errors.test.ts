import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../support/places';
import { filesBelow, tableRows } from './sourceFiles';

/** The reasons that Braze gives for single objects look like codes, but are no errors. */
const rowReasons = 'src/braze/objectErrors.ts';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');

/** Every literal that the product gives to a property `code`. The sandbox's are those of the systems it plays. */
function codesInSource(): string[] {
  const files = [...filesBelow('src'), ...filesBelow('nodes')].filter(
    (path) => path.endsWith('.ts') && !path.startsWith('src/sandbox/') && path !== rowReasons,
  );
  const given = files.flatMap((path) => read(path).match(/\bcode:[^,;\n]*/g) ?? []);
  return [...new Set(given.flatMap((text) => text.match(/(?<=')[A-Z][A-Z0-9_]+(?=')/g) ?? []))].sort();
}

describe('documented errors', () => {
  const rows = tableRows(read('docs/errors.md'), /^`[A-Z0-9_]+`$/);

  it('are those of the source, each once', () => {
    const documented = rows.map(([code]) => code!.slice(1, -1)).sort();
    assert.ok(documented.length > 80);
    assert.deepEqual(documented, codesInSource());
  });

  it('say what they mean and what to do', () => {
    for (const row of rows) {
      assert.equal(row.length, 3, row.join(' | '));
      assert.ok(
        row.slice(1).every((cell) => cell.endsWith('.')),
        row.join(' | '),
      );
    }
  });
});
