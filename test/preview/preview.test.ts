import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ProfilesTarget } from '../../src/blueconic/profilesTarget';
import { TrackTarget } from '../../src/braze/trackTarget';
import { Sums } from '../../src/delta/sums';
import { UserGate } from '../../src/delta/userGate';
import { SyncError } from '../../src/errors/syncError';
import { type AskedFields, compileMapping } from '../../src/mapping/compileMapping';
import type { Mapping } from '../../src/mapping/mapping';
import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import { maxPreviewRecords, type PreviewRequest, preview } from '../../src/preview/preview';
import type { LedgerSnapshot } from '../../src/run/ledger';
import { pump } from '../../src/run/pump';
import { RunRegistry } from '../../src/run/registry';
import type { SinkTarget } from '../../src/run/sinkTarget';
import { MemoryStore } from '../../src/store/memoryStore';
import { identifier, mappingOf, row } from '../mapping/mappingDocuments';
import { goal, sinkOn, sourceOf } from '../run/pieces';

const toBraze = mappingOf(
  'export',
  [
    row('name', 'first_name'),
    row('tier', 'tier', { strategy: 'clear' }),
    row('tags', 'tags', { as: 'list', strategy: 'add' }),
    row('since', 'since', { type: 'date' }),
    row('points', 'points', { type: 'integer', strategy: 'sum' }),
  ],
  { identifiers: [[identifier('id', 'external_id')]] },
);
const toBlueConic = mappingOf(
  'import',
  [
    row('name', 'name', { strategy: 'setIfEmpty' }),
    row('tier', 'tier', { strategy: 'clear' }),
    row('tags', 'tags', { as: 'list', strategy: 'add' }),
    row('since', 'since', { type: 'date' }),
    row('points', 'points', { type: 'number', strategy: 'sum' }),
  ],
  { identifiers: [[identifier('id', 'customer_id')]], allowCreate: true },
);
const askedAll: AskedFields = { has: () => true };

/** What a goal run sends of these records, and its ledger. */
async function run(
  mapping: Mapping,
  list: readonly unknown[],
  options: {
    changeDetection: 'on' | 'off';
    objects: number;
    meaning: 'total' | 'amount';
    firstTotal: 'remember' | 'add';
    asked?: AskedFields;
  },
): Promise<{ objects: unknown[]; ledger: LedgerSnapshot }> {
  const objects: unknown[] = [];
  const keep = (body: string | Buffer): void => {
    const read = JSON.parse(body.toString()) as unknown[] | Record<string, unknown[]>;
    objects.push(...(Array.isArray(read) ? read : Object.values(read).flat()));
  };
  const rate = { throttled: false } as never;
  const target: SinkTarget<unknown> =
    mapping.direction === 'export'
      ? (new TrackTarget(
          {
            endpoint: 'https://rest.example',
            track: async (body) => {
              keep(body);
              return { rate, kind: 'queued', errors: [], unreadableErrors: 0 };
            },
          },
          { objectsPerRequest: options.objects, requestsInFlight: 1, workspace: { name: 'test' } },
        ) as SinkTarget<unknown>)
      : (new ProfilesTarget(
          {
            url: 'https://tenant.example',
            putProfiles: async (body, { identifiers }) => {
              keep(body);
              const results = identifiers.map(() => ({ state: 'MODIFIED' as const, invalidProperties: [] }));
              return { kind: 'done', results, missing: [], strays: 0 };
            },
          },
          { entriesPerRequest: options.objects, requestsInFlight: 1 },
        ) as SinkTarget<unknown>);
  const registry = new RunRegistry();
  const { sink, ended } = sinkOn(registry, target, {
    lanes: {
      quietMs: 20,
      settleMs: 0,
      firstTotal: options.firstTotal,
      changeDetection: options.changeDetection,
    },
  });
  const store = new MemoryStore();
  const gate = new UserGate();
  const goalRun = registry.start({
    goal,
    path: { sink: 'sink', single: true, between: [] },
    detection: {
      place: async () => ({ store, secret: Buffer.alloc(32) }),
      gate: () => gate,
    },
    sums: (name, firstTotal) =>
      new Sums({
        store,
        secret: Buffer.alloc(32),
        target: name,
        goalId: goal.id,
        meaning: options.meaning,
        firstTotal,
      }),
  });
  sink.join(goalRun);
  const over = ended(goalRun);
  const mapper = compileMapping(mapping).bind(options.asked);
  const rows = list.map((record, at) => ({ line: at + 1, record: record as ProfileRecord }));
  void pump(goalRun, sourceOf({ file: [rows] }), {
    batchRows: 10,
    emit: ({ records }) => {
      const updates = records.flatMap((record) => {
        const result = mapper.map(record);
        if (result.kind === 'update') return [result.update];
        const reason = result.kind === 'rejected' ? result.reason : undefined;
        registry.decide(record._ref, result.kind === 'rejected' ? 'rejected' : 'unmapped', reason);
        return [];
      });
      setImmediate(() => sink.accept(updates, () => undefined));
    },
  });
  return { ledger: (await over).ledger, objects };
}

/** BlueConic's entries are numbered as they are made, sums of a row later than in a preview. */
function unnumbered(objects: readonly unknown[]): string[] {
  return objects.map((object) => JSON.stringify({ ...(object as object), identifier: undefined })).sort();
}

const record = fc.record(
  {
    id: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 1_000_000 }) },
      { weight: 1, arbitrary: fc.constantFrom('', null) },
    ),
    name: fc.constantFrom('Ada', '', null, 'x'.repeat(300), {}),
    tier: fc.constantFrom('gold', null, []),
    tags: fc.constantFrom(['a', 'b'], [], 'a', [null]),
    since: fc.constantFrom('2026-01-31', '1795162500000', 'yesterday'),
    points: fc.constantFrom(5, '12', 0, 1.5, 'many'),
  },
  { requiredKeys: [], noNullPrototype: true },
);

describe('preview', () => {
  for (const [name, mapping] of [
    ['Braze', toBraze],
    ['BlueConic', toBlueConic],
  ] as const) {
    it(`towards ${name} is what a run sends, row by row and in sum`, async () => {
      let sent = 0;
      let withSums = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(record, { maxLength: 25, selector: ({ id }) => id ?? Math.random() }),
          fc.constantFrom('total' as const, 'amount' as const),
          fc.constantFrom('remember' as const, 'add' as const),
          fc.integer({ min: 1, max: 7 }),
          fc.option(fc.constant(askedAll), { nil: undefined }),
          fc.constantFrom('on' as const, 'off' as const),
          async (records, meaning, firstTotal, objects, asked, changeDetection) => {
            const common = { meaning, firstTotal, changeDetection, ...(asked && { asked }) };
            const real = await run(mapping, records, { ...common, objects });
            const shown = await preview({ ...common, mapping, records, objectsPerRequest: objects });
            assert.deepEqual(unnumbered(shown.rows.flatMap((one) => one.objects)), unnumbered(real.objects));
            const { rejected, unmapped, filtered, unchanged, accepted, work } = real.ledger;
            const { totals } = shown;
            assert.deepEqual(
              [totals.rejected, totals.unmapped, totals.filtered, totals.unchanged, totals.sent],
              [rejected, unmapped, filtered, unchanged, accepted],
            );
            assert.equal(totals.dataPoints, work.dataPoints);
            sent += accepted;
            withSums += shown.rows.filter((one) => one.objects.length > 1).length;
          },
        ),
        { numRuns: 60 },
      );
      assert.ok(sent > 100 && withSums > 10, `${sent} rows, ${withSums} with sums of their own`);
    });
  }

  it('counts the requests that a sink of that width makes', async () => {
    const records = Array.from({ length: 100 }, (_, at) => ({ id: at + 1, name: 'Ada', points: 5 }));
    const requests = async (request: Partial<PreviewRequest>): Promise<number> =>
      (await preview({ mapping: toBraze, records, ...request })).totals.requests;
    assert.equal(await requests({}), 2);
    assert.equal(await requests({ objectsPerRequest: 50 }), 2);
    assert.equal(await requests({ objectsPerRequest: 7 }), 15);
    // Sums travel apart.
    assert.equal(await requests({ meaning: 'amount' }), 4);
    assert.equal(await requests({ mapping: toBlueConic }), 1);
  });

  it('says of each row what is left out and why, and what each costs', async () => {
    const { rows, totals } = await preview({
      mapping: toBraze,
      records: [
        { id: 1, name: 'Ada', tier: 'gold', points: 5 },
        { id: 2, name: 'x'.repeat(300), since: 'yesterday', tier: 'gold' },
        { id: 3, since: 'yesterday' },
        { name: 'Ada' },
        { id: 5 },
        { id: 6, points: 5 },
      ],
    });
    assert.deepEqual(
      rows.map(({ result, reason, refused, dataPoints, remembered }) => [
        result,
        reason,
        refused,
        dataPoints,
        remembered,
      ]),
      [
        ['sent', undefined, [], 2, ['points']],
        [
          'sent',
          undefined,
          [
            { field: 'since', reason: 'not-a-time' },
            { field: 'first_name', reason: 'string-over-255' },
          ],
          1,
          [],
        ],
        ['rejected', 'all-values-refused', [{ field: 'since', reason: 'not-a-time' }], 0, []],
        ['rejected', 'no-identifier', [], 0, []],
        ['unmapped', undefined, [], 0, []],
        ['unchanged', 'the sums are as they were', [], 0, ['points']],
      ],
    );
    assert.deepEqual(rows[0]?.objects, [
      { external_id: '1', _update_existing_only: true, first_name: 'Ada', tier: 'gold' },
    ]);
    assert.deepEqual(totals, {
      rows: 6,
      sent: 2,
      unmapped: 1,
      filtered: 0,
      unchanged: 1,
      rejected: 2,
      dataPoints: 3,
      requests: 1,
    });
  });

  it('a missing field empties with clear where the source was asked for it and Braze holds something', async () => {
    const shown = async (request: Partial<PreviewRequest>) => {
      const { rows } = await preview({ mapping: toBraze, records: [{ id: 1, name: 'Ada' }], ...request });
      const { tier } = rows[0]!.objects[0] as { tier?: unknown };
      return { tier, emptiedOnceHeld: rows[0]!.emptiedOnceHeld };
    };
    const nothing = { tier: undefined, emptiedOnceHeld: [] };
    assert.deepEqual(await shown({}), nothing);
    assert.deepEqual(await shown({ asked: askedAll }), { ...nothing, emptiedOnceHeld: ['tier'] });
    const all = { asked: askedAll, changeDetection: 'off' } as const;
    assert.deepEqual(await shown(all), { ...nothing, tier: null });
  });

  it('sends of a profile that comes twice what has changed in between', async () => {
    const { rows } = await preview({
      mapping: toBraze,
      asked: askedAll,
      records: [
        { id: 1, name: 'Ada', tier: 'gold' },
        { id: 1, name: 'Ada', tier: 'gold' },
        { id: 1, name: 'Ada' },
      ],
    });
    assert.deepEqual(
      rows.map(({ result }) => result),
      ['sent', 'unchanged', 'sent'],
    );
    assert.deepEqual(rows[2]?.objects, [{ external_id: '1', _update_existing_only: true, tier: null }]);
  });

  it('adds up the totals of one profile that comes twice', async () => {
    const { rows } = await preview({
      mapping: toBraze,
      records: [
        { id: 1, points: 5 },
        { id: 1, points: 9 },
      ],
    });
    assert.deepEqual(
      rows.map(({ objects }) => (objects[0] as { points?: unknown } | undefined)?.points),
      [undefined, { inc: 4 }],
    );
  });

  it('takes hand-written updates as they are, and says what is wrong with them', async () => {
    const update = {
      version: 1,
      match: [[{ field: 'external_id', value: 'a' }]],
      allowCreate: true,
      changes: [],
      events: [{ name: 'quiz', time: '2026-01-31T10:00:00Z' }],
    };
    const { rows } = await preview({ mapping: toBraze, records: [update, { ...update, events: 'quiz' }] });
    assert.deepEqual(rows[0]?.objects, [
      { external_id: 'a', _update_existing_only: false, name: 'quiz', time: '2026-01-31T10:00:00Z' },
    ]);
    assert.deepEqual([rows[1]?.result, rows[1]?.reason], ['rejected', 'events must be a list']);
  });

  it('gives every JSON value an answer, and stops at its limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        fc.constantFrom(toBraze, toBlueConic),
        async (records, mapping) => {
          const { rows, totals } = await preview({ mapping, records });
          assert.deepEqual(
            rows.map(({ index }) => index),
            records.map((_, at) => at),
          );
          const { sent, unmapped, filtered, unchanged, rejected } = totals;
          assert.equal(sent + unmapped + filtered + unchanged + rejected, records.length);
        },
      ),
    );
    const many = new Array<unknown>(maxPreviewRecords + 1).fill({ id: 1, name: 'Ada' });
    assert.equal((await preview({ mapping: toBraze, records: many })).rows.length, maxPreviewRecords);
  });

  it('survives what can be read but not written, and prototype keys as data', async () => {
    const depth = 100_000;
    const deep = JSON.parse(`{"id":"a","o":${'{"o":'.repeat(depth)}1${'}'.repeat(depth)}}`) as unknown;
    const trap = JSON.parse('{"id":"a","o":{"__proto__":{"x":1},"constructor":2}}') as unknown;
    const mapping = mappingOf('export', [row('o', '__proto__', { type: 'json', as: 'object' })], {
      identifiers: [[identifier('id', 'external_id')]],
    });
    const { rows } = await preview({ mapping, records: [deep, trap] });
    assert.equal(rows[0]?.objects.length, 0);
    assert.equal(
      JSON.stringify(rows[1]?.objects[0]),
      '{"external_id":"a","_update_existing_only":true,"__proto__":{"__proto__":{"x":1},"constructor":2}}',
    );
    assert.equal(Object.getPrototypeOf({}).x, undefined);
  });

  it('works expressions out where it has somebody to do it, and refuses their fields where not', async () => {
    const source = { kind: 'jsonata', expression: 'twice' } as const;
    const mapping = mappingOf('export', [row('name', 'first_name'), row('', 'bc_twice', { source })], {
      identifiers: [[identifier('id', 'external_id')]],
    });
    const records = [{ id: 'a', name: 'Ada' }];
    const expressions = {
      prepare: () => async (record: unknown) => `${(record as { name: string }).name}`.repeat(2),
    };
    const [worked] = (await preview({ mapping, records, expressions })).rows;
    assert.equal((worked!.objects[0] as { bc_twice?: unknown }).bc_twice, 'AdaAda');
    const [refused] = (await preview({ mapping, records })).rows;
    assert.deepEqual(refused!.refused, [{ field: 'bc_twice', reason: 'expression-failed' }]);
  });

  it('says what is wrong with the mapping', async () => {
    for (const mapping of [undefined, 'x', {}, { ...toBraze, rows: [] }, { ...toBraze, version: 99 }]) {
      await assert.rejects(
        preview({ mapping, records: [{}] }),
        (thrown) => thrown instanceof SyncError && thrown.code === 'MAPPING_INVALID',
      );
    }
  });

  it('ends when nobody waits for it any more', async () => {
    const reason = new Error('gone');
    await assert.rejects(preview({ mapping: toBraze, records: [{}] }, AbortSignal.abort(reason)), reason);
  });
});
