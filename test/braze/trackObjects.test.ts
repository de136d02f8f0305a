import assert from 'node:assert/strict';
import { attributeTypeRules } from '../../src/braze/attributeType';
import { type TrackObject, type TrackObjects, trackObjects } from '../../src/braze/trackObjects';
import { AttributeTypes } from '../../src/delta/attributeTypes';
import type { FieldChange, MatchTerm, ProfileUpdate } from '../../src/mapping/profileUpdate';

function set(field: string, value: string | number): FieldChange {
  return { field, strategy: 'set', as: 'one', values: [value] };
}

function update(more: Partial<ProfileUpdate> = {}): ProfileUpdate {
  return {
    version: 1,
    match: [[{ field: 'external_id', value: 'u-1' }]],
    allowCreate: false,
    changes: [],
    ...more,
  };
}

function objects(given: ProfileUpdate): Omit<TrackObjects, 'attributes'> & { attributes?: TrackObject } {
  const result = trackObjects(given);
  assert.ok(!('rejected' in result), JSON.stringify(result));
  const { attributes, ...rest } = result;
  return attributes ? { ...rest, attributes: attributes.toJSON() } : rest;
}

function rejection(match: MatchTerm[][]): string {
  const result = trackObjects(update({ match, changes: [set('tier', 'gold')] }));
  return 'rejected' in result ? result.rejected : 'taken';
}

describe('track objects', () => {
  it('always says whether the user may be created', () => {
    const changes = [set('tier', 'gold')];
    assert.deepEqual(objects(update({ changes })).attributes, {
      external_id: 'u-1',
      _update_existing_only: true,
      tier: 'gold',
    });
    assert.equal(objects(update({ changes, allowCreate: true })).attributes?._update_existing_only, false);
  });

  it('takes the first group with all its values', () => {
    const changes = [set('tier', 'gold')];
    const alias = [
      { field: 'user_alias_label', value: 'crm' },
      { field: 'user_alias_name', value: 'm-1' },
    ];
    const match = [
      [{ field: 'external_id', value: '' }],
      [
        { field: 'user_alias_name', value: 'm-1' },
        { field: 'user_alias_label', value: '' },
      ],
      alias,
      [{ field: 'email', value: 'mira.k@example.org' }],
    ];
    assert.deepEqual(objects(update({ match, changes })).attributes, {
      user_alias: { alias_name: 'm-1', alias_label: 'crm' },
      _update_existing_only: true,
      tier: 'gold',
    });
    for (const field of ['braze_id', 'phone']) {
      assert.equal(objects(update({ match: [[{ field, value: 'x' }]], changes })).attributes?.[field], 'x');
    }
  });

  it('rejects users that Braze cannot be told', () => {
    assert.equal(rejection([]), 'no-identifier');
    assert.equal(rejection([[]]), 'no-identifier');
    assert.equal(rejection([[{ field: 'external_id', value: '' }]]), 'no-identifier');
    assert.equal(rejection([[{ field: 'crm_id', value: 'x' }]]), 'identifier-field-unknown');
    assert.equal(rejection([[{ field: 'user_alias_name', value: 'x' }]]), 'identifier-combination');
    const both = [
      { field: 'external_id', value: 'u-1' },
      { field: 'email', value: 'mira.k@example.org' },
    ];
    assert.equal(rejection([both]), 'identifier-combination');
    assert.equal(rejection([[...both, { field: 'phone', value: '1' }]]), 'identifier-combination');
    assert.equal(rejection([[{ field: 'email', value: 'mira' }]]), 'identifier-email-invalid');
    assert.equal(rejection([[{ field: 'external_id', value: 'x'.repeat(987) }]]), 'taken');
    assert.equal(
      rejection([[{ field: 'external_id', value: `${'x'.repeat(986)}é` }]]),
      'identifier-too-long',
    );
    const alias = [
      { field: 'user_alias_name', value: 'é'.repeat(119) },
      { field: 'user_alias_label', value: 'crm' },
    ];
    assert.equal(rejection([alias]), 'identifier-too-long');
  });

  it('sends the good attributes of a row and names the others', () => {
    const changes = [set('tier', 'gold'), set('gender', 'female'), set('Email', 'x'), set('score', 7)];
    const { attributes, refused } = objects(update({ changes }));
    assert.deepEqual(attributes, { external_id: 'u-1', _update_existing_only: true, tier: 'gold', score: 7 });
    assert.deepEqual(refused, [
      { field: 'gender', reason: 'invalid-gender' },
      { field: 'Email', reason: 'reserved-casing' },
    ]);
  });

  it('has no attribute object where no attribute is left', () => {
    const result = objects(
      update({ changes: [set('gender', 'female'), { ...set('tier', 'x'), values: [] }] }),
    );
    assert.equal(result.attributes, undefined);
    assert.equal(result.refused.length, 1);
  });

  it('writes e-mail beside a primary identifier, and never against the e-mail that identifies', () => {
    const email = 'mira.k@example.org';
    assert.equal(objects(update({ changes: [set('email', email)] })).attributes?.email, email);
    const match = [[{ field: 'email', value: email }]];
    const same = objects(update({ match, changes: [set('email', email), set('tier', 'gold')] }));
    assert.deepEqual(same.refused, []);
    const otherCase = [[{ field: 'email', value: 'Mira.K@Example.org' }]];
    assert.deepEqual(objects(update({ match: otherCase, changes: [set('email', email)] })).refused, []);
    const other = objects(
      update({ match, changes: [set('email', 'other@example.org'), set('tier', 'gold')] }),
    );
    assert.equal(other.attributes?.email, email);
    assert.deepEqual(other.refused, [{ field: 'email', reason: 'identifier-in-use' }]);
  });

  it('writes a field once', () => {
    const { attributes, refused } = objects(
      update({ changes: [set('tier', 'gold'), set('tier', 'silver')] }),
    );
    assert.equal(attributes?.tier, 'gold');
    assert.deepEqual(refused, [{ field: 'tier', reason: 'field-twice' }]);
  });

  it('takes names of JavaScript for data', () => {
    const names = ['__proto__', 'constructor', 'toString', 'toJSON', 'hasOwnProperty'];
    const events = [JSON.parse('{"name":"quiz","time":"2026-01-31","__proto__":{"a":1}}')];
    const result = objects(update({ changes: names.map((name) => set(name, 'x')), events }));
    const json = JSON.stringify(result.attributes);
    for (const name of names) assert.ok(json.includes(`"${name}":"x"`), name);
    assert.ok(JSON.stringify(result.events[0]).includes('"__proto__":{"a":1}'));
    assert.deepEqual(result.refused, []);
  });

  it('identifies events and purchases, whatever identifiers they bring along', () => {
    const result = objects(
      update({
        allowCreate: true,
        events: [
          { name: 'quiz', time: '2026-01-31', external_id: 'other', email: 'x', _update_existing_only: true },
        ],
        purchases: [{ product_id: 'tee', currency: 'EUR', price: 19.9, time: '2026-01-31' }, null as never],
      }),
    );
    assert.deepEqual(result.events, [
      { external_id: 'u-1', _update_existing_only: false, name: 'quiz', time: '2026-01-31' },
    ]);
    assert.equal(result.purchases[0]?.external_id, 'u-1');
    assert.deepEqual(result.refused, [{ field: 'purchases[1]', reason: 'not-an-object' }]);
  });

  it('refuses values that an attribute does not take by its type, and names it', () => {
    const types = new AttributeTypes('workspace', attributeTypeRules);
    const made = (...changes: FieldChange[]) => {
      const result = trackObjects(update({ changes }), types);
      assert.ok(!('rejected' in result));
      return result;
    };
    const city: FieldChange = { ...set('address', 'Bonn'), path: ['city'], type: 'text' };
    made(set('tier', 'gold'), set('points', 7), set('since', '2026-01-31'), city);
    const later = made(
      ...[set('tier', 8), set('points', 'seven'), set('since', 'spring'), set('address', 'Bonn')],
      ...[set('email', 'mira.k@example.org'), set('new', 'x')],
    );
    assert.deepEqual(
      later.refused,
      ['points', 'since', 'address'].map((field) => ({ field, reason: 'type-drift' })),
    );
    assert.deepEqual(Object.keys(later.attributes!.toJSON()).slice(2), ['tier', 'email', 'new']);
    const flat = new AttributeTypes('workspace', attributeTypeRules, new Map([['address', 'string']]));
    const nested = trackObjects(update({ changes: [city] }), flat);
    assert.ok(!('rejected' in nested));
    assert.deepEqual(nested.refused, [{ field: 'address', reason: 'type-drift' }]);
    assert.equal(nested.attributes, undefined);
  });

  it('tells what may be sent a second time', () => {
    const list = (values: FieldChange['values']): FieldChange => ({
      field: 'x',
      strategy: 'add',
      as: 'list',
      values,
    });
    assert.equal(objects(update({ changes: [set('tier', 'gold'), list(['a'])] })).repeatable, true);
    assert.equal(objects(update({ changes: [list([{ a: 1 }])] })).repeatable, false);
    assert.equal(objects(update({ changes: [{ ...set('n', 1), strategy: 'sum' }] })).repeatable, false);
    assert.equal(objects(update({ changes: [{ ...set('n', 1.5), strategy: 'sum' }] })).repeatable, true);
    assert.equal(objects(update({ events: [{ name: 'quiz' }] })).repeatable, false);
    assert.equal(objects(update({ purchases: [{ product_id: 'tee' }] })).repeatable, false);
  });
});
