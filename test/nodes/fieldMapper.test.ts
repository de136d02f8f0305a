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

/** Loads a mapper with a helper node behind it, and gives what one message becomes. */
async function mapped(document: unknown, payload: unknown): Promise<{ [property: string]: unknown }> {
  await helper.load(
    fieldMapper as never,
    [
      { id: 'tab', type: 'tab', label: 'flow' },
      { id: 'mapper', z: 'tab', type: 'profile-field-mapper', name: '', mapping: document, wires: [['out']] },
      { id: 'out', z: 'tab', type: 'helper' },
      { id: 'errors', z: 'tab', type: 'catch', scope: ['mapper'], wires: [['caught']] },
      { id: 'caught', z: 'tab', type: 'helper' },
    ] as never,
  );
  const next = Promise.race(
    ['out', 'caught'].map(
      (id) => new Promise<never>((resolve) => helper.getNode(id).once('input', resolve as never)),
    ),
  );
  helper.getNode('mapper').receive({ payload, topic: 'kept' } as never);
  return next;
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

  it('tells a Catch node what is wrong with its mapping', async () => {
    const { error } = (await mapped({ ...mapping, rows: [] }, [{ email: 'a@b.org' }])) as {
      error: { message: string; code: string };
    };
    assert.equal(error.code, 'MAPPING_INVALID');
    assert.match(error.message, /rows: at least one is needed/);
  });
});
