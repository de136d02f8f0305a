import assert from 'node:assert/strict';
import { pointsOf, range } from '../support/customers';
import { blueconicSegment, exportMapper, flowTab, functionNode, usersTrack } from '../support/flowNodes';
import { type FlowNode, inject, probe } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 40;
/** The sandbox's BlueConic knows three quarters of the customers. */
const known = range(0, 30);

describe('what BlueConic is asked for', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  /** Status texts of the source while it ran. @param id each test has its own source, and with it its own watermark. */
  async function statusOf(id: string, wires: string[], between: FlowNode[]): Promise<string> {
    await stage.deploy([
      inject('go', flowTab, [id]),
      blueconicSegment(id, wires),
      ...between,
      exportMapper('mapper', ['sink']),
      usersTrack('sink'),
    ]);
    const { ledger } = await stage.run();
    assert.equal(ledger.accepted + ledger.unchanged, known.length);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(known));
    return stage.nodeRed
      .statuses(id)
      .map(({ text }) => text)
      .join('\n');
  }

  it('is what the mapper reads, with its identifiers, and the date of change', async () => {
    assert.match(await statusOf('mapped', ['mapper'], []), /properties: 3/);
  });

  it('is everything where another node gets the records, beside the mapper or before it', async () => {
    const before = functionNode('before', 'return msg;', ['mapper']);
    assert.match(await statusOf('behind it', ['before'], [before]), /all properties/);
    const beside = probe('beside', flowTab);
    assert.match(await statusOf('beside it', ['mapper', 'beside'], [beside]), /all properties/);
    const [message] = await stage.nodeRed.waitForObserved('beside', 1);
    for (const record of message!.payload as { properties: object }[]) {
      assert.ok('permissionLevel' in record && 'segments' in record && 'country' in record.properties);
    }
  });
});
