import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeUpdates } from '../../src/delta/mergeUpdates';
import type { FieldChange, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { applyTo, type Held } from './heldModel';
import { changes } from './someChanges';

function update(list: FieldChange[]): ProfileUpdate {
  return { version: 1, match: [[{ field: 'external_id', value: 'u' }]], allowCreate: false, changes: list };
}

describe('updates of one profile, merged', () => {
  it('have the effect that they have one after the other', () => {
    fc.assert(
      fc.property(
        fc.array(changes, { minLength: 1, maxLength: 4 }),
        fc.array(changes, { maxLength: 3 }),
        (lists, before) => {
          const start: Held = new Map();
          for (const list of before) applyTo(start, list);
          const oneByOne: Held = structuredClone(start);
          for (const list of lists) applyTo(oneByOne, list);
          const merged = mergeUpdates(lists.map(update) as [ProfileUpdate, ...ProfileUpdate[]]);
          const atOnce: Held = structuredClone(start);
          applyTo(atOnce, merged.changes);
          assert.deepEqual(atOnce, oneByOne);
        },
      ),
    );
  });

  it('are found, and may be created, as the last one says', () => {
    const first = update([]);
    const last = { ...update([]), ref: 'r/1/2', allowCreate: true };
    const { allowCreate, ref } = mergeUpdates([first, last]);
    assert.deepEqual([allowCreate, ref], [true, 'r/1/2']);
  });

  it('keep every event', () => {
    const [first, second] = [{ name: 'a' }, { name: 'b' }];
    const merged = mergeUpdates([
      { ...update([]), events: [first], purchases: [first] },
      { ...update([]), events: [second] },
    ]);
    assert.deepEqual([merged.events, merged.purchases], [[first, second], [first]]);
  });
});
