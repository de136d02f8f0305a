import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AttributeList } from '../../src/braze/attributeList';
import { dataPoints } from '../../src/braze/dataPoints';
import type { BrazeIdentifier } from '../../src/braze/identifier';
import { JsonBytes, textOf } from '../../src/braze/jsonBytes';

const identifier = fc.oneof(
  fc
    .constantFrom('external_id' as const, 'braze_id' as const, 'email' as const, 'phone' as const)
    .map((key): BrazeIdentifier => ({ key, value: 'm-1' })),
  fc.constant<BrazeIdentifier>({ key: 'user_alias', value: { alias_name: 'm-1', alias_label: 'crm' } }),
);
const attribute = fc.tuple(
  fc.oneof(fc.constantFrom('tier', 'email', 'phone', 'first_name', 'email_subscribe'), fc.string()),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The list, and beside it the object that it stands for. */
function made(
  whose: BrazeIdentifier,
  updateOnly: boolean,
  given: readonly (readonly [string, unknown])[],
): { list: AttributeList; object: Map<string, unknown> } {
  const list = new AttributeList(whose, updateOnly);
  const object = new Map<string, unknown>([
    [whose.key, whose.value],
    ['_update_existing_only', updateOnly],
  ]);
  for (const [name, value] of given) {
    if (name === '_update_existing_only') continue;
    assert.equal(list.add(name, value), !object.has(name), name);
    if (!object.has(name)) object.set(name, value);
  }
  return { list, object };
}

describe('attribute list', () => {
  it('is the object it stands for, as JSON, as bytes and in its price', () => {
    const json = new JsonBytes();
    fc.assert(
      fc.property(identifier, fc.boolean(), fc.array(attribute, { maxLength: 60 }), (whose, only, given) => {
        const { list, object } = made(whose, only, given);
        assert.equal(list.length, object.size - 2);
        assert.deepEqual(new Map(Object.entries(list.toJSON())), object);
        json.begin();
        list.write(json);
        assert.deepEqual(JSON.parse(textOf(json.end())), JSON.parse(JSON.stringify(list)));
        assert.equal(list.dataPoints, dataPoints({ attributes: list.toJSON() }));
      }),
    );
  });

  it('takes each name once, in long lists too', () => {
    const names = Array.from({ length: 100 }, (_, at) => [`a${at}`, at] as const);
    const { list } = made({ key: 'external_id', value: 'm-1' }, true, [
      ...names,
      ...names,
      ['external_id', 'x'],
    ]);
    assert.equal(list.length, 100);
  });
});
