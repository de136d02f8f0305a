import assert from 'node:assert/strict';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { exportBucket, peopleInBlueConic, type Sandbox, startSandbox } from '../../src/sandbox/sandbox';
import { until } from '../support/until';

const people = 12;

async function control(sandbox: Sandbox, method: string, path: string, body?: unknown) {
  const answer = await fetch(new URL(path, sandbox.describe().control.url), {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('application/json');
  return { status: answer.status, body: json ? JSON.parse(text) : text };
}

function braze(sandbox: Sandbox, method: string, path: string, body?: unknown) {
  const { endpoint, apiKey } = sandbox.describe().braze;
  return fetch(`${endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

describe('sandbox assembly', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ people, seed: 3, applyDelayMs: 0 });
  });
  after(() => sandbox.close());
  afterEach(() => sandbox.reset());

  it('listens on loopback only', () => {
    const { braze, blueconic, s3, control } = sandbox.describe();
    for (const address of [braze.endpoint, blueconic.url, s3.endpoint, control.url]) {
      assert.equal(new URL(address).hostname, '127.0.0.1');
    }
  });

  it('holds the same people on both sides, some of them in Braze only', () => {
    const users = [...sandbox.braze.users()].map((user) => user.external_id);
    const profiles = [...sandbox.blueconic.profiles()].map(({ properties }) => properties.customer_id?.[0]);
    assert.equal(users.length, people);
    assert.equal(profiles.length, peopleInBlueConic(people));
    assert.ok(profiles.length < users.length);
    assert.deepEqual(
      profiles.filter((id) => !users.includes(id)),
      [],
    );
  });

  it('gives out keys that open all three systems', async () => {
    const { blueconic, s3, braze: described } = sandbox.describe();
    const segments = await braze(sandbox, 'GET', '/segments/list?page=0');
    assert.match(await segments.text(), new RegExp(described.segment));
    const token = await fetch(`${blueconic.url}/rest/v2/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: blueconic.clientId,
        client_secret: blueconic.clientSecret,
      }),
    });
    assert.equal(token.status, 200);
    const { access_token } = (await token.json()) as { access_token: string };
    const members = await fetch(`${blueconic.url}/rest/v2/segments/${blueconic.segment}/profiles`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    assert.equal(members.status, 200);
    const client = new S3Client({
      endpoint: s3.endpoint,
      region: s3.region,
      forcePathStyle: true,
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    });
    const listing = await client.send(new ListObjectsV2Command({ Bucket: s3.bucket }));
    client.destroy();
    assert.equal(listing.KeyCount, 0);
  });

  it('lets Braze export into the bucket', async () => {
    const answer = await braze(sandbox, 'POST', '/users/export/segment', {
      segment_id: sandbox.describe().braze.segment,
      fields_to_export: ['external_id', 'email'],
      output_format: 'gzip',
    });
    assert.equal(answer.status, 201, await answer.text());
    const [object] = await until(
      () => {
        const objects = sandbox.s3.list(exportBucket);
        return objects.length > 0 && objects;
      },
      { what: 'the export in S3' },
    );
    assert.match(object?.key ?? '', /^segment-export\//);
  });

  it('takes fault rules for each system, lists them, and removes them', async () => {
    const wall = {
      system: 'braze',
      path: '/users/track',
      fault: { kind: 'status', status: 503, body: { message: 'down' }, after: true },
    };
    const added = await control(sandbox, 'POST', '/faults', [
      wall,
      { system: 's3', fault: { kind: 'hang' } },
    ]);
    assert.equal(added.status, 201);
    assert.equal((await braze(sandbox, 'POST', '/users/track', {})).status, 503);
    const [first, second] = (await control(sandbox, 'GET', '/faults')).body;
    assert.deepEqual([first.rule, first.applied, second.rule.system], [wall, 1, 's3']);
    assert.equal((await control(sandbox, 'DELETE', `/faults?id=${added.body.ids[0]}`)).status, 204);
    assert.notEqual((await braze(sandbox, 'POST', '/users/track', {})).status, 503);
    assert.equal((await control(sandbox, 'DELETE', `/faults?id=${added.body.ids[0]}`)).status, 404);
    assert.equal((await control(sandbox, 'DELETE', '/faults')).status, 204);
    assert.deepEqual((await control(sandbox, 'GET', '/faults')).body, []);
  });

  it('strikes only requests whose body contains a text, and leaves others their bodies', async () => {
    const rule = { system: 'braze', contains: '"x-1"', fault: { kind: 'status', status: 400 } };
    await control(sandbox, 'POST', '/faults', rule);
    const status = async (id: string) =>
      (await braze(sandbox, 'POST', '/users/track', { attributes: [{ external_id: id, tier: 'gold' }] }))
        .status;
    assert.deepEqual([await status('x-1'), await status('x-12'), await status('y')], [400, 201, 201]);
    assert.equal((await control(sandbox, 'GET', '/faults')).body[0].applied, 1);
  });

  it('bends the errors of an answer that says success', async () => {
    const bent = async (how: string) => {
      await control(sandbox, 'POST', '/faults', {
        system: 'braze',
        times: 1,
        fault: { kind: 'bentErrors', how },
      });
      const attributes = [{ tier: 'gold' }, { external_id: 'x-1', tier: 'gold' }];
      const answer = await braze(sandbox, 'POST', '/users/track', { attributes });
      return ((await answer.json()) as { errors: object[] }).errors;
    };
    const [first, second, ...more] = await bent('repeated');
    assert.deepEqual([first, more], [second, []]);
    assert.ok((await bent('unindexed')).every((error: object) => !('index' in error)));
    assert.deepEqual(await bent('notAList'), { count: 1 });
  });

  for (const [what, rule] of Object.entries({
    'an unknown kind': { system: 'braze', fault: { kind: 'explode' } },
    'an unknown system': { system: 'mail', fault: { kind: 'hang' } },
    'a misspelt condition': { system: 'braze', paths: '/users', fault: { kind: 'hang' } },
    'a look into the bodies of S3': { system: 's3', contains: 'x', fault: { kind: 'hang' } },
    'a share above one': { system: 'braze', share: 2, fault: { kind: 'hang' } },
  })) {
    it(`refuses a fault rule with ${what}`, async () => {
      assert.equal((await control(sandbox, 'POST', '/faults', rule)).status, 400);
      assert.deepEqual(sandbox.faults.list(), []);
    });
  }

  it('counts calls of each system', async () => {
    await braze(sandbox, 'GET', '/segments/list?page=0');
    const { body } = await control(sandbox, 'GET', '/calls');
    assert.deepEqual(body, { braze: { 'GET /segments/list': { 200: 1 } }, blueconic: {}, s3: {} });
  });

  it('comes back to the state after the start', async () => {
    const usersBefore = [...sandbox.braze.users()];
    const profilesBefore = [...sandbox.blueconic.profiles()];
    sandbox.s3.put(exportBucket, 'left/behind', 'bytes');
    sandbox.faults.add({ system: 'braze', fault: { kind: 'reset' } });
    sandbox.blueconic.touch({ share: 1, set: { city: ['elsewhere'] } });
    sandbox.braze.addUsers([{ external_id: 'cust-00000001', custom_attributes: { orders: -1 } }]);
    assert.equal((await control(sandbox, 'POST', '/reset')).status, 204);
    const withoutMoment = ({ profileId, properties }: { profileId: string; properties: object }) => ({
      profileId,
      properties,
    });
    assert.deepEqual(sandbox.s3.list(exportBucket), []);
    assert.deepEqual(sandbox.faults.list(), []);
    assert.deepEqual(sandbox.calls(), { braze: {}, blueconic: {}, s3: {} });
    assert.deepEqual([...sandbox.braze.users()].map(stable), usersBefore.map(stable));
    assert.deepEqual([...sandbox.blueconic.profiles()].map(withoutMoment), profilesBefore.map(withoutMoment));
  });

  it('describes itself and every route in words', async () => {
    const { body } = await control(sandbox, 'GET', '/');
    const { braze, blueconic, s3 } = sandbox.describe();
    for (const detail of [braze.apiKey, blueconic.clientSecret, s3.secretAccessKey, 'POST   /reset']) {
      assert.ok(body.includes(detail), detail);
    }
    for (const { path } of [...sandbox.braze.control, ...sandbox.blueconic.control, ...sandbox.s3.control]) {
      assert.ok(body.includes(path), path);
    }
  });
});

/** Braze makes up ids anew for each user it creates. */
function stable(user: object): object {
  return { ...user, braze_id: undefined, random_bucket: undefined };
}

describe('sandbox assembly, starting', () => {
  it('holds millions in compact mode', async () => {
    const sandbox = await startSandbox({ people: 1_000_000, compact: true });
    assert.equal(sandbox.blueconic.compact()?.active, 750_000);
    assert.equal(sandbox.braze.compact()?.users, 1_000_000);
    await sandbox.close();
  });

  it('takes the ports asked for, and leaves nothing running when one is taken', async () => {
    const first = await startSandbox({ people: 1 });
    const taken = Number(new URL(first.describe().control.url).port);
    await assert.rejects(startSandbox({ people: 1, ports: { control: taken } }), { code: 'EADDRINUSE' });
    await first.close();
    const second = await startSandbox({ people: 1, ports: { control: taken } });
    assert.equal(Number(new URL(second.describe().control.url).port), taken);
    await second.close();
  });
});
