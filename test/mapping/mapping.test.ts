import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chooseIdentifier } from '../../src/braze/identifier';
import { type Mapping, type MappingRow, mappingSchema, migrateMapping } from '../../src/mapping/mapping';
import { identifier, mappingOf, row } from './mappingDocuments';

const tier = row('custom_attributes.tier', 'tier');

function reasonsOf(stored: unknown): string[] {
  const checked = migrateMapping(stored);
  assert.ok(!checked.ok, 'the mapping was taken');
  return checked.reasons;
}

describe('mapping document', () => {
  it('creates no profiles unless it says so', () => {
    const { allowCreate: _, ...stored } = mappingOf('import', [tier]);
    const checked = migrateMapping(stored);
    assert.ok(checked.ok);
    assert.equal(checked.mapping.allowCreate, false);
  });

  const meaningful: [string, Mapping][] = [
    ['an identifier also as a row', mappingOf('import', [row('id', 'key')])],
    [
      'a static value',
      mappingOf('export', [row('', 'n', { source: { kind: 'static', value: '7' }, type: 'integer' })]),
    ],
    ['an empty static text', mappingOf('export', [row('', 'n', { source: { kind: 'static', value: '' } })])],
    ['setIfEmpty towards BlueConic', mappingOf('import', [{ ...tier, strategy: 'setIfEmpty' }])],
    ['setIfEmpty towards Braze', mappingOf('export', [{ ...tier, strategy: 'setIfEmpty' }])],
    ['add with a list', mappingOf('export', [{ ...tier, as: 'list', strategy: 'add' }])],
    [
      'objects added to a list in BlueConic',
      mappingOf('import', [{ ...tier, as: 'list', type: 'json', strategy: 'add' }]),
    ],
    [
      'an object towards Braze',
      mappingOf('export', [{ ...tier, as: 'object', type: 'json', strategy: 'clear' }]),
    ],
    [
      'a static part of an identifier',
      mappingOf('export', [tier], {
        identifiers: [
          [
            identifier('id', 'user_alias_name'),
            { source: { kind: 'static', value: 'crm' }, target: 'user_alias_label' },
          ],
        ],
      }),
    ],
  ];
  for (const [what, mapping] of meaningful) {
    it(`takes ${what}`, () => assert.deepEqual(migrateMapping(mapping), { ok: true, mapping }));
  }

  const staticSource: MappingRow['source'] = { kind: 'static', value: 'x' };
  const meaningless: [string, 'import' | 'export', Partial<MappingRow>, RegExp][] = [
    ['sum of text', 'import', { strategy: 'sum' }, /sum needs the type integer, number or decimal/],
    [
      'sum of decimals in Braze',
      'export',
      { strategy: 'sum', type: 'number' },
      /increments by whole numbers/,
    ],
    ['sum of a list', 'import', { strategy: 'sum', type: 'integer', as: 'list' }, /sum needs the shape one/],
    [
      'sum of a static value',
      'import',
      { strategy: 'sum', type: 'integer', source: { kind: 'static', value: '1' } },
      /a static value never does/,
    ],
    ['add with one value', 'import', { strategy: 'add' }, /add needs the shape list/],
    [
      'add with an object',
      'export',
      { strategy: 'add', as: 'object', type: 'json' },
      /add needs the shape list/,
    ],
    [
      'objects added in Braze',
      'export',
      { strategy: 'add', as: 'list', type: 'json' },
      /cannot be repeated safely/,
    ],
    [
      'clear with a static value',
      'import',
      { strategy: 'clear', source: staticSource },
      /a static value never is/,
    ],
    ['an object towards BlueConic', 'import', { as: 'object', type: 'json' }, /lists of text and no objects/],
    ['an object of text', 'export', { as: 'object' }, /the shape object needs the type json/],
    ['one json towards Braze', 'export', { type: 'json' }, /the type json needs the shape object or list$/],
    ['one json towards BlueConic', 'import', { type: 'json' }, /the type json needs the shape list$/],
    [
      'a static text as a number',
      'export',
      { type: 'number', source: staticSource },
      /static value is not a number/,
    ],
    ['an empty target', 'import', { target: '' }, /row 2 \(no target\): the target is empty/],
    ['a target of spaces', 'import', { target: '  ' }, /row 2 \(no target\): the target is empty/],
    ['a target with a space at its end', 'import', { target: 'x ' }, /begins or ends with a space/],
    ['a path with a fault', 'import', { source: { kind: 'field', path: 'a..b' } }, /not valid at position 3/],
    [
      'an expression that says nothing',
      'import',
      { source: { kind: 'jsonata', expression: ' ' } },
      /the expression is empty/,
    ],
    ['a value inside a BlueConic property', 'import', { inside: 'a' }, /BlueConic holds no objects/],
    ['a path inside with a fault', 'export', { inside: 'a..b' }, /not valid at position 3/],
    ['an index inside', 'export', { inside: 'a[0]' }, /inside takes names only/],
    ['a whole list inside', 'export', { inside: 'a[*].b' }, /inside takes names only/],
    ['clear inside', 'export', { inside: 'a', strategy: 'clear' }, /inside a target only set/],
    ['sum inside', 'export', { inside: 'a', strategy: 'sum', type: 'integer' }, /inside a target only set/],
  ];
  for (const [what, direction, different, reason] of meaningless) {
    it(`refuses ${what}, naming the row`, () => {
      const [first, ...more] = reasonsOf(mappingOf(direction, [tier, row('city', 'city', different)]));
      assert.deepEqual(more, []);
      assert.match(first!, reason);
      const target = different.target ?? 'city';
      assert.ok(first!.startsWith(`row 2 (${target.trim() === '' ? 'no target' : target}): `));
    });
  }

  it('refuses a second row for the same target, naming both', () => {
    const rows = [tier, row('city', 'city'), row('level', 'tier')];
    assert.deepEqual(reasonsOf(mappingOf('import', rows)), ['row 3 (tier): row 1 already has this target']);
  });

  it('takes rows inside one target, unless one stands within the other', () => {
    const inside = (path?: string) => row('a', 'address', path === undefined ? {} : { inside: path });
    const reasonsFor = (...paths: (string | undefined)[]) => {
      const checked = migrateMapping(mappingOf('export', paths.map(inside)));
      return checked.ok ? [] : checked.reasons;
    };
    assert.deepEqual(reasonsFor('city', 'street.name', 'street.number', '["street.name"]'), []);
    assert.deepEqual(reasonsFor('city', undefined), ['row 2 (address): row 1 already has this target']);
    assert.deepEqual(reasonsFor('street', 'city', 'street.name'), [
      'row 3 (address): row 1 already has this target',
    ]);
    assert.deepEqual(reasonsFor('city', '["city"]'), ['row 2 (address): row 1 already has this target']);
  });

  it('takes targets that differ in case: Braze tells them apart', () => {
    assert.ok(migrateMapping(mappingOf('export', [tier, row('city', 'Tier')])).ok);
  });

  it('reports every row at fault', () => {
    const rows = [row('a', 'a', { strategy: 'sum' }), tier, row('b..', 'b', { strategy: 'add' })];
    const reasons = reasonsOf(mappingOf('import', rows)).map((reason) => reason.slice(0, 9));
    assert.deepEqual(reasons, ['row 1 (a)', 'row 3 (b)', 'row 3 (b)']);
  });

  it('refuses a mapping without rows', () => {
    assert.match(reasonsOf(mappingOf('import', []))[0]!, /^rows: at least one is needed/);
  });

  describe('identifiers', () => {
    const empty: MappingRow['source'] = { kind: 'static', value: ' ' };
    const faulty: [string, Mapping['identifiers'], RegExp][] = [
      ['none', [], /^identifiers: at least one is needed/],
      ['an AND of nothing', [[identifier('id', 'key')], []], /^identifier 2: at least one field/],
      [
        'static values alone',
        [[{ source: staticSource, target: 'key' }]],
        /^identifier 1: .*match the same profile/,
      ],
      [
        'a static value of spaces',
        [[identifier('id', 'a'), { source: empty, target: 'b' }]],
        /^identifier 1\.2: .*empty/,
      ],
      [
        'an empty target',
        [[identifier('id', 'key')], [identifier('id', '')]],
        /^identifier 2\.1: the target is empty/,
      ],
      ['a path with a fault', [[identifier('[0]', 'key')]], /^identifier 1\.1: .*not valid at position 1/],
    ];
    for (const [what, identifiers, reason] of faulty) {
      it(`refuses ${what}`, () => {
        const reasons = reasonsOf(mappingOf('import', [tier], { identifiers }));
        assert.equal(reasons.length, 1);
        assert.match(reasons[0]!, reason);
      });
    }
  });

  describe('identifiers towards Braze', () => {
    const pairs = (...targets: string[]) => [targets.map((target) => identifier('id', target))];
    const taken = [
      ...['external_id', 'braze_id', 'email', 'phone'].map((target) => [target]),
      ['user_alias_name', 'user_alias_label'],
      ['user_alias_label', 'user_alias_name'],
    ];
    for (const targets of taken) {
      it(`are taken: ${targets.join(' and ')}`, () => {
        const mapping = mappingOf('export', [tier], { identifiers: pairs(...targets) });
        assert.ok(migrateMapping(mapping).ok);
        assert.ok(
          typeof chooseIdentifier([targets.map((field) => ({ field, value: 'a@b.org' }))]) === 'object',
        );
      });
    }
    const refused: [string[], RegExp][] = [
      [['loyalty_id'], /^identifier 1: Braze finds users by external_id, /],
      [['External_ID'], /^identifier 1: Braze finds users by/],
      [['external_id', 'email'], /^identifier 1: Braze takes one identifier; only user_alias_name and/],
      [['user_alias_name', 'user_alias_label', 'email'], /^identifier 1: Braze takes one identifier/],
      [['user_alias_name', 'loyalty_id'], /^identifier 1: Braze finds users by/],
      [['user_alias_name'], /^identifier 1: a user alias needs user_alias_name and user_alias_label/],
      [['user_alias_label'], /^identifier 1: a user alias needs/],
      [['user_alias_name', 'user_alias_name'], /^identifier 1: a user alias needs/],
    ];
    for (const [targets, reason] of refused) {
      it(`are refused: ${targets.join(' and ')}`, () => {
        const [first, ...more] = reasonsOf(mappingOf('export', [tier], { identifiers: pairs(...targets) }));
        assert.deepEqual(more, []);
        assert.match(first!, reason);
        // The runtime would say so of every record.
        const chosen = chooseIdentifier([targets.map((field) => ({ field, value: 'a@b.org' }))]);
        assert.equal(typeof chosen, 'string');
      });
    }

    it('that stand in different lines are an OR, and may be of any kind', () => {
      const identifiers = [...pairs('external_id'), ...pairs('user_alias_name', 'user_alias_label')];
      assert.ok(migrateMapping(mappingOf('export', [tier], { identifiers })).ok);
    });

    it('towards BlueConic any pairs go together', () => {
      assert.ok(migrateMapping(mappingOf('import', [tier], { identifiers: pairs('email', 'shop') })).ok);
    });
  });

  const good = mappingOf('import', [tier]);
  const misshapen: [string, unknown, string[]][] = [
    ['nothing', undefined, ['the mapping must be an object']],
    ['a list', [], ['the mapping must be an object']],
    ['no version', { ...good, version: undefined }, ['version must be 2']],
    ['a version as text', { ...good, version: '1' }, ['version must be 2']],
    ['an unknown direction', { ...good, direction: 'both' }, ['direction must be import or export']],
    ['an unknown key', { ...good, colour: 1 }, ['the mapping has a key that means nothing here: colour']],
    ['rows that are no list', { ...good, rows: {} }, ['rows must be a list']],
    [
      'identifiers in a single list',
      { ...good, identifiers: [identifier('id', 'key')] },
      ['identifiers[0] must be a list'],
    ],
    [
      'an identifier without target',
      { ...good, identifiers: [[{ source: tier.source }]] },
      ['identifiers[0][0].target must be text'],
    ],
    [
      'a row that is text',
      { ...good, rows: [tier, 'email'] },
      ['row 2 (no target): the row must be an object'],
    ],
    [
      'unknown words in a row',
      { ...good, rows: [{ ...tier, type: 'date-time', as: 'set', strategy: 'merge' }] },
      [
        'row 1 (tier): type must be text, number, integer, decimal, boolean, time, date, email, phone, gender, country, language or json',
        'row 1 (tier): as must be one, list or object',
        'row 1 (tier): strategy must be set, add, sum, setIfEmpty or clear',
      ],
    ],
    [
      'an unknown source',
      { ...good, rows: [{ ...tier, source: { kind: 'code' } }] },
      ['row 1 (tier): source.kind must be field, static or jsonata'],
    ],
    ['no source', { ...good, rows: [{ ...tier, source: null }] }, ['row 1 (tier): source must be an object']],
    [
      'a source without path',
      { ...good, rows: [{ ...tier, source: { kind: 'field' } }] },
      ['row 1 (tier): source.path must be text'],
    ],
    [
      'a key that is no setting of a row',
      { ...good, rows: [JSON.parse(JSON.stringify(tier).replace('{', '{"__proto__":{"target":"x"},'))] },
      ['row 1 (tier): the row has a key that means nothing here: __proto__'],
    ],
  ];
  for (const [what, stored, reasons] of misshapen) {
    it(`refuses ${what}`, () => assert.deepEqual(reasonsOf(stored), reasons));
  }

  it('says of a mapping from a later version that the package is too old', () => {
    const [reason] = reasonsOf({ version: 3, somethingNew: true });
    assert.match(reason!, /version 3, .* up to 2: update the package/);
  });

  it('answers any JSON, and takes nothing that it does not take again', () => {
    const nearly = fc.record(
      {
        version: fc.constantFrom(1, 2, 3),
        direction: fc.oneof(fc.constantFrom('import', 'export'), fc.jsonValue()),
        identifiers: fc.oneof(fc.constant(good.identifiers), fc.jsonValue()),
        rows: fc.oneof(
          fc.constant(good.rows),
          fc.array(fc.oneof(fc.constant(tier), fc.jsonValue())),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(nearly, fc.jsonValue()), (stored) => {
        const checked = migrateMapping(stored);
        if (!checked.ok) assert.ok(checked.reasons.length > 0);
        else
          assert.deepEqual(
            mappingSchema().parse(JSON.parse(JSON.stringify(checked.mapping))),
            checked.mapping,
          );
      }),
    );
  });
});
