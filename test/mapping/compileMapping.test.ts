import assert from 'node:assert/strict';
import { type AskedFields, compileMapping, type MapResult } from '../../src/mapping/compileMapping';
import type { Mapping, MappingRow } from '../../src/mapping/mapping';
import type { ProfileRecord, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { identifier, mappingOf, row } from './mappingDocuments';

const everything: AskedFields = { has: () => true };
const nothing: AskedFields = { has: () => false };

function mapOne(mapping: Mapping, record: ProfileRecord, asked?: AskedFields): MapResult {
  return compileMapping(mapping).map(record, asked);
}

function updateOf(result: MapResult): ProfileUpdate {
  assert.ok(result.kind === 'update', result.kind);
  return result.update;
}

/** What one row makes of one value: its values, `refused`, or `nothing`. */
function valuesOf(direction: 'import' | 'export', different: Partial<MappingRow>, value: unknown): unknown {
  const result = mapOne(mappingOf(direction, [row('v', 'target', different)]), { id: 'a', v: value });
  if (result.kind === 'unmapped') return 'nothing';
  if (result.kind === 'rejected') return 'refused';
  return updateOf(result).changes[0]!.values;
}

describe('compiled mapping', () => {
  it('maps a Braze export row to a BlueConic update', () => {
    const mapping = mappingOf(
      'import',
      [
        row('email', 'email'),
        row('custom_attributes.points', 'points', { type: 'integer' }),
        row('custom_attributes.interests', 'interests', { as: 'list', strategy: 'add' }),
        row('created_at', 'since', { type: 'time', strategy: 'setIfEmpty' }),
        row('user_aliases[0].alias_name', 'alias'),
        row('', 'origin', { source: { kind: 'static', value: 'braze' } }),
        row('home_city', 'city'),
      ],
      {
        identifiers: [[identifier('external_id', 'customer_id')], [identifier('email', 'email')]],
        allowCreate: true,
      },
    );
    const record = {
      _ref: 'run/1/7',
      external_id: 'cust-10042',
      email: 'mira.k@example.org',
      created_at: '2020-07-10 15:00:00.000 UTC',
      custom_attributes: { points: 120, interests: ['hiking', 'golf', 'hiking'] },
      user_aliases: [{ alias_name: 'mira', alias_label: 'shop' }],
    };
    assert.deepEqual(mapOne(mapping, record), {
      kind: 'update',
      refused: [],
      update: {
        version: 1,
        ref: 'run/1/7',
        match: [
          [{ field: 'customer_id', value: 'cust-10042' }],
          [{ field: 'email', value: 'mira.k@example.org' }],
        ],
        allowCreate: true,
        changes: [
          { field: 'email', strategy: 'set', as: 'one', type: 'text', values: ['mira.k@example.org'] },
          { field: 'points', strategy: 'set', as: 'one', type: 'integer', values: ['120'] },
          { field: 'interests', strategy: 'add', as: 'list', type: 'text', values: ['hiking', 'golf'] },
          { field: 'since', strategy: 'setIfEmpty', as: 'one', type: 'time', values: ['1594393200000'] },
          { field: 'alias', strategy: 'set', as: 'one', type: 'text', values: ['mira'] },
          { field: 'origin', strategy: 'set', as: 'one', type: 'text', values: ['braze'] },
        ],
      },
    });
  });

  it('maps a BlueConic profile to typed values for Braze', () => {
    const mapping = mappingOf(
      'export',
      [
        row('properties.email', 'email'),
        row('properties.points', 'points', { type: 'integer' }),
        row('properties.scores', 'scores', { type: 'number', as: 'list' }),
        row('properties.newsletter', 'newsletter', { type: 'boolean' }),
        row('properties.lastorder', 'last_order', { type: 'time' }),
        row('properties.birthday', 'dob', { type: 'date' }),
        row('permissionLevel', 'permission'),
      ],
      { identifiers: [[identifier('properties.customer_id', 'external_id')]] },
    );
    const record = {
      _ref: 'run/1/1',
      id: '3c6f',
      permissionLevel: 'PERSONAL',
      properties: {
        customer_id: ['cust-1'],
        email: ['a@example.org', 'b@example.org'],
        points: ['120'],
        scores: ['1.5', '2'],
        newsletter: ['true'],
        lastorder: ['1795162500000'],
        birthday: ['672969600000'],
      },
    };
    assert.deepEqual(updateOf(mapOne(mapping, record)).changes, [
      { field: 'email', strategy: 'set', as: 'one', type: 'text', values: ['a@example.org'] },
      { field: 'points', strategy: 'set', as: 'one', type: 'integer', values: [120] },
      { field: 'scores', strategy: 'set', as: 'list', type: 'number', values: [1.5, 2] },
      { field: 'newsletter', strategy: 'set', as: 'one', type: 'boolean', values: [true] },
      { field: 'last_order', strategy: 'set', as: 'one', type: 'time', values: ['2026-11-20T08:15:00Z'] },
      { field: 'dob', strategy: 'set', as: 'one', type: 'date', values: ['1991-04-30'] },
      { field: 'permission', strategy: 'set', as: 'one', type: 'text', values: ['PERSONAL'] },
    ]);
  });

  it('leaves ref out when the record has none of its own', () => {
    const mapping = mappingOf('import', [row('id', 'key')]);
    assert.ok(!('ref' in updateOf(mapOne(mapping, { id: 'a' }))));
    assert.ok(!('ref' in updateOf(mapOne(mapping, { id: 'a', _ref: 7 as unknown as string }))));
  });

  it('reads lists by name, by number and whole', () => {
    const mapping = mappingOf('import', [
      row('custom_events[name="Order"].count', 'orders', { type: 'integer' }),
      row('custom_events[name="Order"].last', 'last_order', { type: 'time' }),
      row('purchases[name="sku-1"].first', 'first_purchase', { type: 'time' }),
      row('campaigns_received[*].name', 'campaigns', { as: 'list' }),
      row('campaigns_received[#]', 'campaign_count', { type: 'integer' }),
      row('devices[*].os', 'systems', { as: 'list' }),
    ]);
    const record = {
      id: 'a',
      custom_events: [
        { name: 'Visit', count: 1 },
        { name: 'Order', count: 4, last: '2026-11-20T08:15:00.000Z' },
      ],
      campaigns_received: [{ name: 'Spring' }, { name: 'Autumn' }, { name: 'Spring' }],
      devices: [{ os: 'iOS' }, {}, { os: null }],
    };
    assert.deepEqual(
      updateOf(mapOne(mapping, record)).changes.map(({ field, values }) => [field, values]),
      [
        ['orders', ['4']],
        ['last_order', ['1795162500000']],
        ['campaigns', ['Spring', 'Autumn']],
        ['campaign_count', ['3']],
        ['systems', ['iOS']],
      ],
    );
  });

  it('names the place inside an attribute, and counts what is refused there by its whole name', () => {
    const mapping = mappingOf('export', [
      row('city', 'address', { inside: 'home.city' }),
      row('number', 'address', { inside: 'home.number', type: 'integer' }),
    ]);
    const result = mapOne(mapping, { id: 'a', city: 'Gent', number: 'none' });
    assert.deepEqual(updateOf(result).changes, [
      {
        field: 'address',
        strategy: 'set',
        as: 'one',
        type: 'text',
        path: ['home', 'city'],
        values: ['Gent'],
      },
    ]);
    assert.ok(result.kind === 'update');
    assert.deepEqual(result.refused, [{ field: 'address.home.number', reason: 'not-an-integer' }]);
  });

  describe('expressions', () => {
    const upper = { kind: 'jsonata', expression: '$uppercase(email)' } as const;
    const count = { kind: 'jsonata', expression: '$count(orders)' } as const;
    const mapping = mappingOf('export', [
      row('', 'mail', { source: upper, strategy: 'clear' }),
      row('', 'orders', { source: count, type: 'integer' }),
      row('', 'again', { source: upper, as: 'list' }),
    ]);
    const compiled = compileMapping(mapping);
    const changesOf = (answers: unknown[]) => {
      const result = compiled.map({ id: 'a' }, everything, answers);
      return result.kind === 'update'
        ? result.update.changes.map(({ field, values }) => [field, values])
        : result;
    };

    it('are told once each, in the order of their answers', () => {
      assert.deepEqual(compiled.expressions, ['$uppercase(email)', '$count(orders)']);
      assert.deepEqual(changesOf(['A@B.ORG', 3]), [
        ['mail', ['A@B.ORG']],
        ['orders', [3]],
        ['again', ['A@B.ORG']],
      ]);
    });

    it('that give nothing change nothing; null is empty', () => {
      assert.deepEqual(changesOf([undefined, undefined]), { kind: 'unmapped' });
      assert.deepEqual(changesOf([null, 3]), [
        ['mail', []],
        ['orders', [3]],
      ]);
    });

    it('that failed refuse their fields, and no others', () => {
      const result = compiled.map({ id: 'a' }, everything, ['A@B.ORG']);
      assert.ok(result.kind === 'update');
      assert.deepEqual(result.refused, [{ field: 'orders', reason: 'expression-failed' }]);
      assert.equal(result.update.changes.length, 2);
    });

    it('that failed as an identifier reject the record: the next one could be somebody else', () => {
      const identifiers = [[{ source: upper, target: 'email' }], [identifier('id', 'external_id')]];
      const mapped = compileMapping(mappingOf('export', [row('id', 'n')], { identifiers }));
      assert.deepEqual(mapped.map({ id: 'a' }), {
        kind: 'rejected',
        reason: 'expression-failed',
        refused: [],
      });
      assert.deepEqual(updateOf(mapped.map({ id: 'a' }, undefined, [undefined])).match, [
        [{ field: 'external_id', value: 'a' }],
      ]);
    });
  });

  describe('one value, a list, an object', () => {
    const address = { city: 'Gent' };
    const cases: [string, 'import' | 'export', Partial<MappingRow>, unknown, unknown][] = [
      ['one value stays one', 'export', {}, 'a', ['a']],
      ['one of a list is its first value', 'export', {}, ['a', 'b'], ['a']],
      ['one of a list passes over nulls', 'export', {}, [null, 'b'], ['b']],
      ['one of a list is not the first that converts', 'export', { type: 'number' }, ['x', '2'], 'refused'],
      ['an empty text is a value', 'export', {}, '', ['']],
      ['a list of one value', 'export', { as: 'list' }, 'a', ['a']],
      ['a list keeps its order', 'export', { as: 'list' }, ['b', 'a', 'c'], ['b', 'a', 'c']],
      ['a list loses repetitions', 'export', { as: 'list' }, ['b', 'a', 'b'], ['b', 'a']],
      ['a list loses nulls', 'export', { as: 'list' }, [null, 'a', null], ['a']],
      [
        'what is the same after conversion is repeated',
        'import',
        { as: 'list' },
        [1, '1', true],
        ['1', 'true'],
      ],
      ['zero and minus zero are the same', 'export', { as: 'list', type: 'number' }, [0, -0, '-0'], [0]],
      ['a list of lists has no texts', 'export', { as: 'list' }, [['a']], 'refused'],
      ['an object', 'export', { as: 'object', type: 'json' }, address, [address]],
      [
        'an object is not taken out of a list',
        'export',
        { as: 'object', type: 'json' },
        [address],
        'refused',
      ],
      ['objects in a list', 'export', { as: 'list', type: 'json' }, [address, {}], [address, {}]],
      ['objects in a list may repeat', 'export', { as: 'list', type: 'json' }, [{}, {}], [{}, {}]],
      [
        'objects for BlueConic are text',
        'import',
        { as: 'list', type: 'json' },
        [address],
        ['{"city":"Gent"}'],
      ],
      ['an object is no text', 'export', {}, address, 'refused'],
    ];
    for (const [what, direction, different, value, expected] of cases) {
      it(what, () => assert.deepEqual(valuesOf(direction, different, value), expected));
    }

    for (const size of [16, 17, 1000]) {
      it(`loses repetitions in a list of ${size}`, () => {
        const value = Array.from({ length: size }, (_, at) => String(at % 5));
        assert.deepEqual(valuesOf('export', { as: 'list' }, value), ['0', '1', '2', '3', '4']);
        const objects = value.map(() => address);
        assert.deepEqual(valuesOf('export', { as: 'list', type: 'json' }, objects), objects);
      });
    }
  });

  describe('absent, empty, present (rule R2)', () => {
    const emptied = [{ field: 'tier', strategy: 'clear', as: 'one', type: 'text', values: [] }];
    const clear = compileMapping(
      mappingOf('import', [row('custom_attributes.tier', 'tier', { strategy: 'clear' })]),
    );
    const changesOf = (record: ProfileRecord, asked?: AskedFields) => {
      const result = clear.map({ id: 'a', ...record }, asked);
      return result.kind === 'unmapped' ? 'unmapped' : updateOf(result).changes;
    };

    it('clear sets what is present', () => {
      const record = { custom_attributes: { tier: 'gold' } };
      const set = [{ field: 'tier', strategy: 'clear', as: 'one', type: 'text', values: ['gold'] }];
      for (const asked of [undefined, nothing, everything]) assert.deepEqual(changesOf(record, asked), set);
    });

    it('clear empties where the source was asked and has nothing', () => {
      assert.deepEqual(changesOf({}, everything), emptied);
      assert.deepEqual(changesOf({ custom_attributes: {} }, everything), emptied);
    });

    it('clear leaves alone what the source was not asked for, or nobody knows whether it was', () => {
      assert.equal(changesOf({}, nothing), 'unmapped');
      assert.equal(changesOf({}), 'unmapped');
    });

    for (const value of [null, [], [null]]) {
      it(`clear empties on ${JSON.stringify(value)}, asked or not`, () => {
        const record = { custom_attributes: { tier: value } };
        for (const asked of [undefined, nothing, everything])
          assert.deepEqual(changesOf(record, asked), emptied);
      });
      for (const as of ['list', 'object'] as const) {
        it(`clear empties a ${as} on ${JSON.stringify(value)}`, () => {
          assert.deepEqual(valuesOf('export', { as, type: 'json', strategy: 'clear' }, value), []);
        });
      }
    }

    it('clear takes an empty text for a value', () => {
      const set = [{ field: 'tier', strategy: 'clear', as: 'one', type: 'text', values: [''] }];
      assert.deepEqual(changesOf({ custom_attributes: { tier: '' } }), set);
    });

    it('clear does not empty on a value that is refused', () => {
      assert.equal(valuesOf('import', { strategy: 'clear' }, {}), 'refused');
      assert.equal(valuesOf('import', { strategy: 'clear', as: 'list' }, [{}]), 'refused');
    });

    it('the other strategies change nothing on an empty source', () => {
      for (const strategy of ['set', 'setIfEmpty', 'add'] as const) {
        const mapping = mappingOf('import', [
          row('tier', 'tier', { strategy, as: strategy === 'add' ? 'list' : 'one' }),
        ]);
        for (const tier of [undefined, null, [], [null]]) {
          assert.deepEqual(mapOne(mapping, { id: 'a', tier }, everything), { kind: 'unmapped' });
        }
      }
    });

    it('asks by the whole path, indexes as digits', () => {
      const asked: AskedFields = { has: (path) => path.join('/') === 'user_aliases/0/alias_name' };
      const rows = [
        row('user_aliases[0].alias_name', 'first', { strategy: 'clear' }),
        row('user_aliases[1].alias_name', 'second', { strategy: 'clear' }),
      ];
      const { changes } = updateOf(mapOne(mappingOf('import', rows), { id: 'a' }, asked));
      assert.deepEqual(changes, [{ field: 'first', strategy: 'clear', as: 'one', type: 'text', values: [] }]);
    });

    it('asks for the list of which a path takes elements', () => {
      const paths: string[] = [];
      const asked: AskedFields = { has: (path) => paths.push(path.join('/')) > 0 };
      const rows = [
        row('custom_events[name="Order"].count', 'orders', { strategy: 'clear' }),
        row('canvases_received[0].steps[*].name', 'steps', { strategy: 'clear', as: 'list' }),
      ];
      const { changes } = updateOf(mapOne(mappingOf('import', rows), { id: 'a' }, asked));
      assert.deepEqual(paths, ['custom_events', 'canvases_received/0/steps']);
      assert.deepEqual(
        changes.map(({ field, values }) => [field, values]),
        [
          ['orders', []],
          ['steps', []],
        ],
      );
    });

    it('decides once per run what was asked', () => {
      let answer = true;
      const asked: AskedFields = { has: () => answer };
      const bound = clear.bind(asked);
      answer = false;
      assert.deepEqual(updateOf(bound.map({ id: 'a' })).changes, emptied);
      assert.deepEqual(changesOf({}, asked), emptied);
      assert.equal(changesOf({}, { has: () => answer }), 'unmapped');
    });
  });

  describe('identifiers', () => {
    const mapping = mappingOf('export', [row('v', 'v')], {
      identifiers: [
        [
          identifier('alias', 'user_alias_name'),
          { source: { kind: 'static', value: 'crm' }, target: 'user_alias_label' },
        ],
        [identifier('id', 'external_id')],
      ],
    });
    const label = { field: 'user_alias_label', value: 'crm' };

    it('leaves out an AND with a missing part', () => {
      assert.deepEqual(updateOf(mapOne(mapping, { v: 'x', id: 'a' })).match, [
        [{ field: 'external_id', value: 'a' }],
      ]);
      assert.deepEqual(updateOf(mapOne(mapping, { v: 'x', alias: 'b' })).match, [
        [{ field: 'user_alias_name', value: 'b' }, label],
      ]);
    });

    it('leaves out an AND whose last part is missing', () => {
      const both = mappingOf('import', [row('v', 'v')], {
        identifiers: [[identifier('email', 'email'), identifier('shop', 'shop')], [identifier('id', 'key')]],
      });
      const { match } = updateOf(mapOne(both, { v: 'x', email: 'a@example.org', id: 'a' }));
      assert.deepEqual(match, [[{ field: 'key', value: 'a' }]]);
    });

    const usable: [unknown, string][] = [
      ['a', 'a'],
      [' a ', ' a '],
      [42, '42'],
      [1e21, '1000000000000000000000'],
      [['', null, 'b', 'c'], 'b'],
      [[7], '7'],
    ];
    for (const [id, value] of usable) {
      it(`takes ${JSON.stringify(id)}`, () => {
        assert.deepEqual(updateOf(mapOne(mapping, { v: 'x', id })).match, [
          [{ field: 'external_id', value }],
        ]);
      });
    }

    for (const id of [undefined, null, '', ' \t', [], [''], [['a']], {}, true, Number.NaN]) {
      it(`rejects a record with ${JSON.stringify(id)} alone`, () => {
        assert.deepEqual(mapOne(mapping, { v: 'x', id }), {
          kind: 'rejected',
          reason: 'no-identifier',
          refused: [],
        });
      });
    }
  });

  describe('outcome', () => {
    const mapping = mappingOf('export', [
      row('a', 'A', { type: 'number' }),
      row('b', 'B', { as: 'list', type: 'integer' }),
      row('c', 'C'),
    ]);
    const notA = { field: 'A', reason: 'not-a-number' };
    const notB = { field: 'B', reason: 'not-an-integer' };

    it('keeps the good values of a record and lists the refused fields, each once', () => {
      const result = mapOne(mapping, { id: 'x', a: 'many', b: [1, 'x', 2, 'y'], c: 'fine' });
      assert.deepEqual(updateOf(result).changes, [
        { field: 'B', strategy: 'set', as: 'list', type: 'integer', values: [1, 2] },
        { field: 'C', strategy: 'set', as: 'one', type: 'text', values: ['fine'] },
      ]);
      assert.ok(result.kind === 'update');
      assert.deepEqual(result.refused, [notA, notB]);
    });

    it('is rejected when every value was refused', () => {
      assert.deepEqual(mapOne(mapping, { id: 'x', a: 'many', b: ['x'] }), {
        kind: 'rejected',
        reason: 'all-values-refused',
        refused: [notA, notB],
      });
    });

    it('is rejected for the missing identifier first', () => {
      assert.deepEqual(mapOne(mapping, { a: 'many' }), {
        kind: 'rejected',
        reason: 'no-identifier',
        refused: [notA],
      });
    });

    it('is unmapped when no mapped field is present, with or without identifiers', () => {
      assert.deepEqual(mapOne(mapping, { id: 'x', other: 1 }), { kind: 'unmapped' });
      assert.deepEqual(mapOne(mapping, {}), { kind: 'unmapped' });
    });
  });

  it('refuses a mapping that could do nothing, and says where it is wrong', () => {
    const mapping = mappingOf('import', [row('a', 'b'), row('a..b', 'c')]);
    assert.throws(() => compileMapping(mapping), {
      code: 'MAPPING_INVALID',
      message: /row 2 \(c\): .* at position 3/,
    });
  });
});
