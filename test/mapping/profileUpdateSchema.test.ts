import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fieldTypes } from '../../src/mapping/fieldType';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import {
  checkProfileUpdate,
  isProfileUpdate,
  looksLikeUpdate,
  profileUpdateSchema,
} from '../../src/mapping/profileUpdateSchema';

const update: ProfileUpdate = {
  version: 1,
  ref: 'run/1/1',
  match: [
    [{ field: 'external_id', value: 'cust-1' }],
    [
      { field: 'user_alias_name', value: 'a' },
      { field: 'user_alias_label', value: 'b' },
    ],
  ],
  allowCreate: true,
  changes: [
    { field: 'tier', strategy: 'set', as: 'one', values: ['gold'] },
    { field: 'interests', strategy: 'add', as: 'list', values: ['golf', 7, true, { a: 1 }, ['x']] },
    { field: 'address', strategy: 'set', as: 'object', values: [{ city: null }] },
    { field: 'store', strategy: 'clear', as: 'one', values: [] },
    { field: 'points', strategy: 'sum', as: 'one', type: 'integer', values: [3] },
    { field: 'home', strategy: 'set', as: 'one', path: ['address', '__proto__'], values: ['Gent'] },
  ],
  events: [{ name: 'quiz_completed', time: '2026-11-20T08:15:30Z' }],
  purchases: [],
};

const [one, list, object] = update.changes;

describe('profile update', () => {
  it('is handed back as it is when nothing is wrong', () => {
    const checked = checkProfileUpdate(update);
    assert.ok(checked.ok);
    assert.equal(checked.update, update);
    assert.deepEqual(profileUpdateSchema().parse(JSON.parse(JSON.stringify(update))), update);
  });

  it('may leave out ref, events and purchases, and carry keys of its writer', () => {
    const { ref: _ref, events: _events, purchases: _purchases, ...least } = update;
    assert.ok(checkProfileUpdate({ ...least, changes: [], note: 'repaired' }).ok);
  });

  const faulty: [unknown, string][] = [
    ['text', 'the update must be an object'],
    [[update], 'the update must be an object'],
    [{ ...update, version: 2 }, 'version must be 1'],
    [{ ...update, ref: 7 }, 'ref must be text'],
    [{ ...update, match: [] }, 'match must not be empty'],
    [{ ...update, match: [[]] }, 'match[0] must not be empty'],
    [{ ...update, match: {} }, 'match must be a list of lists of { field, value }'],
    [{ ...update, match: [{ field: 'a', value: 'b' }] }, 'match[0] must be a list'],
    [{ ...update, match: [['a']] }, 'match[0][0] must be an object'],
    [{ ...update, match: [[{ field: 'a', value: 1 }]] }, 'match[0][0].value must be text'],
    [{ ...update, match: [[{ field: '', value: '1' }]] }, 'match[0][0].field must not be empty'],
    [{ ...update, match: [[{ field: 'a', value: '' }]] }, 'match[0][0].value must not be empty'],
    [{ ...update, allowCreate: undefined }, 'allowCreate must be true or false'],
    [{ ...update, changes: { tier: 'gold' } }, 'changes must be a list'],
    [{ ...update, changes: [one, null] }, 'changes[1] must be an object'],
    [{ ...update, changes: [{ ...one, field: '' }] }, 'changes[0].field must not be empty'],
    [
      { ...update, changes: [{ ...one, strategy: 'remove' }] },
      'changes[0].strategy must be one of set, add, sum, setIfEmpty, clear',
    ],
    [{ ...update, changes: [{ ...one, as: 'array' }] }, 'changes[0].as must be one of one, list, object'],
    [
      { ...update, changes: [{ ...one, type: 'string' }] },
      `changes[0].type must be one of ${fieldTypes.join(', ')}`,
    ],
    [{ ...update, changes: [{ ...one, path: 'a.b' }] }, 'changes[0].path must be a list of names'],
    [{ ...update, changes: [{ ...one, path: [] }] }, 'changes[0].path must not be empty'],
    [{ ...update, changes: [{ ...one, path: ['a', 0] }] }, 'changes[0].path[1] must be text'],
    [{ ...update, changes: [one, list, { ...one, values: 'gold' }] }, 'changes[2].values must be a list'],
    [
      { ...update, changes: [{ ...list, values: ['a', null] }] },
      'changes[0].values[1] must be text, a finite number, true, false, a list or an object',
    ],
    [
      { ...update, changes: [{ ...list, values: [Number.NaN] }] },
      'changes[0].values[0] must be text, a finite number, true, false, a list or an object',
    ],
    [
      { ...update, changes: [{ ...one, values: ['a', 'b'] }] },
      'changes[0].values must hold one value at most, since it goes as one',
    ],
    [
      { ...update, changes: [{ ...object, values: [{}, {}] }] },
      'changes[0].values must hold one value at most, since it goes as object',
    ],
    [
      { ...update, changes: [{ ...object, values: ['a'] }] },
      'changes[0].values must hold an object, since it goes as object',
    ],
    [{ ...update, events: {} }, 'events must be a list'],
    [{ ...update, purchases: [[]] }, 'purchases[0] must be an object'],
  ];
  for (const [value, reason] of faulty) {
    it(`is refused: ${reason}`, () => assert.deepEqual(checkProfileUpdate(value), { ok: false, reason }));
  }

  it('names three fields at fault and counts the rest', () => {
    assert.deepEqual(checkProfileUpdate({ version: 0, ref: 1, match: 1, allowCreate: 1, changes: 1 }), {
      ok: false,
      reason:
        'version must be 1; ref must be text; match must be a list of lists of { field, value }; and 2 more',
    });
  });

  it('never quotes a value in a reason', () => {
    const secret = 'mira@example.org';
    const checked = checkProfileUpdate({
      version: secret,
      ref: [secret],
      match: secret,
      allowCreate: secret,
      changes: [{ strategy: secret }],
    });
    assert.ok(!checked.ok && !checked.reason.includes(secret));
  });

  const nearly = (): fc.Arbitrary<unknown> => {
    const or = <T>(arbitrary: fc.Arbitrary<T>) =>
      fc.oneof({ arbitrary, weight: 30 }, { arbitrary: fc.jsonValue({ maxDepth: 1 }), weight: 1 });
    const name = or(fc.string({ minLength: 1 }));
    const objects = or(fc.array(or(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 })))));
    return fc.record(
      {
        version: or(fc.constant(1)),
        ref: or(fc.string()),
        match: or(
          fc.array(
            or(fc.array(or(fc.record({ field: name, value: name })), { minLength: 1, maxLength: 2 })),
            { minLength: 1, maxLength: 2 },
          ),
        ),
        allowCreate: or(fc.boolean()),
        changes: or(
          fc.array(
            fc.record(
              {
                field: name,
                strategy: or(fc.constantFrom('set', 'add', 'sum', 'setIfEmpty', 'clear')),
                as: or(fc.constantFrom('one', 'list', 'object')),
                type: or(fc.constantFrom('text', 'integer')),
                path: or(fc.array(name, { minLength: 1, maxLength: 2 })),
                values: or(
                  fc.array(or(fc.oneof(fc.string(), fc.integer(), fc.constant({ a: 1 }))), { maxLength: 2 }),
                ),
              },
              { requiredKeys: ['field', 'strategy', 'as', 'values'] },
            ),
            { maxLength: 3 },
          ),
        ),
        events: objects,
        purchases: objects,
      },
      { requiredKeys: ['version', 'match', 'allowCreate', 'changes'] },
    );
  };

  it('is judged by the guard for rows as by the schema', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.oneof({ arbitrary: nearly(), weight: 9 }, { arbitrary: fc.jsonValue({ maxDepth: 1 }), weight: 1 }),
        (value) => {
          const { ok } = checkProfileUpdate(value);
          if (ok) taken++;
          assert.equal(looksLikeUpdate(value), ok);
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(taken > 0, 'no sample was a good update');
  });

  for (const [value, reason] of faulty) {
    it(`does not pass the guard when ${reason}`, () => assert.equal(looksLikeUpdate(value), false));
  }

  it('is told from a record, even if it is not well-formed', () => {
    assert.ok(isProfileUpdate(update));
    assert.ok(isProfileUpdate({ version: 1, match: [], changes: [null] }));
    for (const value of [
      undefined,
      null,
      'text',
      [],
      {},
      { email: 'a@example.org', version: 1 },
      { ...update, match: {} },
      { ...update, version: 2 },
    ]) {
      assert.equal(isProfileUpdate(value), false);
    }
  });
});
