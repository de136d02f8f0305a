import assert from 'node:assert/strict';
import type { RunSnapshot, RunSummary } from '../../src/run/runSummary';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import {
  blueconicProfiles,
  blueconicSegment,
  deltaFiles,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { type FlowNode, inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 300;

/** A server that takes requests and never answers, from the third on where the run shall get under way first. */
interface Hang {
  system: 'braze' | 'blueconic' | 's3';
  method?: string;
  path?: string;
  skip?: number;
}

interface Phase {
  name: string;
  nodes(source: string): FlowNode[];
  hang: Hang[];
  reached(run: RunSnapshot): boolean;
}

const fromFiles = (source: string) => [
  deltaFiles(source, ['mapper']),
  exportMapper('mapper', ['sink']),
  usersTrack('sink'),
];
const fromSegment = (source: string) => [
  blueconicSegment(source, ['mapper'], { pageRows: 50 }),
  exportMapper('mapper', ['sink']),
  usersTrack('sink'),
];
const fromBraze = (source: string) => [
  segmentExport(source, ['mapper'], { quietSeconds: 2 }),
  importMapper('mapper', ['sink']),
  blueconicProfiles('sink'),
];

const phases: Phase[] = [
  {
    name: 'asking S3 for its files',
    nodes: fromFiles,
    hang: [{ system: 's3' }],
    reached: ({ phase }) => phase === 'asking',
  },
  {
    name: 'asking BlueConic for its time',
    nodes: fromSegment,
    hang: [{ system: 'blueconic' }],
    reached: ({ phase }) => phase === 'asking',
  },
  {
    name: 'asking Braze for an export',
    nodes: fromBraze,
    hang: [{ system: 'braze', path: '/users/export' }],
    reached: ({ phase }) => phase === 'asking',
  },
  {
    name: 'waiting for files',
    nodes: fromBraze,
    hang: [{ system: 's3', method: 'GET', skip: 1 }],
    reached: ({ phase }) => phase === 'waiting' || phase === 'asking',
  },
  {
    name: 'reading a page',
    nodes: fromSegment,
    hang: [{ system: 'blueconic', path: '/segments/', skip: 2 }],
    reached: ({ ledger }) => ledger.accepted > 0,
  },
  {
    name: 'sending',
    nodes: fromFiles,
    hang: [{ system: 'braze', path: '/users/track', skip: 2 }],
    reached: ({ ledger }) => ledger.accepted > 0,
  },
];

describe('a run that a person stops', function () {
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

  async function beginAndStop({ nodes, hang, reached }: Phase, source: string): Promise<RunSummary> {
    const settings = { braze: { objectsPerRequest: 10, requestsInFlight: 2 } };
    await stage.deploy([inject('go', flowTab, [source]), ...nodes(source)], { settings });
    const rules = hang.map((where) => ({ ...where, fault: { kind: 'hang' } }));
    await stage.sandbox.control('POST', '/faults', rules);
    await stage.nodeRed.inject('go');
    await stage.liveRun(reached);
    await stage.nodeRed.inject('go', { payload: 'stop' });
    const stopped = await stage.nextRun();
    await stage.sandbox.control('DELETE', '/faults');
    assert.equal(stopped.result, 'stopped');
    return stopped;
  }

  for (const phase of phases) {
    it(`while it is ${phase.name} and nobody answers: it ends, and goes on with the next trigger`, async () => {
      const stopped = await beginAndStop(phase, phase.name);
      const whole = await stage.run();
      assert.equal(whole.run, stopped.run);
      assert.equal(whole.result, 'succeeded');
      assert.equal(whole.ledger.read, whole.ledger.accepted);
      assert.ok(whole.complete);
    });
  }

  it('waits for a trigger over a restart, and goes on over the next one', async () => {
    const sending = phases.at(-1)!;
    const { run } = await beginAndStop(sending, 'over restarts');
    await stage.nodeRed.restart();
    await stage.quiet();
    assert.equal(await stage.unseenRuns(), 0);

    await stage.sandbox.control('POST', '/faults', {
      system: 'braze',
      path: '/users/track',
      fault: { kind: 'latency', ms: 250 },
    });
    await stage.nodeRed.inject('go');
    await stage.liveRun(({ ledger }) => ledger.accepted > 0);
    await stage.nodeRed.kill();
    await stage.nodeRed.restart();
    await stage.sandbox.control('DELETE', '/faults');
    const whole = await stage.endOfRun(run);
    assert.equal(whole.ledger.accepted, people);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, people)));
  });

  it('does not go on by itself after a deploy either', async () => {
    const sending = phases.at(-1)!;
    await beginAndStop(sending, 'over deploys');
    await stage.deploy([inject('go', flowTab, ['over deploys']), ...sending.nodes('over deploys')], {
      settings: { braze: { objectsPerRequest: 10, requestsInFlight: 2 } },
    });
    await stage.quiet();
    assert.equal(await stage.unseenRuns(), 0);
  });
});
