import assert from 'node:assert/strict';
import { blueconicProfiles, flowTab, importMapper, segmentExport } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 60;

describe('segment export in Node-RED', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  function deployImport(changes: Record<string, unknown>): Promise<void> {
    return stage.deploy([
      inject('go', flowTab, ['import']),
      segmentExport('import', ['mapper'], changes),
      importMapper('mapper', ['sink']),
      blueconicProfiles('sink', [[], []]),
    ]);
  }

  async function objects(): Promise<string[]> {
    const { bucket } = stage.sandbox.description.s3;
    const listed = await stage.sandbox.control<{ key: string }[]>('GET', `/s3/objects?bucket=${bucket}`);
    return listed.map(({ key }) => key);
  }

  async function call(path: string, method = 'POST'): Promise<[number, string]> {
    const answer = await fetch(new URL(path, stage.nodeRed.url), {
      method,
      body: method === 'POST' ? '{}' : null,
    });
    return [answer.status, await answer.text()];
  }

  it('has no route for calls from outside until a node asks for one', async () => {
    await deployImport({});
    assert.equal((await call('/profile-sync/export-ready/guessed'))[0], 404);
  });

  it('ends its wait early when Braze calls, at an address that tells nobody anything', async () => {
    await deployImport({ quietSeconds: 3_600, pollSeconds: 3_600, callbackUrl: `${stage.nodeRed.url}/` });
    const summary = await stage.run();
    assert.deepEqual([summary.result, summary.complete, summary.ledger.read], ['succeeded', true, people]);
    const { exports } = await stage.sandbox.control<{ exports: { callback: string }[] }>(
      'GET',
      '/braze/exports',
    );
    assert.equal(exports[0]?.callback, 'delivered');
    assert.deepEqual(await call('/profile-sync/export-ready/guessed'), [200, '']);
    assert.equal((await call('/profile-sync/export-ready/guessed', 'GET'))[0], 404);
    // On a busy machine a burst may take longer than the second in which it is too many.
    let refused = false;
    for (let burst = 0; burst < 20 && !refused; burst++) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => call('/profile-sync/export-ready/x')),
      );
      refused = answers.some(([status]) => status === 429);
    }
    assert.ok(refused);
  });

  it('does not start with an address that nobody can call', async () => {
    await deployImport({ callbackUrl: 'node-red.example.org' });
    await stage.nodeRed.inject('go');
    const [caught] = await stage.caught();
    assert.equal(caught?.error.code, 'SETTING_INVALID');
  });

  it('deletes the files of its export when the run is over, or leaves them', async () => {
    await deployImport({});
    assert.equal((await stage.run()).complete, true);
    assert.equal((await objects()).length, 1);
    await deployImport({ afterwards: 'delete' });
    const summary = await stage.run();
    assert.deepEqual([summary.complete, summary.notices], [true, undefined]);
    assert.equal((await objects()).length, 1);
  });

  it('warns where it may not delete them, and the run is a success', async () => {
    const { accessKeyId, secretAccessKey } = stage.sandbox.description.s3;
    const deny = ['s3:DeleteObject'];
    await stage.sandbox.control('POST', '/s3/keys', [{ accessKeyId, secretAccessKey, deny }]);
    await deployImport({ afterwards: 'delete' });
    const summary = await stage.run();
    assert.deepEqual([summary.result, summary.complete], ['succeeded', true]);
    assert.equal(summary.notices?.[0]?.code, 'filesLeft');
    assert.equal((await objects()).length, 1);
    const warning = await stage.nodeRed.waitForLog(({ text }) => text.includes('s3:DeleteObject'));
    assert.equal(warning.level, 'warn');
  });
});
