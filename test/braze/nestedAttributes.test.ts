import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { dataPoints } from '../../src/braze/dataPoints';
import { type TrackObject, type TrackObjects, trackObjects } from '../../src/braze/trackObjects';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { FieldChange, ProfileUpdate, UpdateValue } from '../../src/mapping/profileUpdate';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../src/sandbox/faults';

function inside(path: string[], value: unknown, more: Partial<FieldChange> = {}): FieldChange {
  return {
    field: 'address',
    path,
    strategy: 'set',
    as: 'one',
    type: 'text',
    values: [value as UpdateValue],
    ...more,
  };
}

function whole(field: string, value: object): FieldChange {
  return { field, strategy: 'set', as: 'object', type: 'json', values: [value as UpdateValue] };
}

function made(...changes: FieldChange[]): Omit<TrackObjects, 'attributes'> & { attributes?: TrackObject } {
  const update: ProfileUpdate = {
    version: 1,
    match: [[{ field: 'external_id', value: 'u-1' }]],
    allowCreate: true,
    changes,
  };
  const objects = trackObjects(update);
  assert.ok(!('rejected' in objects));
  const { attributes, ...rest } = objects;
  return attributes ? { ...rest, attributes: attributes.toJSON() } : rest;
}

function refusalOf(...changes: FieldChange[]): string | undefined {
  return made(...changes).refused[0]?.reason;
}

describe('values below an attribute', () => {
  it('become one object per attribute, beside everything else', () => {
    const { attributes, refused, repeatable } = made(
      inside(['home', 'city'], 'Bonn'),
      { field: 'tier', strategy: 'set', as: 'one', type: 'text', values: ['gold'] },
      inside(['home', 'zip'], '53111'),
      inside(['since'], '2026-01-31', { type: 'date' }),
      inside(['visits'], ['2026-01-31T10:00:00Z'], {
        type: 'time',
        as: 'list',
        values: ['2026-01-31T10:00:00Z'],
      }),
      inside(['size'], 3, { field: 'pet', type: 'integer' }),
    );
    assert.deepEqual(attributes, {
      external_id: 'u-1',
      _update_existing_only: false,
      _merge_objects: true,
      tier: 'gold',
      address: {
        home: { city: 'Bonn', zip: '53111' },
        since: { $time: '2026-01-31' },
        visits: [{ $time: '2026-01-31T10:00:00Z' }],
      },
      pet: { size: 3 },
    });
    assert.deepEqual(refused, []);
    assert.equal(repeatable, true);
    assert.equal(dataPoints({ attributes: attributes! }), 7);
  });

  it('change nothing when they are empty, and cannot be emptied', () => {
    const none = { values: [] };
    assert.equal(made(inside(['city'], '', none)).attributes, undefined);
    assert.equal(refusalOf(inside(['city'], '', { ...none, strategy: 'clear' })), 'cannot-clear');
    const { attributes } = made(inside(['city'], 'Bonn', { strategy: 'clear' }));
    assert.deepEqual(attributes?.address, { city: 'Bonn' });
  });

  it('are refused where Braze documents nothing', () => {
    for (const strategy of ['add', 'sum', 'setIfEmpty'] as const) {
      assert.equal(refusalOf(inside(['x'], 1, { strategy })), 'nested-strategy');
    }
    assert.equal(refusalOf(inside(['id'], 'x', { field: 'twitter' })), 'invalid-twitter');
    assert.equal(refusalOf(inside(['id'], 'x', { field: 'First_Name' })), 'reserved-casing');
    assert.equal(refusalOf(inside(['id'], 'x', { field: 'external_id' })), 'identifier-field');
    for (const name of ['a b', 'a.b', '$time', ' a', '', 'x'.repeat(256)]) {
      assert.equal(refusalOf(inside(['home', name], 'x')), 'nested-name', name);
    }
    for (const name of ['inc', 'add', 'remove']) assert.equal(refusalOf(inside([name], 1)), 'operator-name');
    assert.equal(refusalOf(inside(['home', 'add'], 1)), undefined);
  });

  it('are held to what Braze stores', () => {
    assert.equal(refusalOf(inside(['bio'], 'x'.repeat(256))), 'string-over-255');
    assert.equal(refusalOf(inside(['n'], Number.NaN)), 'not-json');
    assert.equal(refusalOf(inside(['n'], [1])), 'not-one-value');
    assert.equal(refusalOf(inside(['n'], 1, { values: [1, 2] })), 'several-values');
    assert.equal(refusalOf(inside(['n'], 'x', { as: 'object', type: 'json' })), 'not-an-object');
    const many = Array.from({ length: 501 }, (_, at) => at);
    assert.equal(refusalOf(inside(['n'], 0, { as: 'list', values: many })), 'list-over-500');
    const long = Array.from({ length: 400 }, (_, at) => `${at}${'x'.repeat(200)}`);
    const list = { as: 'list', values: long } as const;
    assert.equal(refusalOf(inside(['a'], 0, list)), undefined);
    const { refused, attributes } = made(inside(['a'], 0, list), inside(['b'], 0, list));
    assert.deepEqual(refused, [{ field: 'address', reason: 'over-100-kb' }]);
    assert.equal(attributes, undefined);
  });

  it('know a date by the type of their row, and doubt it without one', () => {
    const date = '2026-01-31';
    assert.deepEqual(made(inside(['d'], date, { type: 'text' })).attributes?.address, { d: date });
    const { type: _type, ...untyped } = inside(['d'], date);
    assert.equal(refusalOf(untyped), 'nested-date');
    assert.equal(refusalOf({ ...untyped, as: 'list' }), 'nested-date');
    assert.equal(refusalOf(inside(['d'], 'soon', { type: 'time' })), 'nested-time');
    assert.deepEqual(made({ ...untyped, as: 'object', values: [{ $time: date }] }).attributes?.address, {
      d: { $time: date },
    });
  });

  it('never overwrite one another', () => {
    assert.equal(refusalOf(inside(['city'], 'Bonn'), inside(['city'], 'Köln')), 'field-twice');
    assert.equal(refusalOf(inside(['home'], 'Bonn'), inside(['home', 'city'], 'Köln')), 'field-twice');
    assert.equal(refusalOf(inside(['home', 'city'], 'Köln'), inside(['home'], 'Bonn')), 'field-twice');
    const object = inside(['home'], { zip: '53111' }, { as: 'object', type: 'json' });
    assert.equal(refusalOf(object, inside(['home', 'city'], 'Köln')), 'field-twice');
    const text: FieldChange = { field: 'address', strategy: 'set', as: 'one', values: ['Bonn'] };
    assert.equal(refusalOf(inside(['city'], 'Bonn'), text), 'field-twice');
    assert.equal(refusalOf(text, inside(['city'], 'Bonn')), 'field-twice');
  });

  it('do not share an object with one that is replaced as a whole', () => {
    const city = inside(['city'], 'Bonn');
    for (const object of [{ name: 'Rex' }, {}]) {
      const { attributes, apart, refused } = made(city, whole('pet', object), inside(['zip'], '53111'));
      assert.deepEqual(attributes, { external_id: 'u-1', _update_existing_only: false, pet: object });
      assert.deepEqual(apart, [city, inside(['zip'], '53111')]);
      assert.deepEqual(refused, []);
    }
    const location = whole('current_location', { longitude: 7.1, latitude: 50.7 });
    const order = whole('interests', { add: ['golf'] });
    const cleared: FieldChange = { field: 'pet', strategy: 'clear', as: 'object', values: [] };
    const beside = made(city, location, order, cleared);
    assert.deepEqual(
      [beside.apart, beside.refused, beside.attributes?._merge_objects],
      [undefined, [], true],
    );
  });

  it('take names of JavaScript for data', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const { attributes, refused } = made(
      ...names.map((name) => inside([name, '__proto__'], 'x')),
      inside(['a'], 1, { field: '__proto__' }),
    );
    const json = JSON.stringify(attributes);
    for (const name of names) assert.ok(json.includes(`"${name}":{"__proto__":"x"}`), json);
    assert.ok(json.includes('"__proto__":{"a":1}'), json);
    assert.deepEqual(refused, []);
  });

  it('stand where their path says, whatever the order of the rows', () => {
    const name = fc.constantFrom('a', 'b', 'c', '__proto__');
    const path = fc.array(name, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(path, fc.integer()), { minLength: 1, maxLength: 6 }), (rows) => {
        const { attributes, refused } = made(
          ...rows.map(([names, value]) => inside(names, value, { type: 'integer' })),
        );
        let taken = 0;
        for (const [names, value] of rows) {
          let found: unknown = attributes?.address;
          for (const one of names) {
            found = Object.getOwnPropertyDescriptor(Object(found), one)?.value;
          }
          if (found === value) taken++;
        }
        assert.ok(taken >= rows.length - refused.length);
        for (const { reason } of refused) assert.equal(reason, 'field-twice');
      }),
    );
  });

  describe('at Braze', () => {
    let braze: BrazeSandbox;
    let http: HttpClient;

    before(async () => {
      braze = await startBrazeSandbox({ faults: new FaultRules() });
      braze.configure({ apply: { delayMs: 0 } });
      http = createHttpClient();
    });
    after(async () => {
      await http.close();
      await braze.close();
    });

    async function send(...changes: FieldChange[]): Promise<unknown> {
      const client = createBrazeClient({ endpoint: braze.url, apiKey: braze.apiKey, http });
      const { attributes } = made(...changes);
      const sent = { attributes: 1, events: 0, purchases: 0 };
      await client.track(JSON.stringify({ attributes: [attributes] }), new AbortController().signal, sent);
      await braze.settled();
      return (braze.user('u-1') as { custom_attributes: unknown }).custom_attributes;
    }

    it('leave the rest of the object as it is', async () => {
      await send(whole('address', { home: { city: 'Köln', zip: '53111' }, lift: true }));
      await send(inside(['home', 'city'], 'Bonn'), inside(['since'], '2026-01-31', { type: 'date' }));
      assert.deepEqual(await send(inside(['floor'], 3, { type: 'integer' })), {
        address: {
          home: { city: 'Bonn', zip: '53111' },
          lift: true,
          since: '2026-01-31T00:00:00.000Z',
          floor: 3,
        },
      });
      assert.deepEqual(await send(whole('address', { floor: 4 })), { address: { floor: 4 } });
    });
  });
});
