import assert from 'node:assert/strict';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import {
  blueconicProfiles,
  coreNode,
  deltaFiles,
  exportMapper,
  flowTab,
  functionNode,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { type FlowNode, inject, probe } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 600;

/** Rows of the export's batches; all flows of this file travel in six of them. */
const batches = range(0, 6).map((batch) => range(batch * 100, batch * 100 + 100));

describe('flows: what may stand between source and sink', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(async () => {
    await stage.reset();
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
  });

  let deployments = 0;

  /** inject -> source -> mapper -> between -> sink. A source of its own each time, as each remembers its files. */
  async function deployExport(between: FlowNode[], source: object = {}): Promise<void> {
    const name = `source${++deployments}`;
    await stage.deploy([
      inject('go', flowTab, [name]),
      deltaFiles(name, ['mapper'], { ...source }),
      exportMapper('mapper', [between[0]?.id ?? 'sink']),
      ...between,
      usersTrack('sink', [['settled'], ['rejected']]),
      probe('settled', flowTab),
      probe('rejected', flowTab),
    ]);
  }

  async function assertBrazeGot(indexes: Iterable<number>): Promise<void> {
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(indexes));
  }

  it('nothing: every row is settled once, and the last message brings the ledger', async () => {
    await deployExport([]);
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.ok(summary.complete);
    await assertBrazeGot(range(0, people));

    const messages = await stage.nodeRed.waitForObserved('settled', (all) => all.at(-1)?.complete === true);
    assert.deepEqual(messages.at(-1)?.ledger, summary.ledger);
    assert.equal(messages.filter(({ complete }) => complete).length, 1);
    const rows = stage.payloads<{ ref: string; outcome: string }>('settled');
    assert.equal(new Set(rows.map(({ ref }) => ref)).size, people);
    assert.ok(rows.every(({ outcome }) => outcome === 'accepted'));
    assert.deepEqual(stage.payloads('rejected'), []);
    const status = await stage.status('sink', ({ text }) => text?.includes('done') ?? false);
    assert.deepEqual(status, { fill: 'green', shape: 'dot', text: '600 · done · 600 data points' });
  });

  it('a source alone hands over, paced, and its end is told to whoever listens', async () => {
    await stage.deploy([
      inject('go', flowTab, ['alone']),
      deltaFiles('alone', ['records'], { batchRows: 30 }),
      probe('records', flowTab),
    ]);
    await stage.nodeRed.inject('go');
    await stage.liveRun(({ ledger }) => ledger.read > 0 && ledger.read < people);
    const summary = await stage.nextRun();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.handedOver, people);
    assert.ok(!summary.complete);
    const messages = await stage.nodeRed.waitForObserved('records', 20);
    assert.deepEqual(
      messages.map(({ complete }) => complete === true),
      range(0, 20).map((at) => at === 19),
    );
    const customers = stage.payloads<{ properties: { customer_id: string[] } }>('records');
    assert.deepEqual(
      customers.map(({ properties }) => properties.customer_id[0]),
      [...pointsOf(range(0, people)).keys()],
    );
  });

  it('"only the first N records" reads no more, and remembers no file', async () => {
    await deployExport([], { firstRows: '7' });
    for (const _ of range(0, 2)) {
      const summary = await stage.run();
      assert.equal(summary.result, 'succeeded');
      assert.equal(summary.ledger.read, 7);
      assert.ok(!summary.complete);
    }
    await assertBrazeGot(range(0, 7));
  });

  it('two sinks: refused before anything is read', async () => {
    await stage.deploy([
      inject('go', flowTab, ['forked']),
      deltaFiles('forked', ['mapper', 'mapper too']),
      exportMapper('mapper', ['sink']),
      exportMapper('mapper too', ['other sink']),
      usersTrack('sink'),
      usersTrack('other sink'),
    ]);
    await stage.nodeRed.inject('go');
    const [message] = await stage.caught();
    assert.equal(message?.error.code, 'FLOW_TWO_SINKS');
    assert.match(message.error.message, /sink.*other sink.*two goals/s);
    assert.equal(message.error.source.id, 'forked');
    await stage.status('forked', ({ fill }) => fill === 'red');
    assert.deepEqual(await stage.sandbox.control('GET', '/calls'), { braze: {}, blueconic: {}, s3: {} });
  });

  it('a function that leaves out every third row: filtered', async () => {
    await deployExport([
      functionNode('thirds', 'msg.payload = msg.payload.filter((_, at) => at % 3 !== 2); return msg;', [
        'sink',
      ]),
    ]);
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.filtered, 6 * 33);
    await assertBrazeGot(batches.flatMap((rows) => rows.filter((_, at) => at % 3 !== 2)));
  });

  it('a function that leaves out whole batches: filtered', async () => {
    await deployExport([functionNode('halves', 'return msg.sync.batch % 2 === 0 ? msg : null;', ['sink'])], {
      idleSeconds: 1,
    });
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.filtered, 300);
    await assertBrazeGot(batches.filter((_, at) => at % 2 === 0).flat());
  });

  it('a function that loses everything: the run fails and names it, unless silence was declared intended', async () => {
    // What it keeps it might still send: only that makes its silence worth an error.
    const blackHole = functionNode('black hole', "context.set('last', msg); return null;", ['sink']);
    await deployExport([blackHole], { idleSeconds: 1 });
    const lost = await stage.run();
    assert.equal(lost.error?.code, 'RUN_ROWS_LOST_IN_FLOW');
    assert.match(lost.error.message, /600 rows.*delta\/all\.ndjson\.gz.*"black hole"/s);
    assert.equal((await stage.caught()).length, 1);

    await deployExport([blackHole], { idleSeconds: 1, onSilence: 'filter' });
    const intended = await stage.run();
    assert.equal(intended.result, 'succeeded');
    assert.equal(intended.ledger.filtered, people);
    await assertBrazeGot([]);
  });

  it('a function that copies rows: the copies are added', async () => {
    await deployExport([
      functionNode('copies', 'msg.payload.push(...msg.payload.slice(0, 5)); return msg;', ['sink']),
    ]);
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.read, people);
    assert.equal(summary.ledger.added, 30);
    // A copy waits for the row that it is a copy of, and then changes nothing.
    assert.deepEqual([summary.ledger.accepted, summary.ledger.unchanged], [people, 30]);
    await assertBrazeGot(range(0, people));
  });

  it('a split: rows arrive one by one, and requests are full all the same', async () => {
    const settings = {
      splt: '\\n',
      spltType: 'str',
      arraySplt: 1,
      arraySpltType: 'len',
      property: 'payload',
    };
    await deployExport([coreNode('split', 'split', ['sink'], settings)]);
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.accepted, people);
    assert.equal(summary.ledger.work.requests, people / 75);
    await assertBrazeGot(range(0, people));
  });

  it('a delay', async () => {
    const settings = { pauseType: 'delay', timeout: '400', timeoutUnits: 'milliseconds', outputs: 1 };
    await deployExport([coreNode('delay', 'delay', ['sink'], settings)]);
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.accepted, people);
    await assertBrazeGot(range(0, people));
  });

  it('link nodes', async () => {
    await deployExport([
      coreNode('out', 'link out', [], { mode: 'link', links: ['in'] }),
      coreNode('in', 'link in', ['sink'], { links: ['out'] }),
    ]);
    const summary = await stage.run();
    assert.equal(summary.ledger.accepted, people);
    await assertBrazeGot(range(0, people));
  });

  it('a link call whose nodes leave out rows', async () => {
    await deployExport([
      coreNode('call', 'link call', ['sink'], { links: ['in'], linkType: 'static', timeout: '30' }),
      coreNode('in', 'link in', ['first half'], { links: [] }),
      functionNode('first half', 'msg.payload.length = 50; return msg;', ['return']),
      coreNode('return', 'link out', [], { mode: 'return', links: [] }),
    ]);
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.filtered, 300);
    await assertBrazeGot(batches.flatMap((rows) => rows.slice(0, 50)));
  });

  it('the border of a subflow that source and mapper are in', async () => {
    const inSubflow = (node: FlowNode): FlowNode => ({ ...node, z: 'subflow' });
    await stage.deploy([
      {
        id: 'subflow',
        type: 'subflow',
        name: 'changes of BlueConic',
        in: [{ x: 40, y: 40, wires: [{ id: 'inner source' }] }],
        out: [{ x: 400, y: 40, wires: [{ id: 'inner mapper', port: 0 }] }],
      },
      inSubflow(deltaFiles('inner source', ['inner mapper'])),
      inSubflow(exportMapper('inner mapper', [])),
      inject('go', flowTab, ['instance']),
      coreNode('instance', 'subflow:subflow', ['thirds']),
      functionNode('thirds', 'msg.payload = msg.payload.filter((_, at) => at % 3 !== 2); return msg;', [
        'sink',
      ]),
      usersTrack('sink'),
    ]);
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.filtered, 6 * 33);
    await assertBrazeGot(batches.flatMap((rows) => rows.filter((_, at) => at % 3 !== 2)));
  });

  it('an import that leaves out every third row', async () => {
    await stage.deploy([
      inject('go', flowTab, ['import']),
      segmentExport('import', ['mapper']),
      importMapper('mapper', ['thirds']),
      functionNode('thirds', 'msg.payload = msg.payload.filter((_, at) => at % 3 !== 2); return msg;', [
        'sink',
      ]),
      blueconicProfiles('sink', [['settled'], []]),
      probe('settled', flowTab),
    ]);
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.filtered, 198);
    assert.equal(summary.ledger.created + summary.ledger.updated, 402);
    const { profiles } = await stage.bothSides();
    const reached = [...profiles.values()].filter(({ properties }) => properties.braze_email !== undefined);
    assert.equal(reached.length, 402);
    assert.ok(
      reached.every(
        ({ properties: { customer_id, braze_email } }) =>
          braze_email?.[0] === `person.${customer_id?.[0]?.slice('cust-'.length)}@example.org`,
      ),
    );
  });
});
