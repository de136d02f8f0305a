import assert from 'node:assert/strict';
import { AttributeTypes, rememberedTypes, type TypeRules } from '../../src/delta/attributeTypes';
import { MemoryStore } from '../../src/store/memoryStore';

/** As JavaScript types values; null has none. */
const rules: TypeRules = {
  typeOf: (value) => (value === null ? undefined : typeof value),
  takes: (type, value) => typeof value === type,
};

const workspace = 'braze https://rest.example.com 1a2b/3c';

describe('types of attributes', () => {
  it('are decided by the first value, which never drifts, and held against later ones', () => {
    const types = new AttributeTypes(workspace, rules);
    assert.equal(types.driftOf('tier', 'gold'), false);
    assert.equal(types.driftOf('tier', 7), true);
    assert.equal(types.driftOf('tier', 'silver'), false);
    assert.equal(types.driftOf('points', 7), false);
  });

  it('may be known without a look at the value', () => {
    const types = new AttributeTypes(workspace, rules);
    assert.equal(types.driftOf('since', '2026-01-31', 'time'), false);
    assert.equal(types.driftOf('since', '2026-02-28', 'time'), false);
    assert.equal(types.driftOf('since', 'spring'), true);
    types.driftOf('tier', 'gold');
    assert.equal(types.driftOf('tier', 7, 'time'), true);
  });

  it('are not decided by an emptied attribute, and never keep one from being emptied', () => {
    const types = new AttributeTypes(workspace, rules);
    assert.equal(types.driftOf('tier', null), false);
    assert.equal(types.driftOf('tier', 'gold'), false);
    assert.equal(types.driftOf('tier', null), false);
    assert.equal(types.driftOf('tier', 7), true);
  });

  it('are known to the next run once a value was accepted, of this workspace alone', async () => {
    const store = new MemoryStore();
    const types = new AttributeTypes(workspace, rules);
    for (const field of ['a/b', 'tier', '__proto__', 'ünï']) types.driftOf(field, 'x');
    const claims = types.takeClaims()!;
    assert.equal(types.takeClaims(), undefined);
    assert.deepEqual([...(await rememberedTypes(store, workspace))], []);
    await store.commit(types.accepted(claims));
    await store.commit(new AttributeTypes(`${workspace}/x`, rules).accepted([]));
    const remembered = await rememberedTypes(store, workspace);
    assert.deepEqual(
      [...remembered].sort(),
      [...claims].sort().map((field) => [field, 'string']),
    );
    assert.deepEqual([...(await rememberedTypes(store, 'braze https://rest.example.com 1a2b'))], []);
    assert.equal(new AttributeTypes(workspace, rules, remembered).driftOf('a/b', 7), true);
    await store.close();
  });
});
