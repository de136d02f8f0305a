import assert from 'node:assert/strict';
import type { RunSummary } from '../../src/run/runSummary';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import { deltaFiles, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { type FlowNode, inject } from '../support/flowProbe';
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
  function deployExport(source: string, changes: { source?: object; braze?: object } = {}): Promise<void> {
    return stage.deploy(
      [
        inject('go', flowTab, [source]),
        deltaFiles(source, ['mapper'], { ...changes.source }),
        exportMapper('mapper', ['sink']),
        usersTrack('sink'),
      ],
      {
        settings: { braze: { objectsPerRequest: perRequest, requestsInFlight: 2, ...changes.braze } },
      },
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

  it('"stop": what is in flight may finish, nothing else is sent, and the next trigger goes on', async () => {
    await deployExport('stopped');
    await stage.nodeRed.inject('go');
    const { run, ledger: before } = await underWay();
    await stage.nodeRed.inject('go', { payload: 'stop' });
    const { result, complete, ledger } = await stage.nextRun();
    assert.equal(result, 'stopped');
    assert.ok(!complete);
    assert.ok(ledger.unsent > 0);
    // Between the look at the ledger and the stop, and then in flight: a few requests, not the fifty that were left.
    assert.ok(ledger.work.requests - before.work.requests < 20, `${ledger.work.requests} requests`);
    await assertBrazeGot(range(0, ledger.accepted));
    const status = await stage.status('stopped', ({ fill }) => fill === 'grey');
    assert.match(status.text ?? '', /stopped$/);
    assert.deepEqual(stage.nodeRed.observed('errors'), []);

    await stage.sandbox.control('DELETE', '/faults');
    assertWhole(await stage.run(), run);
    await assertBrazeGot(range(0, people));
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
    it(`a deploy (${type}) that changes nothing of what the run does: it goes on by itself`, async () => {
      await deployExport(`deployed (${type})`);
      await stage.nodeRed.inject('go');
      const { run } = await underWay();
      const { flows } = (
        await stage.nodeRed.get<{ flows: FlowNode[] }>('/flows', {
          headers: { 'Node-RED-API-Version': 'v2' },
        })
      ).body;
      const touched = ['sink', `deployed (${type})`];
      const moved = flows.map((node) => (touched.includes(node.id) ? { ...node, x: 500 } : node));
      await stage.nodeRed.deploy(moved, {}, type);
      await stage.sandbox.control('DELETE', '/faults');

      assertWhole(await stage.endOfRun(run), run);
      await assertBrazeGot(range(0, people));
      assert.deepEqual(alarms(), []);
    });
  }

  it('a deploy that makes only the sink anew, under another name: it goes on by itself', async () => {
    await deployExport('with a new sink');
    await stage.nodeRed.inject('go');
    const { run } = await underWay();
    const { flows } = (
      await stage.nodeRed.get<{ flows: FlowNode[] }>('/flows', {
        headers: { 'Node-RED-API-Version': 'v2' },
      })
    ).body;
    const renamed = flows.map((node) => (node.id === 'sink' ? { ...node, name: 'another name' } : node));
    await stage.nodeRed.deploy(renamed, {}, 'nodes');
    await stage.sandbox.control('DELETE', '/faults');

    assertWhole(await stage.endOfRun(run), run);
    await assertBrazeGot(range(0, people));
    assert.deepEqual(alarms(), []);
  });

  it('a deploy that changes what the run does: it is closed with its own account, and the next begins anew', async () => {
    await deployExport('changed');
    await stage.nodeRed.inject('go');
    const { run } = await underWay();
    await deployExport('changed', { braze: { objectsPerRequest: 20 } });
    await stage.sandbox.control('DELETE', '/faults');

    const closed = await stage.endOfRun(run);
    assert.equal(closed.result, 'failed');
    assert.equal(closed.error?.code, 'RUN_INTERRUPTED');
    assert.ok(!closed.complete);
    await stage.quiet();
    const next = await stage.run();
    assert.notEqual(next.run, run);
    assertWhole(next, next.run);
    await assertBrazeGot(range(0, people));
    assert.deepEqual(alarms(), []);
  });

  it('a trigger right after a deploy is not lost, whether or not a run goes on', async () => {
    for (const changes of [{}, { source: { idleSeconds: 30 } }]) {
      await deployExport('prompt', changes);
      await stage.sandbox.control('DELETE', '/faults');
      await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
      assert.equal((await stage.run()).result, 'succeeded');
    }
  });

  it('a run that is told to wait after a restart goes on with the next trigger', async () => {
    await deployExport('waiting', { source: { afterRestart: 'wait' } });
    await stage.nodeRed.inject('go');
    const { run } = await underWay();
    await stage.nodeRed.restart();
    await stage.sandbox.control('DELETE', '/faults');
    assert.equal((await stage.nextRun()).result, 'stopped');
    await stage.quiet();
    assertWhole(await stage.run(), run);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`an end of Node-RED by ${signal}: the run goes on after the start`, async () => {
      await deployExport(`ended by ${signal}`);
      await stage.nodeRed.inject('go');
      const { run } = await underWay();
      await stage.nodeRed.kill(signal);
      await stage.sandbox.control('DELETE', '/faults');
      await stage.nodeRed.restart();

      assertWhole(await stage.endOfRun(run), run);
      await assertBrazeGot(range(0, people));
      assert.equal((await stage.run()).ledger.read, 0);
    });
  }

  /** The run that was begun has read every row once, and lost none. */
  function assertWhole({ run, result, complete, ledger }: RunSummary, begun: string): void {
    assert.equal(run, begun);
    assert.equal(result, 'succeeded');
    assert.ok(complete);
    assert.equal(ledger.read, people);
    // What an earlier run had brought is found to be there.
    assert.equal(ledger.accepted + ledger.unchanged, people);
  }

  async function assertBrazeGot(indexes: Iterable<number>): Promise<void> {
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(indexes));
  }

  function alarms(): string[] {
    const loud = stage.nodeRed.log().filter(({ level }) => level === 'error' || level === 'fatal');
    return [
      ...loud.map(({ text }) => text),
      ...stage.nodeRed.observed('errors').map((error) => JSON.stringify(error)),
    ];
  }
});
