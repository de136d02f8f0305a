import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileMapping } from '../../src/mapping/compileMapping';
import { type Mapping, migrateMapping } from '../../src/mapping/mapping';

const fixtures = join(__dirname, 'fixtures');
const examples = join(__dirname, '..', '..', 'examples');

function stored(file: string): { mapping: unknown; record: { [field: string]: unknown }; changes: unknown } {
  return JSON.parse(readFileSync(join(fixtures, file), 'utf8'));
}

function migrated(mapping: unknown): Mapping {
  const checked = migrateMapping(mapping);
  assert.ok(checked.ok, checked.ok ? '' : checked.reasons.join('; '));
  return checked.mapping;
}

describe('mapping documents of version 1', () => {
  for (const file of ['import-v1.json', 'export-v1.json']) {
    it(`${file}: becomes version 2, keeps all it says, and maps as it did`, () => {
      const { mapping, record, changes } = stored(file);
      const present = migrated(mapping);
      assert.deepEqual(present, { ...(mapping as object), version: 2 });
      const result = compileMapping(present).map(record);
      assert.ok(result.kind === 'update');
      assert.deepEqual(
        result.update.changes.map(({ type: _, ...change }) => change),
        changes,
      );
    });
  }

  it('every mapping in the examples still compiles', () => {
    let mappings = 0;
    for (const file of readdirSync(examples).filter((name) => name.endsWith('.json'))) {
      const nodes = JSON.parse(readFileSync(join(examples, file), 'utf8')) as { [key: string]: unknown }[];
      for (const node of nodes) {
        if (node.type !== 'profile-field-mapper') continue;
        compileMapping(migrated(node.mapping));
        mappings++;
      }
    }
    assert.ok(mappings >= 3);
  });

  it('is read without being changed', () => {
    const { mapping } = stored('import-v1.json');
    const before = JSON.stringify(mapping);
    migrateMapping(mapping);
    assert.equal(JSON.stringify(mapping), before);
  });
});
