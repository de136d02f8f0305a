import assert from 'node:assert/strict';
import type { RunReport } from '../../src/run/report';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import { connectFlow, exampleNames, readExample } from '../support/exampleFlow';
import {
  blueconicProfiles,
  connection,
  deltaFiles,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { type FlowNode, inject, probe } from '../support/flowProbe';
import type { NodeRedUser } from '../support/nodeRedHome';
import { Stage } from '../support/stage';
import { until } from '../support/until';

const people = 300;
const patienceMs = 60_000;
const admin: NodeRedUser = { name: 'admin', password: 'may-do-all', permissions: '*' };
const reader: NodeRedUser = { name: 'reader', password: 'may-look', permissions: 'read' };

interface ReportMessage {
  report: RunReport;
  notify: boolean;
  topic?: string;
  payload?: string;
  to?: string;
  history?: RunReport[];
}

interface Described {
  id: string;
  name: string;
  labels: string[];
  favourite: boolean;
  on: boolean;
  state: string;
  lastRun?: { run: string; result: string };
}

describe('connections', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people, { users: [admin, reader] });
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  /** Waits for so many messages on output 1. */
  const reports = async (count: number) =>
    (await stage.nodeRed.waitForObserved('report', count, patienceMs)) as unknown as ReportMessage[];
  const described = async (id: string) =>
    (await stage.nodeRed.get<Described[]>('/profile-sync/connections')).body.find((one) => one.id === id)!;
  const toggle = (id: string, on: boolean) =>
    stage.nodeRed.post<Described>(`/profile-sync/connections/${id}/toggle`, { on });
  const slowBraze = () =>
    stage.sandbox.control('POST', '/faults', {
      system: 'braze',
      path: '/users/track',
      fault: { kind: 'latency', ms: 250 },
    });
  const fastBraze = () => stage.sandbox.control('DELETE', '/faults');

  /** Exports of delta files, one goal per prefix, in small requests. */
  async function deployExports(
    id: string,
    prefixes: Record<string, [from: number, to: number]>,
    changes: Record<string, unknown> = {},
    settings: Record<string, object> = {},
  ): Promise<void> {
    const flow: FlowNode[] = [];
    for (const [name, [from, to]] of Object.entries(prefixes)) {
      await stage.sandbox.putObject(`${id}/${name}/1.ndjson.gz`, gzipLines(deltaRecords(from, to)));
      flow.push(
        deltaFiles(`${id} source ${name}`, [`${id} mapper ${name}`], { prefix: `${id}/${name}/` }),
        exportMapper(`${id} mapper ${name}`, [`${id} sink ${name}`]),
        usersTrack(`${id} sink ${name}`),
      );
    }
    const goals = Object.fromEntries(Object.keys(prefixes).map((name) => [name, [`${id} source ${name}`]]));
    await stage.deploy(
      [
        inject('go', flowTab, [id]),
        probe('report', flowTab),
        connection(id, ['report'], goals, changes),
        ...flow,
      ],
      { settings: { braze: { objectsPerRequest: 10, requestsInFlight: 2 }, ...settings } },
    );
  }

  it('runs an import and then an export, and reports on both', async () => {
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
    await stage.deploy([
      inject('go', flowTab, ['both']),
      probe('report', flowTab),
      connection(
        'both',
        ['report'],
        { Import: ['import source'], Export: ['export source'] },
        { name: 'Customers', labels: ['crm'], favourite: true, addresses: 'crm@example.com' },
      ),
      segmentExport('import source', ['import mapper']),
      importMapper('import mapper', ['import sink']),
      blueconicProfiles('import sink'),
      deltaFiles('export source', ['export mapper']),
      exportMapper('export mapper', ['export sink']),
      usersTrack('export sink'),
    ]);
    await stage.nodeRed.inject('go');
    const [message] = await reports(1);
    const { report } = message!;
    assert.equal(report.result, 'succeeded');
    assert.deepEqual(
      report.goals.map(({ name, result, ledger }) => [name, result, ledger?.read]),
      [
        ['Import', 'succeeded', people],
        ['Export', 'succeeded', people],
      ],
    );
    const [imported, exported] = report.goals;
    assert.ok(imported!.endedAt! <= exported!.startedAt!, 'the export waited for the import to settle');

    const { profiles } = await stage.bothSides();
    assert.equal([...profiles.values()].filter(({ properties }) => properties.braze_email).length, people);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, people)));

    assert.equal(message!.topic, 'Customers: succeeded');
    assert.equal(message!.to, 'crm@example.com');
    assert.match(message!.payload!, /^2\. Export \(export\): succeeded\n.*\n {3}300 read = 300 accepted/m);
    await stage.status('both', ({ text, fill }) => fill === 'green' && text === '600 · done');

    const { history } = await stage.runs();
    assert.deepEqual(
      [imported, exported].map((goal) => history.find(({ run }) => run === goal!.run)?.connection),
      [
        { connection: 'both', connectionRun: report.run, goal: 'Import' },
        { connection: 'both', connectionRun: report.run, goal: 'Export' },
      ],
    );
    const kept = await stage.nodeRed.get<{ reports: RunReport[] }>('/profile-sync/connections/both/reports');
    assert.deepEqual(kept.body.reports, [report]);
    const { name, labels, favourite, lastRun } = await described('both');
    assert.deepEqual([name, labels, favourite, lastRun?.run], ['Customers', ['crm'], true, report.run]);
  });

  it('the example runs both goals at one press and tells of it', async () => {
    const example = readExample(exampleNames.connection);
    const { nodes, credentials } = connectFlow(example, stage.sandbox.description);
    await stage.nodeRed.deploy(nodes, credentials);
    const node = example.find(({ type }) => type === 'profile-sync-connection')!;
    await stage.nodeRed.inject(example.find(({ name }) => name === 'Run, and every day at 3:00')!.id);
    await stage.status(node.id, ({ fill }) => fill === 'green');
    const { body } = await stage.nodeRed.get<{ reports: RunReport[] }>(
      `/profile-sync/connections/${node.id}/reports`,
    );
    assert.deepEqual(
      body.reports[0]?.goals.map(({ name, ledger }) => [name, ledger?.rejected, ledger!.accepted > 0]),
      [
        ['Import', 0, true],
        ['Export', 0, true],
      ],
    );
  });

  it('off: a trigger does nothing but say so; the state survives a deploy and a restart', async () => {
    const goals = { A: [0, 20] } as Record<string, [number, number]>;
    await deployExports('switched', goals);
    assert.equal((await described('switched')).on, true);
    assert.equal((await toggle('switched', false)).body.on, false);
    const heard = () => stage.nodeRed.heard('profile-sync/connection/switched').at(-1) as Described;
    await until(() => !heard().on, { what: 'the state in the editor' });
    await stage.status('switched', ({ text }) => text === 'off: press the button');

    await stage.nodeRed.inject('go');
    await deployExports('switched', goals);
    await stage.nodeRed.inject('go');
    await stage.nodeRed.restart();
    await stage.status('switched', ({ text }) => text === 'off: press the button');
    await stage.nodeRed.inject('go');
    assert.equal((await described('switched')).on, false);
    assert.deepEqual(await stage.attribute('bc_points'), new Map());

    await toggle('switched', true);
    await stage.nodeRed.inject('go');
    assert.equal((await reports(1))[0]?.report.result, 'succeeded');
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, 20)));
  });

  it('the toggle needs the right to write, and a connection that is deployed', async () => {
    await deployExports('guarded', { A: [0, 10] });
    const path = '/profile-sync/connections/guarded/toggle';
    assert.equal((await stage.nodeRed.post(path, { on: false }, { as: reader })).status, 401);
    assert.equal((await stage.nodeRed.post(path, { on: false }, { as: null })).status, 401);
    assert.equal((await stage.nodeRed.get('/profile-sync/connections', { as: reader })).status, 200);
    assert.equal((await stage.nodeRed.get('/profile-sync/connections', { as: null })).status, 401);
    assert.equal(
      (await stage.nodeRed.get('/profile-sync/connections/guarded/reports', { as: null })).status,
      401,
    );
    assert.equal((await stage.nodeRed.post(path, { on: 'no' })).status, 400);
    assert.equal((await toggle('elsewhere', false)).status, 404);
    assert.equal((await described('guarded')).on, true);
  });

  it('commands on a message: off, on, a goal by name, history; another text starts nothing', async () => {
    await deployExports('commanded', { A: [0, 10], B: [10, 20] });
    await stage.nodeRed.inject('go', { payload: 'off' });
    await stage.status('commanded', ({ text }) => text === 'off: press the button');
    await stage.nodeRed.inject('go', { payload: 'on' });
    await stage.nodeRed.inject('go', { payload: 'stpo' });
    const warning = await stage.nodeRed.waitForLog(({ id, level }) => id === 'commanded' && level === 'warn');
    assert.match(warning.text, /msg\.payload holds a text that is no command/);
    assert.doesNotMatch(warning.text, /stpo/);
    await stage.nodeRed.inject('go', { payload: 'run goal b' });
    const [ran] = await reports(1);
    assert.deepEqual(
      ran?.report.goals.map(({ name, output }) => [name, output]),
      [['B', 3]],
    );
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(10, 20)));
    await stage.nodeRed.inject('go', { payload: 'history' });
    const [, answer] = await reports(2);
    assert.deepEqual(answer?.history, [ran?.report]);
    assert.ok(!answer?.notify && !('payload' in answer!));
  });

  it('a dry run sends nothing and prices everything; a full read reads again what was read', async () => {
    await deployExports('tried', { A: [0, 40] });
    await stage.nodeRed.inject('go', { payload: 'dry run' });
    const [dry] = await reports(1);
    assert.equal(dry?.topic, 'tried: succeeded (dry run)');
    assert.deepEqual(await stage.attribute('bc_points'), new Map());
    const priced = dry?.report.goals[0];
    assert.deepEqual([priced?.ledger?.unsent, priced?.requests, priced?.complete], [40, 0, false]);

    await stage.nodeRed.inject('go');
    const real = (await reports(2))[1]?.report.goals[0];
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, 40)));
    assert.equal(real?.dataPoints, priced?.dataPoints, 'the dry run told what the real one costs');
    assert.ok(real!.dataPoints > 0);

    await stage.nodeRed.inject('go');
    assert.equal((await reports(3))[2]?.report.goals[0]?.ledger?.read, 0);
    await stage.nodeRed.inject('go', { payload: 'full read' });
    assert.equal((await reports(4))[3]?.report.goals[0]?.ledger?.read, 40);
  });

  it('a goal that fails does not keep the next one from running; only failures are told', async () => {
    const goals = { A: [0, 10], B: [10, 20] } as Record<string, [number, number]>;
    const changes = { notify: 'failures', addresses: 'ops@example.com' };
    await deployExports('watched', goals, changes, { 'watched sink A': { braze: 'no such node' } });
    await stage.nodeRed.inject('go');
    const [failed] = await reports(1);
    assert.deepEqual(
      failed?.report.goals.map(({ result }) => result),
      ['failed', 'succeeded'],
    );
    assert.equal(failed?.topic, 'watched: 1 of 2 goals failed');
    assert.equal(failed?.to, 'ops@example.com');
    assert.ok(failed.report.goals[0]?.nextSteps[0]);
    assert.match(failed.payload!, /What to do: /);
    await stage.status('watched', ({ text }) => text?.endsWith('1 of 2 goals failed') ?? false);

    await deployExports('watched', goals, changes);
    await stage.nodeRed.inject('go');
    const [good] = await reports(1);
    assert.equal(good?.report.result, 'succeeded');
    assert.equal(good?.notify, false);
    assert.ok(!('payload' in good!) && !('to' in good!) && !('topic' in good!));
  });

  it('stop: the goal ends, the next does not start, and what was left is sent by the next run', async () => {
    await deployExports('halted', { A: [0, 200], B: [200, 210] });
    await slowBraze();
    await stage.nodeRed.inject('go');
    await stage.liveRun(({ ledger }) => ledger.accepted > 0);
    await stage.status('halted', ({ text }) => text?.startsWith('1 / 2 · A · ') ?? false);
    await stage.nodeRed.inject('go', { payload: 'stop' });
    const [stopped] = await reports(1);
    assert.equal(stopped?.report.result, 'stopped');
    assert.deepEqual(
      stopped?.report.goals.map(({ result }) => result),
      ['stopped', 'notRun'],
    );
    assert.equal((await described('halted')).state, 'idle');
    await fastBraze();
    await stage.nodeRed.inject('go');
    assert.equal((await reports(2))[1]?.report.result, 'succeeded');
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, 210)));
  });

  it('triggers during a run: one waits, another is skipped', async () => {
    await deployExports('busy', { A: [0, 100] });
    await slowBraze();
    await stage.nodeRed.inject('go');
    await stage.liveRun();
    await stage.nodeRed.inject('go');
    await stage.status('busy', ({ text }) => text?.endsWith('1 waiting') ?? false);
    await stage.nodeRed.inject('go');
    await stage.nodeRed.waitForStatus('busy', ({ text }) => text?.includes('skipped') ?? false);
    await fastBraze();
    const ran = await reports(2);
    assert.deepEqual(
      ran.map(({ report }) => report.result),
      ['succeeded', 'succeeded'],
    );
    assert.equal((await described('busy')).state, 'idle');
    assert.equal(stage.nodeRed.observed('report').length, 2);
  });

  it('killed in mid-run it goes on with the goal that was cut off, and says so', async () => {
    await deployExports('killed', { A: [0, 10], B: [10, 210], C: [210, 220] });
    await slowBraze();
    await stage.nodeRed.inject('go');
    await stage.liveRun(({ goal, ledger }) => goal.id === 'killed source B' && ledger.accepted > 0);
    await stage.nodeRed.kill();
    await fastBraze();
    await stage.nodeRed.restart();
    const [message] = await reports(1);
    const { report } = message!;
    assert.equal(report.interruptions, 1);
    assert.deepEqual(
      report.goals.map(({ result }) => result),
      ['succeeded', 'succeeded', 'succeeded'],
    );
    assert.match(message!.payload!, /Node-RED ended during this run; it went on after that\. Times: 1/);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, 220)));
    const { history } = await stage.runs();
    const ofFirstGoal = history.filter(
      (run) => run.connection?.connectionRun === report.run && run.connection.goal === 'A',
    );
    assert.equal(ofFirstGoal.length, 1, 'a goal that had settled is not repeated');
  });

  it('deployed anew in mid-run it goes on', async () => {
    const goals = { A: [0, 150], B: [150, 160] } as Record<string, [number, number]>;
    await deployExports('redeployed', goals);
    await slowBraze();
    await stage.nodeRed.inject('go');
    await stage.liveRun(({ ledger }) => ledger.accepted > 0);
    await deployExports('redeployed', goals);
    await fastBraze();
    const [message] = await reports(1);
    assert.equal(message?.report.result, 'succeeded');
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, 160)));
  });
});
