import looseAssert from 'node:assert';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attributeValue } from '../../src/braze/attributeValue';
import { Refusal } from '../../src/braze/refusals';
import { reservedAttributes } from '../../src/braze/reservedAttributes';
import type { FieldChange, UpdateValue } from '../../src/mapping/profileUpdate';

function change(field: string, values: unknown[], more: Partial<FieldChange> = {}): FieldChange {
  return { field, strategy: 'set', as: 'one', values: values as UpdateValue[], ...more };
}

function reason(given: FieldChange): string {
  const value = attributeValue(given);
  assert.ok(value instanceof Refusal, `${given.field} was not refused`);
  return value.reason;
}

const list = { as: 'list' } as const;
const object = { as: 'object' } as const;

describe('attribute values', () => {
  it('gives each shape its value', () => {
    assert.equal(attributeValue(change('tier', ['gold'])), 'gold');
    assert.equal(attributeValue(change('score', [12.5])), 12.5);
    assert.equal(attributeValue(change('vip', [false])), false);
    assert.deepEqual(attributeValue(change('interests', ['golf'], list)), ['golf']);
    assert.deepEqual(attributeValue(change('pets', [{ name: 'Rex' }], list)), [{ name: 'Rex' }]);
    const address = { city: 'Bonn', since: { $time: '2026-01-31' } };
    assert.deepEqual(attributeValue(change('address', [address], object)), address);
  });

  it('takes no values for no change, and for emptying only with clear', () => {
    for (const strategy of ['set', 'add', 'sum', 'setIfEmpty'] as const) {
      assert.equal(attributeValue(change('tier', [], { strategy })), undefined);
    }
    const clear = { strategy: 'clear' } as const;
    assert.equal(attributeValue(change('tier', [], clear)), null);
    assert.equal(attributeValue(change('tier', ['gold'], clear)), 'gold');
    assert.equal(attributeValue(change('first_name', [], clear)), null);
    assert.equal(reason(change('email_subscribe', [], clear)), 'cannot-clear');
    assert.equal(reason(change('subscription_groups', [], { ...clear, ...list })), 'cannot-clear');
  });

  it('adds to lists only, and sums integers only', () => {
    const add = { strategy: 'add' } as const;
    assert.deepEqual(attributeValue(change('interests', ['golf'], { ...add, ...list })), { add: ['golf'] });
    assert.deepEqual(attributeValue(change('pets', [{ name: 'Rex' }], { ...add, ...list })), {
      $add: [{ name: 'Rex' }],
    });
    assert.equal(reason(change('interests', ['golf'], add)), 'add-needs-list');
    const sum = { strategy: 'sum' } as const;
    assert.deepEqual(attributeValue(change('points', [-3], sum)), { inc: -3 });
    assert.equal(attributeValue(change('points', [0], sum)), undefined);
    for (const values of [[1.5], ['3'], [2 ** 53], [1, 2], [Number.NaN]]) {
      assert.equal(reason(change('points', values, sum)), 'sum-needs-integer');
    }
    assert.equal(reason(change('phone', [1], sum)), 'sum-needs-integer');
    assert.equal(reason(change('tier', ['gold'], { strategy: 'setIfEmpty' })), 'target-unknown');
  });

  it('refuses what Braze drops without a word', () => {
    const letter = '𝒳';
    assert.equal(attributeValue(change('bio', [letter.repeat(255)])), letter.repeat(255));
    assert.equal(reason(change('bio', [letter.repeat(256)])), 'string-over-255');
    assert.equal(reason(change('notes', ['short', 'x'.repeat(256)], list)), 'string-over-255');
    assert.equal(reason(change('doc', [{ a: ['x'.repeat(256)] }], object)), 'string-over-255');
    const numbers = Array.from({ length: 501 }, (_, at) => at);
    assert.deepEqual(attributeValue(change('visits', numbers.slice(1), list)), numbers.slice(1));
    assert.equal(reason(change('visits', numbers, list)), 'list-over-500');
    assert.equal(reason(change('visits', numbers, { ...list, strategy: 'add' })), 'list-over-500');
    const long = Array.from({ length: 500 }, (_, at) => `${at}${'é'.repeat(120)}`);
    assert.equal(reason(change('notes', long, list)), 'over-100-kb');
    assert.equal(
      reason(change('doc', [{ texts: Array.from({ length: 450 }, () => 'x'.repeat(230)) }], object)),
      'over-100-kb',
    );
    assert.equal(reason(change('doc', [{ a: { b: [null] } }], object)), 'null-inside');
    for (const name of ['', 'a b', ' a', 'a\t', 'a.b', '$set', 'x'.repeat(256)]) {
      assert.equal(reason(change('doc', [{ [name]: 1 }], object)), 'nested-name', name);
    }
  });

  it('lets no date inside an object go for a text, or cost the whole object', () => {
    const since = (date: unknown) => change('address', [{ home: { since: date } }], object);
    assert.deepEqual(attributeValue(since({ $time: '2026-01-31' })), {
      home: { since: { $time: '2026-01-31' } },
    });
    assert.deepEqual(attributeValue(since([{ $time: '2026-01-31T10:00:00Z' }])), {
      home: { since: [{ $time: '2026-01-31T10:00:00Z' }] },
    });
    assert.equal(reason(since('2026-01-31')), 'nested-date');
    assert.equal(reason(since(['2026-01-31T10:00:00+01:00'])), 'nested-date');
    assert.equal(reason(change('pets', [{ born: '01/31/2026' }], list)), 'nested-date');
    assert.deepEqual(attributeValue(since('2026-01')), { home: { since: '2026-01' } });
    for (const marked of ['soon', '2026-02-30', '3001-01-01', 1_795_162_500_000, null]) {
      assert.equal(reason(since({ $time: marked })), 'nested-time');
    }
    assert.equal(reason(since({ $time: '2026-01-31', zone: 'UTC' })), 'nested-time');
    assert.equal(reason(change('address', [{ $time: '2026-01-31' }], object)), 'nested-time');
  });

  it('refuses values of another shape than the mapping row says', () => {
    assert.equal(reason(change('tier', ['gold', 'silver'])), 'several-values');
    assert.equal(reason(change('tier', [['gold']])), 'not-one-value');
    assert.equal(reason(change('tier', [{ a: 1 }])), 'not-one-value');
    assert.equal(reason(change('tier', [Number.POSITIVE_INFINITY])), 'not-json');
    assert.equal(reason(change('tier', ['gold', { a: 1 }], list)), 'mixed-list');
    assert.equal(reason(change('tier', [{ a: 1 }, 'gold'], list)), 'mixed-list');
    assert.equal(reason(change('tier', [null], list)), 'mixed-list');
    assert.equal(reason(change('tier', [Number.NaN], list)), 'not-json');
    assert.equal(reason(change('doc', ['text'], object)), 'not-an-object');
    assert.equal(reason(change('doc', [{ when: new Date(0) }], object)), 'not-json');
    assert.equal(reason(change('doc', [{ big: 1n }], object)), 'not-json');
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    assert.equal(reason(change('doc', [loop], object)), 'not-json');
  });

  it('does not let an object pass for an order to Braze', () => {
    assert.equal(reason(change('doc', [{ inc: 5 }], object)), 'operator-name');
    assert.equal(reason(change('doc', [{ add: 'x' }], object)), 'operator-name');
    assert.equal(reason(change('doc', [{ add: ['x'], city: 'Bonn' }], object)), 'operator-name');
    assert.equal(reason(change('doc', [{ remove: [{ a: 1 }] }], object)), 'operator-name');
    const order = { add: ['golf'], remove: ['chess'] };
    assert.deepEqual(attributeValue(change('interests', [order], object)), order);
  });

  it('checks what reserved keys take', () => {
    const cases: [field: string, good: unknown, bad: unknown[], more?: Partial<FieldChange>][] = [
      ['email', 'mira.k@example.org', ['mira', 7]],
      ['gender', 'F', ['female', 'f', 1]],
      ['dob', '1991-04-30', ['30.04.1991', '1991-02-30', '1991-4-3']],
      ['email_subscribe', 'opted_in', ['yes', true]],
      ['push_subscribe', 'unsubscribed', ['no']],
      ['email_open_tracking_disabled', true, ['true']],
      ['first_name', 'Mira', [7, true]],
      ['phone', '+49 (151) 123-4567', ['call me', '12345', 491511234567]],
      ['country', 'DE', ['Germany', 'DEU', 'XX', 49]],
      ['language', 'de', ['de-DE', 'German', 'xx']],
      ['time_zone', 'Europe/Berlin', ['+01:00', 'Berlin time', '', 1]],
      ['time_zone', 'Eastern Time (US & Canada)', ['Lunar Time']],
      ['image_url', `https://example.org/${'x'.repeat(900)}`, ['x'.repeat(1025)]],
      [
        'date_of_first_session',
        '2026-01-31T10:00:00:000Z',
        ['yesterday', '2026-02-30', '3001-01-01', '1795162500000'],
      ],
      [
        'current_location',
        { longitude: 7.1, latitude: 50.7 },
        [{ longitude: '7.1', latitude: 50.7 }, { longitude: 7.1, latitude: 91 }, {}],
        object,
      ],
      ['twitter', { id: 7 }, [], object],
    ];
    for (const [field, good, bad, more] of cases) {
      assert.deepEqual(attributeValue(change(field, [good], more)), good, field);
      for (const value of bad) assert.equal(reason(change(field, [value], more)), `invalid-${field}`);
    }
    const group = {
      subscription_group_id: '0f3c1e2a-1111-4222-8333-abcdefabcdef',
      subscription_state: 'subscribed',
    };
    assert.deepEqual(attributeValue(change('subscription_groups', [group], list)), [group]);
    assert.equal(
      reason(change('subscription_groups', [{ ...group, subscription_state: 'opted_in' }], list)),
      'invalid-subscription_groups',
    );
    assert.equal(
      reason(change('subscription_groups', [{ ...group, subscription_group_id: 'f0e1' }], list)),
      'invalid-subscription_groups',
    );
    assert.equal(reason(change('push_tokens', [{ token: 'x' }], list)), 'invalid-push_tokens');
    assert.equal(reason(change('email_subscription_info', ['x'])), 'invalid-email_subscription_info');
  });

  it('refuses names that Braze would take for something else', () => {
    assert.equal(reason(change('First_Name', ['Mira'])), 'reserved-casing');
    assert.equal(reason(change(' tier', ['gold'])), 'field-name');
    assert.equal(reason(change('', ['gold'])), 'field-name');
    assert.equal(reason(change('external_id', ['u-1'])), 'identifier-field');
    assert.equal(reason(change('_update_existing_only', [false])), 'control-field');
    for (const { key, type } of reservedAttributes.values()) {
      if (type === 'control') assert.equal(reason(change(key, [true])), 'control-field');
    }
  });

  it('gives what survives JSON unchanged, or a refusal, for whatever a hand-written update holds', () => {
    const strategy = fc.constantFrom<FieldChange['strategy']>('set', 'add', 'sum', 'setIfEmpty', 'clear');
    const shape = fc.constantFrom<FieldChange['as']>('one', 'list', 'object');
    const field = fc.oneof(
      fc.string(),
      fc.constantFrom(...reservedAttributes.keys(), '__proto__', 'constructor'),
    );
    const values = fc.array(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(field, strategy, shape, values, (name, how, as, given) => {
        const value = attributeValue(change(name, given, { strategy: how, as }));
        if (value === undefined || value instanceof Refusal) return;
        // Loosely: JSON knows no -0 and no prototypes.
        looseAssert.deepEqual(JSON.parse(JSON.stringify(value)), value);
      }),
    );
  });
});
