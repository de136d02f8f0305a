import assert from 'node:assert/strict';
import { type RunningProxy, startOwn } from '../http/support/proxies';
import {
  blueconicProfiles,
  blueconicSegment,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 100;

describe('whole flows through a proxy', function () {
  this.timeout(90_000);
  let proxy: RunningProxy;
  let stage: Stage;
  before(async () => {
    proxy = await startOwn();
    stage = await Stage.start(people, ({ description: { s3 } }) => ({
      env: { HTTP_PROXY: proxy.url, NO_PROXY: new URL(s3.endpoint).host, no_proxy: undefined },
    }));
  });
  after(async () => {
    await stage?.stop();
    await proxy?.close();
  });

  it('Braze and BlueConic are reached through it, the host of NO_PROXY straight', async () => {
    await stage.deploy([
      inject('import', flowTab, ['export of Braze']),
      segmentExport('export of Braze', ['to BlueConic']),
      importMapper('to BlueConic', ['profiles']),
      blueconicProfiles('profiles'),
      inject('export', flowTab, ['changes']),
      blueconicSegment('changes', ['to Braze']),
      exportMapper('to Braze', ['users']),
      usersTrack('users'),
    ]);
    assert.equal((await stage.run('import')).ledger.accepted, people);
    assert.equal((await stage.run('export')).ledger.read, people);

    const { braze, blueconic, s3 } = stage.sandbox.description;
    const asked = await proxy.requests();
    const calls = (url: string) => asked.filter((line) => line.includes(new URL(url).host));
    assert.ok(calls(braze.endpoint).some((line) => line.endsWith('/users/export/segment')));
    assert.ok(calls(braze.endpoint).some((line) => line.endsWith('/users/track')));
    assert.ok(calls(blueconic.url).some((line) => line.includes('/profiles')));
    assert.deepEqual(calls(s3.endpoint), []);
  });

  it('S3 is reached through it where NO_PROXY does not name it', async () => {
    const other = await Stage.start(people, {
      env: { HTTP_PROXY: proxy.url, NO_PROXY: '', no_proxy: undefined },
    });
    try {
      await other.deploy([
        inject('go', flowTab, ['source']),
        segmentExport('source', ['mapper']),
        importMapper('mapper', ['sink']),
        blueconicProfiles('sink'),
      ]);
      assert.equal((await other.run()).ledger.accepted, people);
      const { host } = new URL(other.sandbox.description.s3.endpoint);
      assert.ok((await proxy.requests()).some((line) => line.startsWith('GET') && line.includes(host)));
    } finally {
      await other.stop();
    }
  });
});
