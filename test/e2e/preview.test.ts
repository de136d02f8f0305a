import assert from 'node:assert/strict';
import type { Preview } from '../../src/preview/preview';
import type { Sample } from '../../src/preview/sample';
import { deltaRecords, gzipLines } from '../support/customers';
import {
  blueconicProfiles,
  deltaFiles,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import type { NodeRedUser } from '../support/nodeRedHome';
import type { AdminAnswer } from '../support/nodeRedRuntime';
import { Stage } from '../support/stage';

const people = 30;
const admin: NodeRedUser = { name: 'admin', password: 'may-do-all', permissions: '*' };
const runReader: NodeRedUser = {
  name: 'runReader',
  password: 'may-look-at-runs',
  permissions: ['profile-sync.read', 'flows.read'],
};

describe('preview and sample', function () {
  this.timeout(60_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people, { users: [admin, runReader] });
  });
  after(() => stage.stop());
  beforeEach(async () => {
    await stage.reset();
    await stage.deploy([]);
  });

  const preview = (body: object) => stage.nodeRed.post<Preview>('/profile-sync/preview', body);

  /** What the mapper's dialog sends: the source, and the configurations it names without their secrets. */
  function sample(source: object, as?: NodeRedUser | null): Promise<AdminAnswer<Sample>> {
    const { blueconic, s3 } = stage.sandbox.description;
    const body = {
      source,
      blueconic: { id: 'blueconic', url: blueconic.url },
      s3: {
        id: 's3',
        auth: 'keys',
        endpoint: s3.endpoint,
        region: s3.region,
        pathStyle: true,
        bucket: s3.bucket,
      },
    };
    return stage.nodeRed.post('/profile-sync/sample', body, as === undefined ? {} : { as });
  }

  it('an export: the sample of a delta file becomes what the run then sends', async () => {
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, 12)));
    const source = deltaFiles('source', ['mapper']);
    const mapper = exportMapper('mapper', ['sink']);
    const { body: fetched } = await sample(source);
    assert.deepEqual([fetched.from, fetched.records.length], ['delta/all.ndjson.gz', 12]);
    const { status, body } = await preview({ mapping: mapper.mapping, records: fetched.records, source });
    assert.equal(status, 200, JSON.stringify(body));

    await stage.deploy([inject('go', flowTab, ['source']), source, mapper, usersTrack('sink')]);
    const { ledger } = await stage.run();
    const { totals, rows } = body;
    assert.deepEqual(
      [totals.sent, totals.dataPoints, totals.requests],
      [ledger.accepted, ledger.work.dataPoints, ledger.work.requests],
    );
    assert.ok(totals.dataPoints > 0);
    const shown = rows.flatMap(({ objects }) => objects as { external_id: string; bc_points: number }[]);
    assert.deepEqual(
      new Map(shown.map(({ external_id, bc_points }) => [external_id, bc_points])),
      await stage.attribute('bc_points'),
    );
  });

  it('an import: the sample of an export that is there becomes what the run then writes', async () => {
    const { braze } = stage.sandbox.description;
    const source = segmentExport('source', ['mapper'], { segment: braze.segment });
    const mapper = importMapper('mapper', ['sink']);
    assert.equal((await sample(source)).body.empty, 'no-file');

    await stage.deploy([inject('go', flowTab, ['source']), source, mapper, blueconicProfiles('sink')]);
    const { ledger } = await stage.run();
    const exports = async () =>
      (await stage.sandbox.control<Record<string, Record<string, unknown>>>('GET', '/calls')).braze?.[
        'POST /users/export/segment'
      ];
    const asked = await exports();
    const { body: fetched } = await sample(source);
    assert.equal(fetched.records.length, 20);
    assert.deepEqual(await exports(), asked, 'a sample asked for an export');

    const { body } = await preview({ mapping: mapper.mapping, records: fetched.records, source });
    assert.ok(ledger.accepted >= body.totals.sent && body.totals.sent === 20);
    const { profiles } = await stage.bothSides();
    for (const { objects } of body.rows) {
      const [entry] = objects as {
        matching: [[{ value: string }]];
        properties: { id: string; values: string[] }[];
      }[];
      const held = profiles.get(entry!.matching[0][0].value)?.properties;
      for (const { id, values } of entry!.properties) assert.deepEqual(held?.[id], values);
    }
  });

  it('a segment of BlueConic: its first profiles, with what the source reads', async () => {
    const { blueconic } = stage.sandbox.description;
    const source = { type: 'blueconic-delta', origin: 'segment', segment: blueconic.segment };
    const { status, body } = await sample({ ...source, properties: ['customer_id'] });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.records.length, 20);
    const held = body.records[0]?.properties as object;
    assert.deepEqual(Object.keys(held).sort(), ['customer_id', 'lastmodifieddate']);
  });

  it('both need the permission to write, and leave nothing in a cache', async () => {
    const { blueconic } = stage.sandbox.description;
    const source = { type: 'blueconic-delta', origin: 'segment', segment: blueconic.segment };
    const before = await stage.sandbox.control('GET', '/calls');
    for (const as of [null, runReader]) {
      assert.equal((await sample(source, as)).status, 401);
      const refused = await stage.nodeRed.post('/profile-sync/preview', { mapping: {}, records: [] }, { as });
      assert.equal(refused.status, 401);
    }
    assert.deepEqual(await stage.sandbox.control('GET', '/calls'), before);
    const { headers } = await sample(source);
    assert.equal(headers.get('cache-control'), 'no-store');
  });

  it('what cannot be answered is said with its reason', async () => {
    const { mapping } = exportMapper('mapper', []);
    const many = Array.from({ length: 201 }, () => ({}));
    const wrong: [path: string, body: object, status: number, code: string][] = [
      ['preview', {}, 400, 'REQUEST_INVALID'],
      ['preview', { mapping, records: many }, 400, 'REQUEST_INVALID'],
      ['preview', { mapping, records: ['x'.repeat(2_000_001)] }, 413, 'REQUEST_TOO_LARGE'],
      ['preview', { mapping: { version: 1 }, records: [{}] }, 400, 'MAPPING_INVALID'],
      ['sample', { source: { type: 'inject' } }, 400, 'REQUEST_INVALID'],
      ['sample', { source: { type: 'blueconic-delta', origin: 'segment' } }, 502, 'SETTING_MISSING'],
      [
        'sample',
        { source: { type: 'blueconic-delta', segment: 's' }, blueconic: { url: 'http://127.0.0.1:9' } },
        502,
        'NET_REFUSED',
      ],
    ];
    for (const [path, body, status, code] of wrong) {
      const answer = await stage.nodeRed.post<{ code: string; message: string }>(
        `/profile-sync/${path}`,
        body,
      );
      assert.deepEqual([answer.status, answer.body.code], [status, code]);
      assert.ok(answer.body.message.length > 20);
    }
  });
});
