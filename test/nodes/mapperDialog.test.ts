import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ACCEPTED, brazeTarget, brazeTargets, miscasedKey } from '../../nodes/editor/brazeTargets';
import type { Choice } from '../../nodes/editor/choices';
import { attributeTraits } from '../../nodes/editor/fieldTraits';
import { importFieldPaths } from '../../nodes/editor/importFieldPaths';
import { blankRow, emptyMapping, type Mapping, type MappingRow } from '../../nodes/editor/mappingDocument';
import { mappingProblems } from '../../nodes/editor/mappingProblems';
import { STRATEGIES } from '../../nodes/editor/mappingRowRules';
import { makesAttribute, rowNotes } from '../../nodes/editor/rowNotes';
import { isAsked } from '../../nodes/profile-field-mapper/askedFields.editor';
import { mappingFileName, writeMappingFile } from '../../nodes/profile-field-mapper/mappingFile.editor';
import { shapeFaults } from '../../nodes/profile-field-mapper/mappingShape.editor';
import { counts, REASONS, reasonText } from '../../nodes/profile-field-mapper/previewAnswer.editor';
import { previewSink } from '../../nodes/profile-field-mapper/previewSink.editor';
import { remainingRows } from '../../nodes/profile-field-mapper/remainingFields.editor';
import { samplePaths } from '../../nodes/profile-field-mapper/samplePaths.editor';
import { readSamples, writeSamples } from '../../nodes/profile-field-mapper/sampleText.editor';
import { refusals } from '../../src/braze/refusals';
import { conversionFor } from '../../src/mapping/conversions';
import { parseFieldPath } from '../../src/mapping/fieldPath';
import { fieldReader } from '../../src/mapping/fieldReader';
import { fieldTypes } from '../../src/mapping/fieldType';
import { mappingSchema } from '../../src/mapping/mapping';

const field = (path: string) => ({ kind: 'field' as const, path });

const complete: Mapping = {
  ...emptyMapping('import'),
  identifiers: [[{ source: field('external_id'), target: 'customer_id' }]],
  filter: { join: 'all', conditions: [{ source: field('email'), operator: 'nempty' }] },
  rows: [{ ...blankRow(), source: field('email'), target: 'email' }],
};

describe('mapper dialog: samples', () => {
  const records = [{ email: 'mira@example.org' }, { tier: null, list: [1, 2] }];

  it('are read as an array, as one record, as lines, and out of a message', () => {
    const read = { kind: 'records', records };
    assert.deepEqual(readSamples(JSON.stringify(records)), read);
    assert.deepEqual(readSamples(JSON.stringify({ payload: records, topic: '' })), read);
    assert.deepEqual(readSamples(records.map((one) => JSON.stringify(one)).join('\r\n')), read);
    assert.deepEqual(readSamples(JSON.stringify(records[0], null, 2)), {
      kind: 'records',
      records: [records[0]],
    });
  });

  it('nothing is nothing, and not a fault', () => {
    for (const text of ['', ' \n ', '[]', '{"payload": []}'])
      assert.deepEqual(readSamples(text), { kind: 'empty' });
  });

  it('say which line is wrong', () => {
    assert.deepEqual(readSamples('{"a": 1}\n\n{"b": }'), { kind: 'fault', fault: 'notJson', line: 3 });
    assert.deepEqual(readSamples('{"a": 1}\n7'), { kind: 'fault', fault: 'notRecords', line: 2 });
    assert.deepEqual(readSamples('[{"a": 1}'), { kind: 'fault', fault: 'notJson' });
    assert.deepEqual(readSamples('[1]'), { kind: 'fault', fault: 'notRecords' });
  });

  it('come back as they were written, whatever they hold, but for the refs of a run', () => {
    const anything = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anything, (some) => {
        // Through JSON first: it has no minus zero.
        const plain = JSON.parse(JSON.stringify(some)) as { [field: string]: unknown }[];
        const bare = plain.map(({ _ref, ...record }) => record);
        const reading = readSamples(writeSamples(bare.map((record) => ({ ...record, _ref: 'run/unit/1' }))));
        assert.deepEqual(reading, { kind: 'records', records: bare });
      }),
    );
  });
});

describe('mapper dialog: the fields of samples', () => {
  const record = {
    _ref: 'run/unit/1',
    email: 'mira@example.org',
    custom_attributes: { 'a.b': 7, joined: '2026-01-31', address: { city: { name: 'Bonn' } } },
    custom_events: [{ name: 'Order "big"', count: 3, first: '2026-01-31T08:00:00Z' }],
    tags: ['a'],
    nothing: null,
  };

  it('are paths with types, into lists of named objects too', () => {
    const found = new Map(samplePaths([{ nothing: true }, record]).map(({ path, traits }) => [path, traits]));
    assert.deepEqual(Object.fromEntries(found), {
      nothing: { type: 'boolean', as: 'one' },
      email: { type: 'text', as: 'one' },
      'custom_attributes["a.b"]': { type: 'integer', as: 'one' },
      'custom_attributes.joined': { type: 'date', as: 'one' },
      'custom_attributes.address.city': { type: 'json', as: 'object' },
      'custom_events[name="Order \\"big\\""].count': { type: 'integer', as: 'one' },
      'custom_events[name="Order \\"big\\""].first': { type: 'time', as: 'one' },
      'custom_events[*].name': { type: 'text', as: 'list' },
      'custom_events[*].count': { type: 'integer', as: 'list' },
      'custom_events[*].first': { type: 'time', as: 'list' },
      'custom_events[#]': { type: 'integer', as: 'one' },
      tags: { type: 'text', as: 'list' },
    });
  });

  it('are there when the runtime looks, and rows of them can run', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 }), (any) => {
        for (const { path } of samplePaths([any])) {
          const found = fieldReader(parseFieldPath(path))(any);
          assert.notEqual(found, undefined, path);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('mapper dialog: add remaining fields', () => {
  const choice = (value: string, more: Partial<Choice> = {}): Choice => ({ value, label: value, ...more });
  const sources = [
    choice('email', { traits: { type: 'email', as: 'one' } }),
    choice('first_name', { traits: { type: 'text', as: 'one' } }),
    choice('custom_attributes["Loyalty Points"]', { traits: { type: 'integer', as: 'one' } }),
    choice('custom_events[name=""].count'),
    choice('devices', { traits: { type: 'json', as: 'list' } }),
  ];
  const targets = [
    choice('firstname'),
    choice('p42', { label: 'Loyalty points', traits: { type: 'integer', as: 'one' } }),
  ];
  const mapped: Mapping = { ...complete, identifiers: complete.identifiers, rows: complete.rows };

  it('one row per field that nothing reads, existing targets of the same name first', () => {
    const proposals = remainingRows(mapped, sources, targets, { strategy: 'set', prefix: '' });
    assert.deepEqual(
      proposals.map(({ row, known, unusual }) => [row.target, known, unusual]),
      [
        ['firstname', true, false],
        ['p42', true, false],
        ['devices', false, true],
      ],
    );
    assert.equal(proposals[1]?.row.type, 'integer');
  });

  it('a prefix names new targets only, in letters that BlueConic takes', () => {
    const none: Choice[] = [];
    const made = remainingRows(mapped, sources, none, { strategy: 'set', prefix: 'braze_' });
    assert.deepEqual(
      made.map(({ row }) => row.target),
      ['braze_first_name', 'braze_loyalty_points', 'braze_devices'],
    );
  });

  it('sets where the chosen strategy means nothing, and says so', () => {
    const made = remainingRows(mapped, sources, targets, { strategy: 'sum', prefix: '' });
    assert.deepEqual(
      made.map(({ row, asChosen }) => [row.strategy, asChosen]),
      [
        ['set', false],
        ['sum', true],
        ['set', false],
      ],
    );
  });

  it('the rows added to any mapping have no fault, and no target twice', () => {
    const name = fc.constantFrom(
      'email',
      'first_name',
      'firstName',
      'custom_attributes.tier',
      'properties["a.b"]',
      'tier',
    );
    const list = fc.array(
      fc
        .record({ value: name, type: fc.constantFrom(...fieldTypes) })
        .map(({ value, type }) => choice(value, { traits: { type, as: type === 'json' ? 'list' : 'one' } })),
    );
    fc.assert(
      fc.property(
        list,
        list,
        fc.constantFrom(...STRATEGIES),
        fc.constantFrom('', 'bc_'),
        fc.constantFrom('import' as const, 'export' as const),
        (some, others, strategy, prefix, direction) => {
          const target = direction === 'export' ? 'external_id' : 'customer_id';
          const identifiers = [[{ source: field('external_id'), target }]];
          const before: Mapping = { ...complete, direction, filter: undefined, identifiers };
          const added = remainingRows(before, some, others, { strategy, prefix });
          const after = { ...before, rows: [...before.rows, ...added.map(({ row }) => row)] };
          assert.deepEqual(mappingProblems(after), []);
          assert.deepEqual(remainingRows(after, some, others, { strategy, prefix }), []);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('mapper dialog: the mapping as a file', () => {
  it('has its keys in one order, whoever wrote them', () => {
    const turned = Object.fromEntries(Object.entries(complete).reverse()) as Mapping;
    assert.notDeepEqual(Object.keys(turned), Object.keys(complete));
    assert.equal(writeMappingFile(turned), writeMappingFile(complete));
    assert.deepEqual(JSON.parse(writeMappingFile(complete)), complete);
    assert.match(writeMappingFile(complete), /^\{\n {2}"version": 2,\n {2}"direction": "import",\n/);
  });

  it('is named after the node, in letters that file systems take', () => {
    assert.equal(mappingFileName('Kunden: täglich / EU', 'import'), 'Kunden-täglich-EU.mapping.json');
    assert.equal(mappingFileName('', 'export'), 'mapping-export.mapping.json');
    assert.equal(mappingFileName('../..', 'export'), 'mapping-export.mapping.json');
  });

  it('a document has a fault of shape exactly where the schema finds one', () => {
    const parts: unknown[] = [
      undefined,
      null,
      7,
      '',
      'set',
      [],
      {},
      { kind: 'field' },
      { kind: 'other' },
      true,
    ];
    const anywhere = fc.nat(200);
    fc.assert(
      fc.property(anywhere, fc.constantFrom(...parts), (at, part) => {
        const document = broken(complete, at, part);
        const parsed = mappingSchema().safeParse(document);
        const shapely = parsed.success || parsed.error.issues.every(({ code }) => code === 'custom');
        assert.equal(shapeFaults(document).length === 0, shapely, JSON.stringify(document));
      }),
      { numRuns: 1_500 },
    );
  });

  it('the fault names its place', () => {
    const wrong = { ...complete, rows: [{ ...complete.rows[0], type: 'date time', colour: 'red' }] };
    assert.deepEqual(shapeFaults(wrong), [
      { place: 'rows[0].type', fault: 'oneOf', names: fieldTypes.join(', ') },
      { place: 'rows[0]', fault: 'unknownKey', names: 'colour' },
    ]);
    assert.deepEqual(shapeFaults({ ...complete, version: 3 }), [{ place: 'version', fault: 'version' }]);
    assert.deepEqual(shapeFaults([]), [{ place: '', fault: 'object' }]);
  });

  it('a document of version 1 is one', () => {
    const { filter: _filter, ...old } = complete;
    assert.deepEqual(shapeFaults({ ...old, version: 1 }), []);
  });
});

describe('mapper dialog: what a row is told', () => {
  const row: MappingRow = { ...blankRow(), source: field('email'), target: 'tier' };
  const told = (line: Partial<MappingRow>, direction: Mapping['direction'], known?: boolean) =>
    rowNotes({ ...row, ...line }, direction, { targetKnown: known, asked: undefined }).map(
      ({ note }) => note,
    );

  it('nothing where all is well, or where nobody knows', () => {
    assert.deepEqual(told({}, 'import'), []);
    assert.deepEqual(told({}, 'import', true), []);
    assert.deepEqual(told({ target: 'email' }, 'export', false), []);
  });

  it('that the target is new, miscased, or cannot be emptied; that a path has a gap; what an expression costs', () => {
    assert.deepEqual(told({}, 'import', false), ['newProperty']);
    const facts = { targetKnown: false, asked: undefined };
    assert.ok(makesAttribute(row, 'export', facts));
    assert.ok(!makesAttribute({ ...row, target: 'email' }, 'export', facts));
    assert.ok(!makesAttribute(row, 'import', facts));
    assert.deepEqual(told({ target: 'Email' }, 'export', false), ['miscased']);
    assert.deepEqual(told({ target: 'email_subscribe', strategy: 'clear' }, 'export'), ['notClearable']);
    assert.deepEqual(told({ strategy: 'setIfEmpty' }, 'export'), ['ifSeenEmpty']);
    assert.deepEqual(told({ strategy: 'setIfEmpty' }, 'import'), []);
    assert.deepEqual(told({ source: field('custom_events[name=""].count') }, 'import'), ['gap']);
    assert.deepEqual(told({ source: field('apps[*].name') }, 'import'), ['firstOfList']);
    assert.deepEqual(told({ source: { kind: 'jsonata', expression: 'a' } }, 'import'), ['expressionCost']);
  });

  it('that the source does not ask for what the row reads', () => {
    const source = {
      type: 'braze-segment-export',
      fields: ['email', 'custom_events'],
      customAttributes: ['tier'],
    };
    const asked = (path: string, settings: { [property: string]: unknown } = source) =>
      isAsked(settings, path);
    assert.equal(asked('email'), true);
    assert.equal(asked('custom_events[name="Order"].count'), true);
    assert.equal(asked('custom_attributes.tier'), true);
    assert.equal(asked('custom_attributes.points'), false);
    assert.equal(asked('custom_attributes.points', { ...source, fields: ['custom_attributes'] }), true);
    assert.equal(asked('phone'), false);
    assert.equal(asked('a..b'), undefined);
    const segment = { type: 'blueconic-delta', origin: 'segment', properties: ['tier'] };
    assert.equal(asked('properties.tier', segment), true);
    assert.equal(asked('properties.points', segment), false);
    assert.equal(asked('segments[*].id', segment), true);
    assert.equal(asked('properties.points', { ...segment, properties: [] }), true);
    assert.equal(asked('properties.points', { ...segment, origin: 'files' }), undefined);
    assert.equal(isAsked(undefined, 'email'), undefined);
    const unasked = { targetKnown: undefined, asked: false };
    assert.deepEqual(rowNotes(row, 'import', unasked), [{ note: 'notAsked' }]);
  });

  it('every key of Braze that can be written says what it takes', () => {
    assert.ok(brazeTargets().length > 20);
    for (const { key, accepts } of brazeTargets()) assert.ok(ACCEPTED.includes(accepts), key);
    assert.equal(brazeTarget('external_id'), undefined);
    assert.equal(brazeTarget('no_such_key'), undefined);
    assert.equal(miscasedKey('First_Name'), 'first_name');
    assert.equal(miscasedKey('first_name'), undefined);
  });

  it('types of live attributes follow the first words of their data type', () => {
    assert.deepEqual(attributeTraits('Object Array'), { type: 'json', as: 'list' });
    assert.deepEqual(attributeTraits('Date/Time'), { type: 'time', as: 'one' });
    assert.deepEqual(attributeTraits('Boolean'), { type: 'boolean', as: 'one' });
    assert.equal(attributeTraits('Unheard'), undefined);
    assert.equal(attributeTraits(undefined), undefined);
  });

  it('every documented part of an export is a path that can be read', () => {
    const all = importFieldPaths();
    for (const { path } of all) assert.ok(parseFieldPath(path).length > 0, path);
    assert.equal(new Set(all.map(({ path }) => path)).size, all.length);
    for (const list of ['custom_events', 'purchases']) {
      for (const part of ['count', 'first', 'last'])
        assert.ok(all.some(({ path }) => path === `${list}[name=""].${part}`));
    }
  });
});

describe('mapper dialog: what a preview tells', () => {
  const text = (key: string, values?: { [name: string]: string | number }) =>
    `${key} ${JSON.stringify(values ?? {})}`;

  it('every reason of a conversion and of Braze has words', () => {
    const known: readonly string[] = REASONS;
    const conversions = fieldTypes.flatMap((type) => [
      conversionFor(type, 'import').refusal,
      conversionFor(type, 'export').refusal,
    ]);
    const reasons = [...conversions, ...Object.values(refusals).map(({ reason }) => reason)];
    assert.deepEqual(
      reasons.filter((reason) => !known.includes(reason)),
      [],
    );
  });

  it('a reserved field that got a wrong value is named; what nobody knows is shown as it is', () => {
    assert.equal(
      reasonText(text, 'invalid-gender'),
      'profile-field-mapper.reason.invalid {"field":"gender"}',
    );
    assert.equal(reasonText(text, 'not-text'), 'profile-field-mapper.reason.not-text {}');
    assert.equal(reasonText(text, 'a sentence of the server'), 'a sentence of the server');
    assert.equal(reasonText(text, 'nothing to send'), 'profile-field-mapper.reason.nothing {}');
    const filtered = reasonText(text, 'filter: condition 2 (email eq) does not fit');
    assert.equal(filtered, 'profile-field-mapper.reason.condition {"number":"2"}');
  });

  it('counts each result that there is', () => {
    const row = { refused: [], objects: [], dataPoints: 0 };
    const rows = [
      { ...row, index: 0, result: 'rejected' as const },
      { ...row, index: 1, result: 'sent' as const },
      { ...row, index: 2, result: 'sent' as const },
    ];
    assert.deepEqual(counts(rows), [
      ['sent', 2],
      ['rejected', 1],
    ]);
  });
});

/** A copy of a document in which the n-th value, counted through all of it, is another one. */
function broken(document: unknown, at: number, part: unknown): unknown {
  let left = at;
  const visit = (value: unknown): unknown => {
    if (left-- === 0) return part;
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(document);
}

describe('mapper dialog: what a preview is told of the sink', () => {
  const plain = { firstTotal: 'remember', changeDetection: 'on' };

  it('is the limits of requests that the Braze configuration sets', () => {
    const sink = { braze: 'b', firstTotal: 'add', changeDetection: 'off' };
    assert.deepEqual(previewSink(sink, { objectsPerRequest: 25, perArray: true }), {
      firstTotal: 'add',
      changeDetection: 'off',
      objectsPerRequest: 25,
      perArray: true,
    });
  });

  it('is the entries of a BlueConic request, and nothing where the server alone knows or nothing is wired', () => {
    assert.deepEqual(previewSink({ entriesPerRequest: 200 }, undefined), {
      ...plain,
      objectsPerRequest: 200,
    });
    assert.deepEqual(previewSink({}, { objectsPerRequest: '$(OBJECTS)', perArray: false }), plain);
    assert.deepEqual(previewSink(undefined, undefined), plain);
  });
});
