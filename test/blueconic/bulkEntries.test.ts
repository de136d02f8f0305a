import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BulkProfile, bulkEntry } from '../../src/blueconic/bulkEntries';
import type { FieldChange, ProfileUpdate, UpdateValue } from '../../src/mapping/profileUpdate';

function change(field: string, values: unknown[], more: Partial<FieldChange> = {}): FieldChange {
  return { field, strategy: 'set', as: 'one', values: values as UpdateValue[], ...more };
}

function update(more: Partial<ProfileUpdate> = {}): ProfileUpdate {
  return {
    version: 1,
    match: [[{ field: 'braze_id', value: 'u-1' }]],
    allowCreate: false,
    changes: [],
    ...more,
  };
}

function made(given: ProfileUpdate): BulkProfile {
  const result = bulkEntry(given, '7');
  assert.ok(!('rejected' in result));
  return result;
}

function refusal(given: FieldChange): string {
  const { entry, refused } = made(update({ changes: [given] }));
  assert.equal(entry, undefined);
  assert.equal(refused[0]?.field, given.field);
  return refused[0].reason;
}

describe('bulk entries', () => {
  it('names each strategy as BlueConic does', () => {
    const changes = [
      change('a', ['x']),
      change('b', ['x', 'y'], { strategy: 'add', as: 'list' }),
      change('c', ['x'], { strategy: 'setIfEmpty' }),
      change('d', [], { strategy: 'clear' }),
      change('e', ['x'], { strategy: 'clear' }),
      change('f', [3], { strategy: 'sum' }),
    ];
    assert.deepEqual(made(update({ changes })).entry, {
      identifier: '7',
      strategy: 'UPDATE',
      matching: [[{ id: 'braze_id', value: 'u-1' }]],
      properties: [
        { id: 'a', values: ['x'], strategy: 'SET' },
        { id: 'b', values: ['x', 'y'], strategy: 'ADD' },
        { id: 'c', values: ['x'], strategy: 'SET_IF_EMPTY' },
        { id: 'd', values: [], strategy: 'SET' },
        { id: 'e', values: ['x'], strategy: 'SET' },
        { id: 'f', values: ['3'], strategy: 'INCREMENT' },
      ],
    });
  });

  it('takes no values for no change, except with clear', () => {
    for (const strategy of ['set', 'add', 'sum', 'setIfEmpty'] as const) {
      const { entry, refused } = made(
        update({ changes: [change('a', [], { strategy })], allowCreate: true }),
      );
      assert.deepEqual([entry, refused], [undefined, []]);
    }
  });

  it('writes the identifiers of the first usable group to new profiles only', () => {
    const match = [
      [
        { field: 'braze_id', value: 'u-1' },
        { field: 'crm_id', value: '' },
      ],
      [
        { field: 'email', value: 'mira.k@example.org' },
        { field: 'crm_id', value: 'c-1' },
      ],
      [{ field: 'braze_id', value: 'u-1' }],
    ];
    const { entry } = made(update({ match, allowCreate: true, changes: [change('crm_id', ['c-1'])] }));
    assert.equal(entry?.strategy, 'UPSERT');
    assert.deepEqual(entry?.matching, [
      [
        { id: 'email', value: 'mira.k@example.org' },
        { id: 'crm_id', value: 'c-1' },
      ],
      [{ id: 'braze_id', value: 'u-1' }],
    ]);
    assert.deepEqual(entry?.properties, [
      { id: 'crm_id', values: ['c-1'], strategy: 'SET' },
      { id: 'email', values: ['mira.k@example.org'], strategy: 'SET', restriction: 'NEW_PROFILES_ONLY' },
    ]);
  });

  it('rejects a row without identifiers', () => {
    for (const match of [[], [[]], [[{ field: 'braze_id', value: '' }]]]) {
      assert.deepEqual(bulkEntry(update({ match, changes: [change('a', ['x'])] }), '0'), {
        rejected: 'no-identifier',
      });
    }
  });

  it('writes every value as text', () => {
    const values = ['x', 12, -0.5, true, false, 1e21, 1e-7, 0];
    const { entry } = made(update({ changes: [change('a', values, { as: 'list' })] }));
    assert.deepEqual(entry?.properties[0]?.values, [
      'x',
      '12',
      '-0.5',
      'true',
      'false',
      '1000000000000000000000',
      '0.0000001',
      '0',
    ]);
  });

  it('writes numbers so that they read back the same, without an exponent', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }), (value) => {
        fc.pre(value === 0 || Math.abs(value) > 1e-5);
        const text = made(update({ changes: [change('a', [value])] })).entry?.properties[0]?.values[0] ?? '';
        assert.match(text, /^-?\d+(\.\d+)?$/);
        assert.equal(Number(text), value === 0 ? 0 : value);
      }),
    );
  });

  it('adds up several numbers, and refuses what is none', () => {
    const sum = { strategy: 'sum' } as const;
    const of = (values: unknown[]) =>
      made(update({ changes: [change('a', values, sum)] })).entry?.properties[0]?.values[0];
    assert.equal(of([12.5]), '12.5');
    assert.equal(of(['12.5', 1]), '13.5');
    assert.equal(of([0.1, 0.2]), '0.3');
    assert.equal(of(Array.from({ length: 10 }, () => '0.1')), '1');
    assert.equal(of(['900719925474099.1234', '0.0001']), '900719925474099.1235');
    assert.equal(of([0.30000000000000004]), '0.3');
    assert.equal(of([0]), undefined);
    assert.equal(of([5, -5]), undefined);
    for (const value of ['12,5', '', '1e3', true, {}, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.equal(refusal(change('a', [value], sum)), 'sum-needs-number');
    }
  });

  it('tells what may be sent a second time', () => {
    const repeatable = (given: FieldChange) =>
      made(update({ changes: [change('x', ['y']), given] })).repeatable;
    assert.equal(repeatable(change('a', ['x'], { strategy: 'add', as: 'list' })), true);
    assert.equal(repeatable(change('a', [1], { strategy: 'sum' })), false);
    assert.equal(repeatable(change('a', ['x'], { strategy: 'sum' })), true);
  });

  it('sends the good properties of a row and names the others', () => {
    const changes = [change('good', ['x']), change('bad', [{ a: 1 }])];
    const { entry, refused } = made(update({ changes, events: [{ name: 'quiz' }], purchases: [{}] }));
    assert.deepEqual(
      entry?.properties.map(({ id }) => id),
      ['good'],
    );
    assert.deepEqual(refused, [
      { field: 'bad', reason: 'not-a-scalar' },
      { field: 'events', reason: 'braze-only' },
      { field: 'purchases', reason: 'braze-only' },
    ]);
  });

  it('refuses what BlueConic cannot hold', () => {
    assert.equal(refusal(change('a', [{ b: 1 }], { as: 'object' })), 'no-objects');
    assert.equal(refusal(change('a', ['x'], { path: ['b'] })), 'no-objects');
    assert.equal(refusal(change('a', [null])), 'not-a-scalar');
    assert.equal(refusal(change('a', [Number.NaN])), 'not-a-scalar');
    assert.equal(refusal(change('a', ['x', 'y'])), 'several-values');
    assert.equal(refusal(change('a', ['x'.repeat(65_001)])), 'value-over-64-kb');
    assert.equal(refusal(change('a', ['é'.repeat(32_769)])), 'value-over-64-kb');
    assert.equal(refusal(change('a.b', ['x'])), 'field-name');
    assert.equal(refusal(change('', ['x'])), 'field-name');
    assert.equal(refusal(change('braze_id', [], { strategy: 'clear' })), 'identifier-in-use');
    assert.equal(made(update({ changes: [change('a', ['é'.repeat(32_768)])] })).refused.length, 0);
  });
});
