import assert from 'node:assert/strict';
import { person } from '../../src/sandbox/people';
import { range, seed } from '../support/customers';
import { blueconicSegment, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 40;
/** The sandbox's BlueConic knows three quarters of the customers. */
const known = range(0, 30);
const customer = (index: number) => person(seed, index).externalId;

describe('profiles that leave a BlueConic segment', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  const members = (indexes: readonly number[]) =>
    stage.sandbox.control('POST', '/blueconic/segments', {
      id: stage.sandbox.description.blueconic.segment,
      name: 'Club',
      rule: { property: 'customer_id', operator: 'CONTAINS_ANY', values: indexes.map(customer) },
    });

  it('lose at Braze what says that they are in it, over a restart of Node-RED too', async () => {
    const mapper = exportMapper('mapper', ['sink']);
    const [row] = (mapper.mapping as { rows: object[] }).rows;
    const inSegment = {
      ...row,
      source: { kind: 'field', path: 'inSegment' },
      target: 'club',
      type: 'boolean',
    };
    await members(known);
    await stage.deploy([
      inject('go', flowTab, ['club source']),
      blueconicSegment('club source', ['mapper'], { leavers: true }),
      { ...mapper, mapping: { ...(mapper.mapping as object), rows: [inSegment] } },
      usersTrack('sink'),
    ]);
    assert.equal((await stage.run()).ledger.accepted, known.length);
    await members(range(5, 30));
    await stage.nodeRed.restart();
    const { ledger, complete } = await stage.run('go', { payload: 'full read' });
    assert.deepEqual([complete, ledger.read, ledger.accepted], [true, known.length, 5]);
    const expected = known.map((index) => [customer(index), index >= 5] as const);
    assert.deepEqual(await stage.attribute('club'), new Map(expected));
    assert.equal((await stage.run('go', { payload: 'full read' })).ledger.read, 25);
  });
});
