import assert from 'node:assert/strict';
import type { ListedRun } from '../../nodes/profile-sync-runs/historyRoutes';
import type { Figures } from '../../src/run/figures';
import type { LiveRun } from '../../src/run/liveRun';
import type { RunSummary } from '../../src/run/runSummary';
import { deltaRecords, gzipLines } from '../support/customers';
import { connection, deltaFiles, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import type { NodeRedUser } from '../support/nodeRedHome';
import { Stage } from '../support/stage';
import { until } from '../support/until';

const admin: NodeRedUser = { name: 'admin', password: 'may-do-all', permissions: '*' };
const reader: NodeRedUser = { name: 'reader', password: 'may-look', permissions: 'read' };

interface Page {
  runs: ListedRun[];
  next?: string;
}

describe('admin routes of runs', function () {
  this.timeout(90_000);
  let stage: Stage;

  before(async () => {
    stage = await Stage.start(50, { users: [admin, reader] });
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  const goal = [
    inject('go', flowTab, ['source']),
    deltaFiles('source', ['mapper'], { name: 'Points' }),
    exportMapper('mapper', ['sink']),
    usersTrack('sink'),
  ];
  // A file's name tells it from those that were read before: the store outlives a test.
  const put = (name: string, from: number, to: number) =>
    stage.sandbox.putObject(`delta/${name}.ndjson.gz`, gzipLines(deltaRecords(from, to)));
  const slowDown = (ms: number) =>
    stage.sandbox.control('POST', '/faults', { system: 'braze', fault: { kind: 'latency', ms } });
  const told = () =>
    stage.nodeRed.heard('profile-sync/runs').map((data) => (data as { live: LiveRun[] }).live);

  it('a goal without a connection is listed, started, and told of while it runs', async () => {
    await put('all', 0, 50);
    await slowDown(2_500);
    await stage.deploy(goal);
    const listed = async () =>
      (await stage.nodeRed.get<{ goals: object[] }>('/profile-sync/goals')).body.goals;
    assert.deepEqual(await listed(), [{ id: 'source', name: 'Points', direction: 'export' }]);

    const heardBefore = told().length;
    assert.equal((await stage.nodeRed.post('/profile-sync/goals/source/run')).status, 200);
    const { run } = await stage.liveRun(({ ledger }) => ledger.read === 50);
    const again = await stage.nodeRed.post<{ code: string }>('/profile-sync/goals/source/run');
    assert.deepEqual([again.status, again.body.code], [409, 'RUN_OVERLAP']);
    const live = await until(
      async () =>
        told()
          .slice(heardBefore)
          .flat()
          .find(({ rows }) => rows === 50),
      {
        what: 'news of the run',
      },
    );
    assert.equal(live.run, run);
    assert.deepEqual(live.goal, { id: 'source', name: 'Points', direction: 'export' });
    assert.deepEqual([live.phase, live.expectedRows, live.decided], ['finishing', 50, 0]);
    await stage.sandbox.control('DELETE', '/faults');
    const summary = await stage.nextRun();
    assert.equal(summary.ledger.accepted, 50);
    await until(async () => told().at(-1)?.length === 0, { what: 'news that no run is going on' });

    const [{ lastRun }] = (await listed()) as [{ lastRun?: object }];
    assert.deepEqual(lastRun, { run, result: 'succeeded', endedAt: summary.endedAt });
    assert.ok(!JSON.stringify(told()).includes('@'), 'an e-mail address was told');
  });

  it('a dry run of such a goal sends nothing', async () => {
    await put('dry', 0, 50);
    await stage.deploy(goal);
    await stage.nodeRed.post('/profile-sync/goals/source/run', { dryRun: true });
    const { dryRun, ledger } = await stage.nextRun();
    assert.deepEqual([dryRun, ledger.unsent], [true, 50]);
    assert.equal((await stage.attribute('bc_points')).size, 0);
  });

  it('the history comes in pages and one by one, and is added up over time', async () => {
    const began = Date.now();
    await stage.deploy(goal);
    const runs: RunSummary[] = [];
    for (const at of [0, 10, 20]) {
      await put(`from ${at}`, at, at + 10);
      runs.unshift(await stage.run());
    }
    const page = async (query: string) =>
      (await stage.nodeRed.get<Page>(`/profile-sync/history?goal=source&${query}`)).body;
    const first = await page('limit=2');
    assert.deepEqual(
      first.runs.map(({ run }) => run),
      runs.slice(0, 2).map(({ run }) => run),
    );
    const { reasons: _, samples: _s, refusedAttributes: _r, fieldsCreated: _f, ...counts } = runs[0]!.ledger;
    assert.deepEqual(first.runs[0]?.ledger, counts);
    const second = await page(`limit=2&before=${first.next}`);
    assert.equal(second.runs[0]?.run, runs[2]?.run);
    const one = await stage.nodeRed.get<RunSummary>(`/profile-sync/history/${runs[1]?.run}`);
    assert.deepEqual(one.body, runs[1]);
    assert.equal((await stage.nodeRed.get('/profile-sync/history/none')).status, 404);

    const figures = await stage.nodeRed.get<{ buckets: Figures[] }>(
      `/profile-sync/figures?goal=source&edges=${began - 1000},${began - 1},${Date.now() + 1}`,
    );
    const { dataPoints } = runs.reduce(
      (sum, { ledger }) => ({ dataPoints: sum.dataPoints + ledger.work.dataPoints }),
      {
        dataPoints: 0,
      },
    );
    assert.deepEqual(
      figures.body.buckets.map((bucket) => [
        bucket.runs,
        bucket.accepted,
        bucket.dataPoints,
        bucket.requests,
      ]),
      [
        [0, 0, 0, 0],
        [3, 30, dataPoints, 3],
      ],
    );
    for (const edges of ['', '1', '2,1', 'a,b', Array.from({ length: 200 }, (_, at) => at).join(',')])
      assert.equal((await stage.nodeRed.get(`/profile-sync/figures?edges=${edges}`)).status, 400);
  });

  it('a connection is run, run dry and stopped; its goals are not started past it', async () => {
    await put('connected', 0, 50);
    await stage.deploy([connection('k', [], { 'Export points': ['source'] }), ...goal]);
    const post = (path: string, body = {}) =>
      stage.nodeRed.post<{ decision?: string; code?: string }>(`/profile-sync/${path}`, body);
    assert.deepEqual((await stage.nodeRed.get('/profile-sync/goals')).body, { goals: [] });
    assert.equal((await post('goals/source/run')).body.code, 'GOAL_UNKNOWN');

    assert.equal((await post('connections/k/run', { dryRun: true })).body.decision, 'started');
    assert.equal((await stage.nextRun()).dryRun, true);
    await stage.quiet();
    assert.equal((await post('connections/k/run', { goal: 'nobody' })).body.decision, 'noGoal');

    await slowDown(5_000);
    assert.equal((await post('connections/k/run')).body.decision, 'started');
    await stage.liveRun(({ ledger }) => ledger.read === 50);
    assert.equal((await post('connections/k/stop')).status, 200);
    await stage.sandbox.control('DELETE', '/faults');
    assert.equal((await stage.nextRun()).result, 'stopped');
    assert.equal((await post('connections/none/run')).body.code, 'CONNECTION_UNKNOWN');
    const { body } = await stage.nodeRed.get<{ goals: object[] }[]>('/profile-sync/connections');
    const [described] = body;
    assert.deepEqual(described?.goals, [
      { id: 'Export points', name: 'Export points', direction: 'export', active: true },
    ]);
  });

  it('whoever may read sees all that, and starts nothing', async () => {
    await stage.deploy([connection('k', [], { 'Export points': ['source'] }), ...goal]);
    const reads = ['connections', 'goals', 'history', 'figures?edges=1,2', 'runs'];
    const changes = ['goals/source/run', 'connections/k/run', 'connections/k/stop', 'connections/k/toggle'];
    for (const path of reads) {
      assert.equal((await stage.nodeRed.get(`/profile-sync/${path}`, { as: null })).status, 401, path);
      assert.equal((await stage.nodeRed.get(`/profile-sync/${path}`, { as: reader })).status, 200, path);
    }
    for (const path of changes) {
      for (const as of [null, reader])
        assert.equal((await stage.nodeRed.post(`/profile-sync/${path}`, {}, { as })).status, 401, path);
    }
    assert.equal((await stage.runs()).live.length, 0);
  });
});
