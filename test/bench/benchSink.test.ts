import assert from 'node:assert/strict';
import { benchSink, benchSinkSettings } from '../../bench/servers/benchSink';
import { deltaRecords, gzipLines } from '../support/customers';
import { deltaFiles, flowTab } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 250;

describe('the bench sink', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people, { settings: benchSinkSettings });
  });
  after(() => stage.stop());

  it('takes every row of a source, and the run ends as with a sink of the package', async () => {
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
    await stage.deploy([
      inject('go', flowTab, ['source']),
      deltaFiles('source', ['sink']),
      benchSink('sink', flowTab),
    ]);
    const { result, complete, ledger } = await stage.run();
    assert.deepEqual([result, complete], ['succeeded', true]);
    assert.deepEqual([ledger.read, ledger.accepted, ledger.added], [people, people, 0]);
  });
});
