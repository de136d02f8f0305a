import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import helper from 'node-red-node-test-helper';
import fieldMapper from '../../nodes/profile-field-mapper/profile-field-mapper';

const email = { kind: 'field', path: 'email' };
const mapping = {
  version: 1,
  direction: 'import',
  identifiers: [[{ source: email, target: 'email' }]],
  allowCreate: false,
  rows: [
    { source: { kind: 'field', path: 'tier' }, target: 'tier', type: 'text', as: 'one', strategy: 'set' },
  ],
};

/** Loads a mapper with a helper node behind it. */
function load(document: unknown): Promise<void> {
  return helper.load(
    fieldMapper as never,
    [
      { id: 'tab', type: 'tab', label: 'flow' },
      { id: 'mapper', z: 'tab', type: 'profile-field-mapper', name: '', mapping: document, wires: [['out']] },
      { id: 'out', z: 'tab', type: 'helper' },
      { id: 'errors', z: 'tab', type: 'catch', scope: ['mapper'], wires: [['caught']] },
      { id: 'caught', z: 'tab', type: 'helper' },
    ] as never,
  );
}

/** What one message becomes, loading included. */
async function mapped(document: unknown, payload: unknown): Promise<{ [property: string]: unknown }> {
  await load(document);
  return next(payload);
}

/** What one message becomes. */
function next(payload: unknown): Promise<{ [property: string]: unknown }> {
  const out = Promise.race(
    ['out', 'caught'].map(
      (id) => new Promise<never>((resolve) => helper.getNode(id).once('input', resolve as never)),
    ),
  );
  helper.getNode('mapper').receive({ payload, topic: 'kept' } as never);
  return out;
}

describe('field mapper node', () => {
  before((done) => {
    helper.init(createRequire(__filename).resolve('node-red'));
    helper.startServer(done);
  });
  afterEach(() => helper.unload());
  after((done) => {
    helper.stopServer(done);
  });

  it('turns records into updates and leaves the rest of the message alone', async () => {
    const message = await mapped(mapping, [{ email: 'ada@example.org', tier: 'gold', _ref: 'r/1/1' }]);
    assert.equal(message.topic, 'kept');
    assert.deepEqual(message.payload, [
      {
        version: 1,
        ref: 'r/1/1',
        match: [[{ field: 'email', value: 'ada@example.org' }]],
        allowCreate: false,
        changes: [{ field: 'tier', strategy: 'set', as: 'one', type: 'text', values: ['gold'] }],
      },
    ]);
  });

  it('passes updates on as they are: they are mapped already', async () => {
    const update = {
      version: 1,
      match: [[{ field: 'email', value: 'a@b.org' }]],
      allowCreate: true,
      changes: [],
    };
    assert.deepEqual((await mapped(mapping, [update])).payload, [update]);
  });

  describe('with expressions', () => {
    const expression = (text: string) => ({ kind: 'jsonata', expression: text });
    const withExpressions = {
      ...mapping,
      version: 2,
      filter: {
        join: 'all',
        conditions: [{ source: expression('$not(tier = "none")'), operator: 'jsonata_exp' }],
      },
      rows: [
        ...mapping.rows,
        {
          source: expression('$sum(orders.amount)'),
          target: 'spent',
          type: 'number',
          as: 'one',
          strategy: 'set',
        },
      ],
    };
    const record = (tier: string, amount: unknown) => ({
      email: `${tier}@example.org`,
      tier,
      orders: [{ amount }, { amount: 1 }],
    });

    it('maps what they give, filters by them, and leaves out only the field whose expression fails', async () => {
      await load(withExpressions);
      const warned: unknown[] = [];
      helper.getNode('mapper').on('call:warn' as never, ((call: unknown) => warned.push(call)) as never);
      const message = next([record('gold', 2), record('none', 2), record('silver', 'x'), record('tin', 'y')]);
      const { payload } = (await message) as unknown as { payload: { changes: object[] }[] };
      assert.deepEqual(
        payload.map(({ changes }) => changes),
        [
          [
            { field: 'tier', strategy: 'set', as: 'one', type: 'text', values: ['gold'] },
            { field: 'spent', strategy: 'set', as: 'one', type: 'number', values: ['3'] },
          ],
          [{ field: 'tier', strategy: 'set', as: 'one', type: 'text', values: ['silver'] }],
          [{ field: 'tier', strategy: 'set', as: 'one', type: 'text', values: ['tin'] }],
        ],
      );
      assert.equal(warned.length, 1);
    });

    it('messages leave in the order in which they came, other nodes having their turns in between', async () => {
      await load(withExpressions);
      const topics: string[] = [];
      const all = new Promise<void>((resolve) => {
        helper.getNode('out').on(
          'input' as never,
          (({ topic }: { topic: string }) => {
            if (topics.push(topic) === 4) resolve();
          }) as never,
        );
      });
      let turns = 0;
      const takeTurn = () => {
        turns++;
        if (topics.length === 0) setImmediate(takeTurn);
      };
      setImmediate(takeTurn);
      const mapper = helper.getNode('mapper');
      const many = Array.from({ length: 2_000 }, () => record('gold', 2));
      mapper.receive({ topic: 'many', payload: many } as never);
      mapper.receive({ topic: 'one', payload: record('gold', 2) } as never);
      mapper.receive({
        topic: 'mapped',
        payload: [
          { version: 1, match: [[{ field: 'email', value: 'a@b.org' }]], allowCreate: true, changes: [] },
        ],
      } as never);
      mapper.receive({ topic: 'last', payload: record('gold', 2) } as never);
      await all;
      assert.deepEqual(topics, ['many', 'one', 'mapped', 'last']);
      // 8,000 evaluations take thirty milliseconds at the very least; held in one go they would leave two turns.
      assert.ok(turns >= 4, `${turns} turns`);
    });

    it('tells of an expression that cannot be used before anything arrives', async () => {
      const rows = [{ ...withExpressions.rows[1], source: expression('$env("HOME")') }];
      const { error } = (await mapped({ ...withExpressions, rows }, [record('gold', 1)])) as {
        error: { message: string; code: string };
      };
      assert.equal(error.code, 'MAPPING_INVALID');
      assert.match(error.message, /uses \$env, which a mapping may not/);
    });
  });

  it('tells a Catch node what is wrong with its mapping', async () => {
    const { error } = (await mapped({ ...mapping, rows: [] }, [{ email: 'a@b.org' }])) as {
      error: { message: string; code: string };
    };
    assert.equal(error.code, 'MAPPING_INVALID');
    assert.match(error.message, /rows: at least one is needed/);
  });
});
