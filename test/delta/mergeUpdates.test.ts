import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeable, mergeUpdates } from '../../src/delta/mergeUpdates';
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

  it('written by hand, too, as far as one update can stand for them', () => {
    const change = fc.record({
      field: fc.constantFrom('tier', 'tags'),
      strategy: fc.constantFrom<FieldChange['strategy'][]>('set', 'clear', 'add', 'setIfEmpty'),
      as: fc.constantFrom<FieldChange['as'][]>('one', 'list'),
      values: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 1 }),
    });
    const emptied = change.map((one) => ({ ...one, strategy: 'clear' as const, values: [] }));
    const byHand = fc.uniqueArray(fc.oneof(change, emptied), {
      maxLength: 2,
      selector: ({ field }) => field,
    });
    fc.assert(
      fc.property(fc.array(byHand, { minLength: 1, maxLength: 5 }), byHand, (lists, before) => {
        // BlueConic holds lists only, and adds to whatever is there.
        const apply = (held: Held, list: readonly FieldChange[]) =>
          applyTo(
            held,
            list.map((one) => ({ ...one, as: 'list' as const })),
          );
        const start: Held = new Map();
        apply(start, before);
        const oneByOne: Held = structuredClone(start);
        for (const list of lists) apply(oneByOne, list);
        const together: Held = structuredClone(start);
        for (let left = lists.map(update); left.length > 0; ) {
          const many = mergeable(left);
          apply(together, mergeUpdates(left.slice(0, many) as [ProfileUpdate, ...ProfileUpdate[]]).changes);
          left = left.slice(many);
        }
        assert.deepEqual(together, oneByOne);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never, where one may be created and the other not', () => {
    const creating = { ...update([]), allowCreate: true };
    assert.equal(mergeable([creating, creating, update([])]), 2);
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
