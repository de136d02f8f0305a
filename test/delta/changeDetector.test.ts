import assert from 'node:assert/strict';
import fc from 'fast-check';
import { trackChangeRules } from '../../src/braze/trackChanges';
import { ChangeDetector } from '../../src/delta/changeDetector';
import { FieldHasher } from '../../src/delta/fieldHasher';
import { printsOfHeld } from '../../src/delta/heldValues';
import { noPrints, type ProfilePrints } from '../../src/delta/profilePrints';
import type { FieldChange, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { applyTo, type Held } from './heldModel';
import { changes } from './someChanges';

const hasher = new FieldHasher(Buffer.alloc(32, 7));
const rules = trackChangeRules({ name: 'test' });
const detector = new ChangeDetector(hasher, rules);

function update(list: FieldChange[], more: Partial<ProfileUpdate> = {}): ProfileUpdate {
  return {
    version: 1,
    match: [[{ field: 'external_id', value: 'u' }]],
    allowCreate: false,
    changes: list,
    ...more,
  };
}

function set(
  field: string,
  value: FieldChange['values'][number],
  more: Partial<FieldChange> = {},
): FieldChange {
  return { field, strategy: 'set', as: 'one', values: [value], ...more };
}

function clear(field: string): FieldChange {
  return { field, strategy: 'clear', as: 'one', values: [] };
}

/** What is sent of these changes, and what is known once it was accepted. */
function send(list: FieldChange[], known?: ProfilePrints, { repeat = false } = {}) {
  const { update: sent, next, ...rest } = detector.compare(update(list), known, repeat, 1_000);
  return { sent: sent?.changes ?? [], next: next ?? known, ...rest };
}

describe('change detection', () => {
  /** Steps in the life of one profile at one target. */
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('sent' as const),
      changes,
      fate: fc.constantFrom('accepted', 'rejected', 'unknown, applied', 'unknown, lost'),
    }),
    fc.record({ kind: fc.constant('read' as const) }),
    fc.record({ kind: fc.constant('edited by others, then read' as const), changes }),
  );

  it('never takes for sent what the target does not hold, and sends nothing twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), changes, (steps, last) => {
        const held: Held = new Map();
        let known: ProfilePrints | undefined;
        for (const one of steps) {
          if (one.kind !== 'sent') {
            if ('changes' in one) applyTo(held, one.changes);
            known = read(held, known);
            continue;
          }
          const { sent, next } = send(one.changes, known);
          if (one.fate === 'accepted' || one.fate === 'unknown, applied') applyTo(held, sent);
          if (one.fate === 'accepted') known = next;
          else if (one.fate !== 'rejected') known = detector.afterUnknown(sent, known);
        }
        const { sent, next } = send(last, known);
        for (const change of last.filter((other) => !sent.some(({ field }) => field === other.field))) {
          assertHeld(held, change, known);
        }
        assert.deepEqual(send(last, next).sent, [], 'what was accepted is not sent again');
      }),
      { numRuns: 1_000 },
    );
  });

  it('sends everything of a profile that it does not know, as it came', () => {
    const given = update([set('tier', 'gold'), set('points', 5)]);
    const { update: sent } = detector.compare(given, undefined, false, 1);
    assert.equal(sent, given);
  });

  it('counts what it leaves out, and what that saves', () => {
    const list = [set('tier', 'gold'), set('email_subscribe', 'opted_in'), set('tags', 'a', { as: 'list' })];
    const { next } = send(list);
    const { sent, same, saved } = send([...list, set('points', 5)], next);
    assert.deepEqual(
      sent.map(({ field }) => field),
      ['points'],
    );
    assert.deepEqual([same, saved], [3, 2], 'a subscription state costs nothing');
  });

  it('sends a value again when its type has changed', () => {
    const { next } = send([set('points', '5')]);
    assert.deepEqual(send([set('points', 5)], next).sent, [set('points', 5)]);
  });

  it('does not touch an e-mail address for its case', () => {
    const { next } = send([set('email', 'Mira@example.org')]);
    assert.deepEqual(send([set('email', 'mira@example.org')], next).sent, []);
    assert.equal(send([set('email', 'mira@example.com')], next).sent.length, 1);
  });

  it('clears only where a value is known to be', () => {
    assert.deepEqual(send([clear('tier')]).sent, []);
    const { next } = send([set('tier', 'gold')]);
    const cleared = send([clear('tier')], next);
    assert.equal(cleared.sent.length, 1);
    assert.deepEqual(send([clear('tier')], cleared.next).sent, []);
    assert.equal(send([set('tier', 'gold')], cleared.next).sent.length, 1, 'the same value as before is new');
  });

  it('sends only elements that were never accepted', () => {
    const add = (...values: string[]): FieldChange => ({
      field: 'tags',
      strategy: 'add',
      as: 'list',
      values,
    });
    const { next } = send([add('a', 'b')]);
    const more = send([add('b', 'c')], next);
    assert.deepEqual(more.sent, [add('c')]);
    assert.equal(more.saved, 1);
    assert.deepEqual(send([add('a', 'b', 'c')], more.next).sent, []);
  });

  it('sends a list whole when it differs', () => {
    const tags = (...values: string[]): FieldChange => ({
      field: 'tags',
      strategy: 'set',
      as: 'list',
      values,
    });
    const { next } = send([tags('a', 'b')]);
    assert.deepEqual(send([tags('a', 'b')], next).sent, []);
    assert.deepEqual(send([tags('a', 'b', 'c')], next).sent, [tags('a', 'b', 'c')]);
  });

  it('compares what stands inside an object place by place, and forgets it when the object is replaced', () => {
    const city = (value: string) => set('address', value, { path: ['city'] });
    const whole = set('address', { city: 'Bonn' }, { as: 'object' });
    const { next } = send([city('Bonn'), set('address', '53111', { path: ['zip'] })]);
    assert.deepEqual(send([city('Bonn')], next).sent, []);
    assert.deepEqual(send([city('Köln')], next).sent, [city('Köln')]);
    const replaced = send([whole], next);
    assert.equal(send([city('Bonn')], replaced.next).sent.length, 1);
  });

  it('always sends what only the target can work out, and compares that field no more', () => {
    const sum: FieldChange = { field: 'points', strategy: 'sum', as: 'one', values: [1] };
    const { next } = send([set('points', 5)]);
    const summed = send([sum], next);
    assert.equal(summed.sent.length, 1);
    assert.equal(send([sum], summed.next).sent.length, 1);
    assert.equal(send([set('points', 5)], summed.next).sent.length, 1);
  });

  it('sends without comparing where nobody knows what arrived', () => {
    const list = [set('tier', 'gold'), clear('city')];
    const { next } = send(list);
    assert.deepEqual(send(list, next).sent, []);
    assert.deepEqual(send(list, next, { repeat: true }).sent, list);
  });

  describe('of "set if empty" (R14)', () => {
    const ifEmpty = (value: string | boolean, type?: FieldChange['type']): FieldChange =>
      set('tier', value, { strategy: 'setIfEmpty', ...(type && { type }) });
    const readWith = (values: { field: string; value: unknown }[]) =>
      printsOfHeld({ match: [], values, empty: [], othersEmptyBut: [] }, undefined, hasher, rules, 1);

    it('leaves out what nobody has read', () => {
      const { sent, unknown, same } = send([ifEmpty('gold')], noPrints());
      assert.deepEqual([sent, unknown, same], [[], ['tier'], 0]);
    });

    it('sends where the field was read to be empty, and once', () => {
      const { sent, next } = send([ifEmpty('gold')], readWith([]));
      assert.deepEqual(sent, [set('tier', 'gold')]);
      assert.deepEqual(send([ifEmpty('silver')], next).sent, []);
    });

    it('leaves alone what was read to be there', () => {
      const { sent, unknown, same } = send([ifEmpty('gold')], readWith([{ field: 'tier', value: 'x' }]));
      assert.deepEqual([sent, unknown, same], [[], [], 1]);
    });

    it('does not know of a boolean that was not exported, since it may be false', () => {
      assert.deepEqual(send([ifEmpty(true, 'boolean')], readWith([])).unknown, ['tier']);
    });

    it('sends where we emptied the field ourselves', () => {
      const { next } = send([clear('tier')], readWith([{ field: 'tier', value: 'x' }]));
      assert.equal(send([ifEmpty(true, 'boolean')], next).sent.length, 1);
    });
  });
});

function read(held: Held, known: ProfilePrints | undefined): ProfilePrints {
  const values = [...held].map(([field, value]) => ({ field, value }));
  return printsOfHeld({ match: [], values, empty: [], othersEmptyBut: [] }, known, hasher, rules, 1);
}

/** A change that was left out must make no difference, or ask for what nobody can know. */
function assertHeld(held: Held, change: FieldChange, known: ProfilePrints | undefined): void {
  const { field, strategy, as, values } = change;
  if (values.length === 0) {
    if (strategy === 'clear' && known?.complete) assert.ok(!held.has(field), `${field} is still there`);
    return;
  }
  const value = held.get(field);
  if (strategy === 'add') for (const element of values) assert.ok((value as unknown[]).includes(element));
  else assert.deepEqual(value, as === 'list' ? values : values[0]);
}
