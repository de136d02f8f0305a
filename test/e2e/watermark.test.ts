import assert from 'node:assert/strict';
import { person } from '../../src/sandbox/people';
import { pointsOf, range, seed } from '../support/customers';
import { blueconicSegment, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { type FlowNode, inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 200;
/** The sandbox's BlueConic knows three quarters of the customers. */
const known = range(0, 150);
const hour = 3_600_000;
const pointsOnly = exportMapper('mapper', ['sink']);
/** The same points under a second name. */
const pointsTwice = exportMapper('mapper', ['sink'], {
  mapping: withRows(pointsOnly.mapping as { rows: object[] }),
});
const customer = (index: number) => person(seed, index).externalId;

describe('watermark of a BlueConic segment', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  /** Seeded profiles count as modified just now; a watermark stays ten minutes behind, so they must be older. */
  function modifiedLast(at: number): Promise<void> {
    return stage.sandbox.control('POST', '/blueconic/seed', {
      seed,
      from: 0,
      to: known.length,
      modifiedAt: at,
    });
  }

  const touch = (index: number, points: number) =>
    stage.sandbox.control('POST', '/blueconic/touch', {
      property: 'customer_id',
      value: customer(index),
      set: { loyalty_points: [String(points)] },
    });

  /** @param source each test has its own, and with it its own watermark. */
  function deployExport(source: string, changes: object = {}, mapper: FlowNode = pointsOnly): Promise<void> {
    return stage.deploy([
      inject('go', flowTab, [source]),
      blueconicSegment(source, ['mapper'], { pageRows: 40, ...changes }),
      mapper,
      usersTrack('sink'),
    ]);
  }

  it('the first run reads everybody, the next only who was modified since', async () => {
    await modifiedLast(Date.now() - hour);
    await deployExport('changes');
    const first = await stage.run();
    assert.ok(first.complete);
    assert.equal(first.ledger.accepted, known.length);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(known));

    assert.equal((await stage.run()).ledger.read, 0);

    await touch(3, 33);
    await touch(90, 99);
    const third = await stage.run();
    assert.equal(third.ledger.read, 2);
    assert.equal(third.ledger.accepted, 2);
    const expected = new Map(pointsOf(known)).set(customer(3), 33).set(customer(90), 99);
    assert.deepEqual(await stage.attribute('bc_points'), expected);
  });

  it('brings everybody over although pages fail on the way', async () => {
    await modifiedLast(Date.now() - hour);
    await deployExport('failing pages');
    const fault = { kind: 'status', status: 503 };
    await stage.sandbox.control('POST', '/faults', {
      system: 'blueconic',
      path: '/segments/',
      skip: 2,
      times: 2,
      fault,
    });
    const { ledger, complete } = await stage.run();
    await stage.sandbox.control('DELETE', '/faults');
    assert.deepEqual([complete, ledger.read, ledger.accepted], [true, known.length, known.length]);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(known));
  });

  it('brings a newly mapped field to everybody once, though nobody was modified', async () => {
    await modifiedLast(Date.now() - hour);
    await deployExport('mapped anew');
    await stage.run();
    await deployExport('mapped anew', {}, pointsTwice);
    const again = await stage.run();
    assert.equal(again.ledger.read, known.length);
    assert.deepEqual(await stage.attribute('bc_points_too'), pointsOf(known));
    assert.equal((await stage.run()).ledger.read, 0);
  });

  it('told to begin from now on, sends only who is modified after that, and everybody on request', async () => {
    await modifiedLast(Date.now() - hour);
    await deployExport('from now on', { firstRun: 'now' });
    assert.equal((await stage.run()).ledger.read, 0);
    await touch(7, 77);
    assert.equal((await stage.run()).ledger.read, 1);
    assert.deepEqual(await stage.attribute('bc_points'), new Map([[customer(7), 77]]));
    await stage.run('go', { payload: 'full read' });
    assert.deepEqual(await stage.attribute('bc_points'), new Map(pointsOf(known)).set(customer(7), 77));
  });

  it('outlives a restart of Node-RED', async () => {
    await modifiedLast(Date.now() - hour);
    await deployExport('lasting');
    assert.equal((await stage.run()).ledger.read, known.length);
    await stage.nodeRed.restart();
    assert.equal((await stage.run()).ledger.read, 0);
  });

  it('does not move with a run that failed, was stopped, or was told to read less', async () => {
    await modifiedLast(Date.now() - hour);
    await deployExport('held');
    await stage.sandbox.control('POST', '/faults', {
      system: 'braze',
      path: '/users/track',
      fault: { kind: 'status', status: 401 },
    });
    assert.equal((await stage.run()).result, 'failed');
    await stage.sandbox.control('DELETE', '/faults');

    await deployExport('held', { firstRows: '5' });
    assert.equal((await stage.run()).ledger.read, 5);

    await deployExport('held', { pageRows: 10 });
    await stage.sandbox.control('POST', '/faults', {
      system: 'blueconic',
      path: '/segments/',
      skip: 3,
      fault: { kind: 'latency', ms: 60_000 },
    });
    await stage.nodeRed.inject('go');
    await stage.liveRun(({ ledger }) => ledger.read > 0);
    await stage.nodeRed.inject('go', { payload: 'stop' });
    assert.equal((await stage.nextRun()).result, 'stopped');
    await stage.sandbox.control('DELETE', '/faults');

    const whole = await stage.run();
    assert.ok(whole.complete);
    assert.equal(whole.ledger.read, known.length);
    assert.equal((await stage.run()).ledger.read, 0);
  });

  for (const [where, offset] of [
    ['ahead of', 3 * hour],
    ['behind', -3 * hour],
  ] as const) {
    it(`follows BlueConic's clock where that is ${where} this machine's`, async () => {
      await stage.sandbox.control('POST', '/blueconic/settings', { clockOffsetMs: offset });
      await modifiedLast(Date.now() + offset - hour);
      await deployExport(`clock ${where}`);
      assert.equal((await stage.run()).ledger.read, known.length);
      await touch(5, 55);
      const second = await stage.run();
      assert.equal(second.ledger.read, 1);
      assert.deepEqual((await stage.attribute('bc_points')).get(customer(5)), 55);
    });
  }
});

function withRows(mapping: { rows: object[] }): object {
  return { ...mapping, rows: [...mapping.rows, { ...mapping.rows[0], target: 'bc_points_too' }] };
}
