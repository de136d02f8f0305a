import assert from 'node:assert/strict';
import { person } from '../../src/sandbox/people';
import { deltaRecords, gzipLines, pointsOf, range, seed } from '../support/customers';
import { deltaFiles, exportMapper, flowTab, functionNode, usersTrack } from '../support/flowNodes';
import { inject, probe } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 100;
const customer = (index: number) => person(seed, index).externalId;

const setPoints = (id: string, points: number) => ({
  version: 1,
  match: [[{ field: 'external_id', value: id }]],
  allowCreate: false,
  changes: [{ field: 'bc_points', strategy: 'set', as: 'one', values: [points] }],
});

describe('updates that no mapper made', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  it('are a run of the sink, which ends when no more come', async () => {
    const one = JSON.stringify(setPoints(customer(1), 11));
    const two = JSON.stringify([setPoints(customer(2), 22), { ...setPoints(customer(3), 33), match: [] }]);
    await stage.deploy([
      inject('go', flowTab, ['writes one', 'writes two']),
      functionNode('writes one', `return { payload: ${one} };`, ['sink']),
      functionNode('writes two', `return { payload: ${two} };`, ['sink']),
      usersTrack('sink', [['settled'], ['rejected']]),
      probe('settled', flowTab),
      probe('rejected', flowTab),
    ]);
    const summary = await stage.run();
    assert.equal(summary.goal.id, 'sink');
    assert.equal(summary.ledger.read, 0);
    assert.equal(summary.ledger.added, 3);
    assert.equal(summary.ledger.accepted, 2);
    assert.equal(summary.ledger.rejected, 1);
    // One of three is too many (R9), and no source is there to tell.
    const [error, ...more] = await stage.caught();
    assert.equal(error?.error.code, 'RUN_TOO_MANY_FAILURES');
    assert.equal(error?.error.source.id, 'sink');
    assert.deepEqual(more, []);
    assert.deepEqual(
      await stage.attribute('bc_points'),
      new Map([
        [customer(1), 11],
        [customer(2), 22],
      ]),
    );
    const [rejected] = stage.payloads<{ rejected: { reason: string; ref: string } }>('rejected');
    assert.match(rejected!.rejected.reason, /match/);
    assert.ok(!('ref' in rejected!));
  });

  it('come back repaired after a rejection, wired straight into the sink again', async () => {
    await stage.sandbox.control('POST', '/braze/settings', { disallowedExternalIds: ['wrong-7', 'wrong-8'] });
    const records = deltaRecords(0, people);
    for (const index of [7, 8])
      Object.assign(records[index]!.properties, { customer_id: [`wrong-${index}`] });
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(records));
    const repair = `
      for (const update of msg.payload) {
        const [[term]] = update.match;
        term.value = term.value.replace('wrong-', 'cust-0000000');
      }
      return msg;`;
    await stage.deploy([
      inject('go', flowTab, ['source']),
      deltaFiles('source', ['mapper']),
      exportMapper('mapper', ['sink']),
      usersTrack('sink', [[], ['repair', 'rejected']]),
      functionNode('repair', repair, ['sink']),
      probe('rejected', flowTab),
    ]);
    const first = await stage.run();
    assert.equal(first.result, 'succeeded');
    assert.equal(first.ledger.rejected, 2);
    assert.equal(first.ledger.accepted, people - 2);
    const rejected = stage.payloads<{ rejected: { ref: string } }>('rejected');
    assert.deepEqual(
      rejected.map((update) => update.rejected.ref),
      [`${first.run}/1/8`, `${first.run}/1/9`],
    );

    const repaired = await stage.nextRun();
    assert.equal(repaired.goal.id, 'sink');
    assert.equal(repaired.ledger.added, 2);
    assert.equal(repaired.ledger.accepted, 2);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, people)));
  });
});
