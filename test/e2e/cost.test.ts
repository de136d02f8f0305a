import assert from 'node:assert/strict';
import type { DataPointReport } from '../../src/sandbox/braze/dataPoints';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import { deltaFiles, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 300;

describe('cost', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(async () => {
    await stage.reset();
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
  });

  /** inject -> source -> mapper -> sink. Of the users of a new workspace nothing is remembered, nor by its source. */
  async function deployExport(workspace: string, sink: object): Promise<void> {
    await stage.deploy(
      [
        inject('go', flowTab, [workspace]),
        deltaFiles(workspace, ['mapper']),
        exportMapper('mapper', ['sink']),
        usersTrack('sink', [[], []], { settleSeconds: 0, ...sink }),
      ],
      { settings: { braze: { workspace } } },
    );
  }

  const charged = () => stage.sandbox.control<DataPointReport>('GET', '/braze/datapoints');
  const dryRun = { payload: 'dry run' };

  it('a dry run of a goal sends nothing, and states what the real run then costs', async () => {
    await deployExport('dry', {});
    const dry = await stage.run('go', dryRun);
    assert.deepEqual([dry.result, dry.dryRun, dry.complete], ['succeeded', true, false]);
    assert.equal((await charged()).total, 0);
    assert.deepEqual(await stage.attribute('bc_points'), new Map());
    const { price } = dry;
    assert.deepEqual(price?.byAttribute, [{ name: 'bc_points', dataPoints: people }]);
    const status = await stage.status('sink', ({ text }) => text?.includes('dry run') ?? false);
    assert.equal(status.text, '300 · dry run · 300 data points');

    // Nothing was remembered: another one says the same.
    assert.deepEqual((await stage.run('go', dryRun)).price, price);

    const real = await stage.run();
    assert.equal((await charged()).total, price?.dataPoints);
    assert.equal(real.ledger.work.dataPoints, price?.dataPoints);
    assert.equal(real.ledger.work.requests, price?.requests);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, people)));
  });

  it('a ceiling stops a run before the first request beyond it; with a higher one only the rest is sent', async () => {
    await deployExport('ceiling', { dataPointCeiling: 100 });
    const stopped = await stage.run();
    assert.equal((await charged()).total, 75, 'one request of 75 users, and not a second one');
    assert.deepEqual([stopped.result, stopped.complete], ['failed', false]);
    assert.deepEqual([stopped.ledger.accepted, stopped.ledger.unsent], [75, 225]);
    assert.deepEqual(
      [stopped.price?.rows, stopped.price?.dataPoints, stopped.price?.requests],
      [225, 225, 3],
    );
    const [caught] = await stage.caught();
    assert.equal(caught?.error.code, 'COST_CEILING_REACHED');
    assert.match(caught!.error.message, /Spent: 75\. The rest would cost 225 more, .* 300 in all\./);

    await deployExport('ceiling', { dataPointCeiling: 225 });
    const rest = await stage.run();
    assert.deepEqual([rest.result, rest.ledger.unchanged, rest.ledger.accepted], ['succeeded', 75, 225]);
    assert.deepEqual([rest.ledger.work.dataPoints, rest.ledger.work.dataPointsSaved], [225, 75]);
    assert.equal((await charged()).total, people);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, people)));
  });

  it('with an empty store no more than its limit is spent, over runs, until "send everything" is ticked', async () => {
    await deployExport('empty', { emptyStoreCeiling: 100 });
    for (const run of [1, 2]) {
      const { error } = await stage.run();
      assert.equal(error?.code, 'COST_EMPTY_STORE', `run ${run}`);
      assert.equal((await charged()).total, 75);
    }
    await deployExport('empty', { emptyStoreCeiling: 100, sendEverything: '2031-05-04T10:00:00.000Z' });
    const ticked = await stage.run();
    assert.deepEqual([ticked.result, ticked.ledger.accepted], ['succeeded', people]);
    assert.equal((await charged()).total, 75 + people);
  });

  it('a setting that cannot be used is told before anything is sent', async () => {
    await deployExport('mistyped', { dataPointCeiling: 'a thousand' });
    await stage.run();
    assert.equal((await stage.caught())[0]?.error.code, 'SETTING_INVALID');
    assert.equal((await charged()).total, 0);
  });
});
