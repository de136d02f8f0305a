import assert from 'node:assert/strict';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import { deltaFiles, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 600;
const perRequest = 10;

describe('runs that something comes between', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(async () => {
    await stage.reset();
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
    await stage.sandbox.control('POST', '/faults', {
      system: 'braze',
      path: '/users/track',
      fault: { kind: 'latency', ms: 250 },
    });
  });

  /** Sixty requests, two at a time: slow enough to come between. */
  function deployExport(source: string): Promise<void> {
    return stage.deploy(
      [
        inject('go', flowTab, [source]),
        deltaFiles(source, ['mapper']),
        exportMapper('mapper', ['sink']),
        usersTrack('sink'),
      ],
      { settings: { braze: { objectsPerRequest: perRequest, requestsInFlight: 2 } } },
    );
  }

  const underWay = () => stage.liveRun(({ ledger }) => ledger.accepted > 0);

  it('a second trigger: skipped, with a status, and the run goes on', async () => {
    await deployExport('overlapped');
    await stage.nodeRed.inject('go');
    const { run } = await underWay();
    await stage.nodeRed.inject('go');
    await stage.nodeRed.waitForStatus('overlapped', ({ text }) => text?.includes('skipped') ?? false);
    await stage.sandbox.control('DELETE', '/faults');
    const summary = await stage.nextRun();
    assert.equal(summary.run, run);
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.accepted, people);
    assert.equal(await stage.unseenRuns(), 0);
  });

  it('"stop": what is in flight may finish, and nothing else is sent', async () => {
    await deployExport('stopped');
    await stage.nodeRed.inject('go');
    const { ledger: before } = await underWay();
    await stage.nodeRed.inject('go', { payload: 'stop' });
    const { result, complete, ledger } = await stage.nextRun();
    assert.equal(result, 'stopped');
    assert.ok(!complete);
    assert.ok(ledger.unsent > 0);
    assert.equal(ledger.accepted + ledger.unsent, people);
    // Between the look at the ledger and the stop, and then in flight: a few requests, not the fifty that were left.
    assert.ok(ledger.work.requests - before.work.requests < 20, `${ledger.work.requests} requests`);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, ledger.accepted)));
    const status = await stage.status('stopped', ({ fill }) => fill === 'grey');
    assert.match(status.text ?? '', /stopped$/);
    assert.deepEqual(stage.nodeRed.observed('errors'), []);
  });

  it('a stop over the admin API', async () => {
    await deployExport('stopped from outside');
    await stage.nodeRed.inject('go');
    const { run } = await underWay();
    assert.equal((await stage.nodeRed.post(`/profile-sync/runs/${run}/stop`)).status, 200);
    const summary = await stage.nextRun();
    assert.equal(summary.run, run);
    assert.equal(summary.result, 'stopped');
    assert.ok(summary.ledger.unsent > 0);
  });

  for (const type of ['full', 'nodes'] as const) {
    it(`a deploy of ${type === 'full' ? 'everything' : 'a changed sink'}: the account adds up, the next run starts clean`, async () => {
      const source = `deployed anew (${type})`;
      await deployExport(source);
      await stage.nodeRed.inject('go');
      const { run } = await underWay();

      const { body: flows } = await stage.nodeRed.get<{ flows: { id: string; type: string }[] }>('/flows', {
        headers: { 'Node-RED-API-Version': 'v2' },
      });
      const changed = flows.flows.map((node) => (node.id === 'sink' ? { ...node, name: 'moved' } : node));
      await stage.nodeRed.deploy(changed, {}, type);

      const stopped = await stage.nextRun();
      assert.equal(stopped.run, run);
      assert.equal(stopped.result, 'stopped');
      assert.ok(stopped.ledger.unsent > 0);
      assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, stopped.ledger.accepted)));

      await stage.sandbox.control('DELETE', '/faults');
      const next = await stage.run();
      assert.equal(next.result, 'succeeded');
      assert.equal(next.ledger.read, people);
      assert.equal(next.ledger.accepted, people);
      assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, people)));
      assert.deepEqual(
        stage.nodeRed.log().filter(({ level }) => level === 'error' || level === 'fatal'),
        [],
      );
    });
  }

  it('a restart of Node-RED: nothing is remembered of a run that was not complete', async () => {
    await deployExport('restarted');
    await stage.nodeRed.inject('go');
    const { run } = await underWay();
    await stage.nodeRed.restart();
    const stopped = await stage.nextRun();
    assert.equal(stopped.run, run);
    assert.equal(stopped.result, 'stopped');
    assert.ok(stopped.ledger.unsent > 0);

    await stage.sandbox.control('DELETE', '/faults');
    assert.equal((await stage.run()).ledger.accepted, people);
    assert.equal((await stage.run()).ledger.read, 0);
  });
});
