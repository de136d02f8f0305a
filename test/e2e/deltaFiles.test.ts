import assert from 'node:assert/strict';
import { csvOf, deltaRecords, pointsOf, range } from '../support/customers';
import { deltaFiles, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { until } from '../support/until';

describe('delta files with markers', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(60);
  });
  after(() => stage.stop());

  const put = (name: string, text: string) => stage.sandbox.putObject(`delta/2026/${name}`, text);
  const keys = async () => {
    const { bucket } = stage.sandbox.description.s3;
    const listed = await stage.sandbox.control<{ key: string }[]>(
      'GET',
      `/s3/objects?bucket=${bucket}&prefix=delta/`,
    );
    return listed.map(({ key }) => key.slice('delta/2026/'.length));
  };

  it('are read once they are marked, and then take the key of their marker', async () => {
    const settings = { prefix: 'delta/*/*.csv', readiness: 'marker', afterwards: 'rename' };
    await stage.deploy([
      inject('go', flowTab, ['source']),
      deltaFiles('source', ['mapper'], { ...settings, valueSeparator: '|' }),
      exportMapper('mapper', ['sink']),
      usersTrack('sink'),
    ]);
    await put('a.csv', csvOf(deltaRecords(0, 20)));
    await put('a.csv.done', '');
    await put('b.csv', csvOf(deltaRecords(20, 40)));
    const first = await stage.run();
    assert.equal(first.result, 'succeeded');
    assert.deepEqual(first.notices, [{ code: 'filesUnmarked', values: { files: 1 } }]);
    await stage.status('source', ({ text }) => /20 · done.* · 1 new files wait/.test(text ?? ''));
    assert.deepEqual(await keys(), ['a.csv.done', 'b.csv']);
    await put('b.csv.done', '');
    const second = await stage.run();
    assert.deepEqual([second.ledger.accepted, second.notices], [20, undefined]);
    assert.deepEqual(await keys(), ['a.csv.done', 'b.csv.done']);
    await until(async () => (await stage.attribute('bc_points')).size === 40, {
      what: 'Braze to apply what it took',
    });
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, 40)));
    assert.equal((await stage.run()).ledger.read, 0);
  });
});
