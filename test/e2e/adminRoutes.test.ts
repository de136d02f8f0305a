import assert from 'node:assert/strict';
import { deltaRecords, gzipLines } from '../support/customers';
import { deltaFiles, exportMapper, flowTab, segmentExport, usersTrack } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import type { NodeRedUser } from '../support/nodeRedHome';
import type { AdminAnswer } from '../support/nodeRedRuntime';
import { Stage } from '../support/stage';

const admin: NodeRedUser = { name: 'admin', password: 'may-do-all', permissions: '*' };
const reader: NodeRedUser = { name: 'reader', password: 'may-look', permissions: 'read' };
const runReader: NodeRedUser = {
  name: 'runReader',
  password: 'may-look-at-runs',
  permissions: ['profile-sync.read'],
};

interface Items {
  items: { value: string; label: string; unique?: boolean; type?: string }[];
  note?: string;
}
interface Findings {
  findings: { what: string; ok: boolean | 'unknown'; message: string }[];
}
interface Refusal {
  code: string;
  message: string;
}

/** The routes of the dialogs: what each asks, and of which node. */
const routes = {
  'list/braze-segments': 'braze',
  'list/braze-campaigns': 'braze',
  'list/braze-attributes': 'braze',
  'check/braze': 'braze',
  'list/s3-buckets': 's3',
  'check/s3': 's3',
  'list/blueconic-segments': 'blueconic',
  'list/blueconic-properties': 'blueconic',
  'list/blueconic-objectives': 'blueconic',
  'list/blueconic-interactions': 'blueconic',
  'check/blueconic': 'blueconic',
} as const;

type Route = keyof typeof routes;

/** How a setting refers to a variable of the environment. */
const variable = (name: string) => `\${${name}}`;

describe('admin routes of the dialogs', function () {
  this.timeout(60_000);
  let stage: Stage;
  /** Every answer of a test, to look for secrets in. */
  let answers: AdminAnswer[] = [];

  before(async () => {
    stage = await Stage.start(50, (sandbox) => ({
      users: [admin, reader, runReader],
      env: {
        SYNC_BRAZE_KEY: sandbox.description.braze.apiKey,
        SYNC_BLUECONIC_URL: sandbox.description.blueconic.url,
        SYNC_S3_SECRET: sandbox.description.s3.secretAccessKey,
      },
    }));
  });
  after(() => stage.stop());
  beforeEach(async () => {
    await stage.reset();
    answers = [];
  });
  afterEach('no answer holds a secret', () => {
    const { braze, blueconic, s3 } = stage.sandbox.description;
    const told = JSON.stringify(answers);
    for (const secret of [braze.apiKey, blueconic.clientSecret, s3.secretAccessKey]) {
      assert.ok(!told.includes(secret), 'a secret was told');
    }
  });

  async function ask<T>(route: Route, draft: object, as?: NodeRedUser | null): Promise<AdminAnswer<T>> {
    const answer = await stage.nodeRed.post<T>(
      `/profile-sync/${route}`,
      { node: draft },
      as === undefined ? {} : { as },
    );
    answers.push(answer);
    return answer;
  }

  /** What a dialog sends when nothing in it was changed: the settings, and of the secrets nothing. */
  function asDeployed(id: (typeof routes)[Route]): Record<string, unknown> {
    const { braze, blueconic, s3 } = stage.sandbox.description;
    return {
      braze: { id, endpoint: braze.endpoint },
      blueconic: { id, url: blueconic.url },
      s3: { id, auth: 'keys', endpoint: s3.endpoint, region: s3.region, pathStyle: true, bucket: s3.bucket },
    }[id];
  }

  /** What a dialog of a node sends that was never deployed. */
  function asTyped(id: (typeof routes)[Route]): Record<string, unknown> {
    const { braze, blueconic, s3 } = stage.sandbox.description;
    const secrets = {
      braze: { apiKey: braze.apiKey },
      blueconic: { clientId: blueconic.clientId, clientSecret: blueconic.clientSecret },
      s3: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    };
    return { ...asDeployed(id), ...secrets[id], id: `new ${id}` };
  }

  /** What a good answer holds, whichever way the secrets came. */
  function assertGood(route: Route, { status, body }: AdminAnswer): void {
    const told = JSON.stringify(body);
    assert.equal(status, 200, told);
    if (route.startsWith('check/')) {
      const { findings } = body as Findings;
      assert.ok(
        findings.some(({ ok }) => ok === true),
        told,
      );
      assert.ok(
        findings.every(({ ok, message }) => ok !== false && message !== ''),
        told,
      );
      return;
    }
    const { items } = body as Items;
    const { braze, blueconic, s3 } = stage.sandbox.description;
    const expected = {
      'list/braze-segments': braze.segment,
      'list/braze-campaigns': 'b0a5b1d2-0c3e-4f67-8a91-2b3c4d5e6f02',
      'list/braze-attributes': 'loyalty_points',
      'list/s3-buckets': s3.bucket,
      'list/blueconic-segments': blueconic.segment,
      'list/blueconic-properties': 'customer_id',
      'list/blueconic-objectives': 'newsletter',
      'list/blueconic-interactions': 'welcome_dialogue',
    }[route as Exclude<Route, `check/${string}`>];
    const item = items.find(({ value }) => value === expected);
    assert.ok(item?.label, told);
    if (route === 'list/blueconic-properties') {
      assert.equal(item.unique, true);
      assert.equal(items.find(({ value }) => value === 'loyalty_points')?.unique, false);
    }
  }

  for (const [route, id] of Object.entries(routes) as [Route, (typeof routes)[Route]][]) {
    it(`${route}: answers with stored secrets, and with ones just typed`, async () => {
      await stage.deploy([]);
      assertGood(route, await ask(route, asDeployed(id)));
      await stage.nodeRed.deploy([]);
      assertGood(route, await ask(route, asTyped(id)));
      const { status, body } = await ask<Refusal & Findings>(route, asDeployed(id));
      if (route.startsWith('check/') && status === 200)
        assert.ok(body.findings.some(({ ok }) => ok === false));
      else assert.match(body.message, /key|secret|credentials/i);
    });

    it(`${route}: needs the permission to write`, async () => {
      await stage.deploy([]);
      const before = await stage.sandbox.control('GET', '/calls');
      for (const as of [null, reader, runReader]) {
        assert.equal((await ask(route, asDeployed(id), as)).status, 401);
      }
      assert.deepEqual(await stage.sandbox.control('GET', '/calls'), before);
    });

    it(`${route}: says what is wrong with the address`, async () => {
      await stage.deploy([]);
      const draft = { ...asDeployed(id), endpoint: 'http://127.0.0.1:9', url: 'http://127.0.0.1:9' };
      const { status, body } = await ask<Refusal & Findings>(route, draft);
      if (status === 200) {
        assert.ok(body.findings.every(({ ok }) => ok !== true));
        assert.ok(body.findings.some(({ message }) => message.includes('127.0.0.1')));
      } else {
        assert.equal(status, 502);
        assert.match(body.code, /^[A-Z0-9_]+$/);
        assert.match(body.message, /127\.0\.0\.1/);
      }
    });
  }

  it('variables of the environment, stored or typed, are read on the server', async () => {
    const { blueconic, s3 } = stage.sandbox.description;
    await stage.deploy([], {
      settings: { blueconic: { url: variable('SYNC_BLUECONIC_URL') } },
      secrets: {
        braze: { apiKey: variable('SYNC_BRAZE_KEY') },
        s3: { accessKeyId: s3.accessKeyId, secretAccessKey: variable('SYNC_S3_SECRET') },
      },
    });
    assertGood('list/braze-segments', await ask('list/braze-segments', asDeployed('braze')));
    assertGood('check/s3', await ask('check/s3', asDeployed('s3')));
    const tenant = { id: 'blueconic', url: variable('SYNC_BLUECONIC_URL') };
    assertGood('list/blueconic-segments', await ask('list/blueconic-segments', tenant));
    const typed = { ...asTyped('braze'), apiKey: variable('SYNC_BRAZE_KEY') };
    assertGood('list/braze-segments', await ask('list/braze-segments', typed));
    const typedTenant = { ...tenant, id: 'new', clientId: blueconic.clientId };
    const missing = await ask<Refusal>('list/blueconic-segments', {
      ...typedTenant,
      clientSecret: variable('SYNC_NOT_SET'),
    });
    assert.equal(missing.body.code, 'BLUECONIC_CLIENT_REJECTED');
  });

  it('the list of buckets needs no bucket, which it is there to choose', async () => {
    await stage.deploy([]);
    assertGood('list/s3-buckets', await ask('list/s3-buckets', { ...asDeployed('s3'), bucket: '' }));
  });

  it('a check names each permission that is missing, and what cannot be tried', async () => {
    const { braze, s3 } = stage.sandbox.description;
    await stage.sandbox.control('POST', '/braze/settings', {
      keys: [{ key: 'weak-key', permissions: ['segments.list'] }],
    });
    await stage.sandbox.control('POST', '/s3/keys', [
      {
        accessKeyId: s3.accessKeyId,
        secretAccessKey: s3.secretAccessKey,
        deny: ['s3:ListBucket', 's3:ListAllMyBuckets'],
      },
    ]);
    await stage.deploy([]);
    const weak = await ask<Findings>('check/braze', {
      id: 'new',
      endpoint: braze.endpoint,
      apiKey: 'weak-key',
    });
    assert.deepEqual(
      weak.body.findings.map(({ what, ok }) => [what, ok]),
      [
        ['users.track', false],
        ['users.export.segment', false],
        ['segments.list', true],
        ['segments.details', false],
        ['campaigns.list', false],
        ['campaigns.details', 'unknown'],
        ['custom_attributes.get', false],
      ],
    );
    await stage.sandbox.control('POST', '/blueconic/settings', {
      applications: [
        { clientId: 'weak', clientSecret: 'weak', scopes: ['read:segments', 'read:objectives'] },
      ],
    });
    const { url } = stage.sandbox.description.blueconic;
    const tenant = { id: 'new', url, clientId: 'weak', clientSecret: 'weak' };
    const application = await ask<Findings>('check/blueconic', tenant);
    assert.deepEqual(
      application.body.findings.map(({ what, ok }) => [what, ok]),
      [
        ['read:segments', true],
        ['read:profile-properties', false],
        ['write:profiles', false],
        ['read:profiles', 'unknown'],
        ['read:objectives', true],
        ['read:dialogues', 'unknown'],
        ['write:profile-properties', 'unknown'],
      ],
    );
    for (const { what, ok, message } of application.body.findings)
      if (ok === false) assert.ok(message.includes(`the scope ${what}`), message);
    for (const { what, ok, message } of weak.body.findings)
      if (ok === false) assert.match(message, new RegExp(`Make a new API key that has ${what}`));
    const bucket = await ask<Findings>('check/s3', asDeployed('s3'));
    const list = bucket.body.findings.find(({ what }) => what.includes('ListBucket'));
    assert.equal(list?.ok, false);
    const buckets = await ask<Items>('list/s3-buckets', asDeployed('s3'));
    assert.equal(buckets.status, 200);
    assert.deepEqual(buckets.body.items, []);
    assert.match(buckets.body.note ?? '', /s3:ListAllMyBuckets/);
  });

  it('a check tries deleting only where a node deletes, in no other bucket than its own', async () => {
    const { accessKeyId, secretAccessKey } = stage.sandbox.description.s3;
    const deny = ['s3:DeleteObject'];
    await stage.sandbox.control('POST', '/s3/keys', [{ accessKeyId, secretAccessKey, deny }]);
    const tried = async (id: unknown) => {
      const { body } = await ask<Findings>('check/s3', {
        ...asDeployed('s3'),
        id,
        accessKeyId,
        secretAccessKey,
      });
      return body.findings.map(({ what, ok }) => [what.replace('s3:', ''), ok]);
    };
    const always = [
      ['ListBucket', true],
      ['GetObject', true],
      ['GetBucketLocation', true],
    ];
    await stage.deploy([segmentExport('import', [])]);
    assert.deepEqual(await tried('s3'), always);
    await stage.deploy([segmentExport('import', [], { afterwards: 'delete' })]);
    assert.deepEqual(await tried('s3'), [...always, ['DeleteObject', false]]);
    assert.deepEqual(await tried('another'), always);
  });

  it('runs: whoever may read sees them, only who may write stops them', async () => {
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, 50)));
    await stage.sandbox.control('POST', '/faults', {
      system: 'braze',
      fault: { kind: 'latency', ms: 3_000 },
    });
    await stage.deploy([
      inject('go', flowTab, ['source']),
      deltaFiles('source', ['mapper']),
      exportMapper('mapper', ['sink']),
      usersTrack('sink'),
    ]);
    await stage.nodeRed.inject('go');
    const { run } = await stage.liveRun();
    const stop = (as: NodeRedUser | null) => stage.nodeRed.post(`/profile-sync/runs/${run}/stop`, {}, { as });
    for (const as of [null, reader, runReader]) assert.equal((await stop(as)).status, 401);
    for (const as of [reader, runReader]) {
      const { status, body } = await stage.nodeRed.get<{ live: { run: string }[] }>('/profile-sync/runs', {
        as,
      });
      assert.equal(status, 200);
      assert.deepEqual(
        body.live.map((live) => live.run),
        [run],
      );
    }
    assert.equal((await stage.nodeRed.get('/profile-sync/runs', { as: null })).status, 401);
    await stage.sandbox.control('DELETE', '/faults');
    assert.equal((await stop(admin)).status, 200);
    assert.equal((await stage.nextRun()).result, 'stopped');
    const gone = await stage.nodeRed.post<Refusal>(`/profile-sync/runs/${run}/stop`);
    assert.equal(gone.status, 404);
    assert.equal(gone.body.code, 'RUN_UNKNOWN');
  });

  it('a body that is no draft is refused', async () => {
    for (const body of [{}, { node: 'braze' }, { node: [] }, { node: null }]) {
      const { status } = await stage.nodeRed.post('/profile-sync/check/braze', body);
      assert.equal(status, 400);
    }
  });
});
