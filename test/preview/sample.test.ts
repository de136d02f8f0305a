import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import type { FileStore } from '../../src/codec/fileStore';
import { SyncError } from '../../src/errors/syncError';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { maxSampleRecords, newestFileSample, segmentSample } from '../../src/preview/sample';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { FaultRules } from '../../src/sandbox/faults';
import { type Fixture, startFixture } from '../s3/bucketFixture';

const waiting = () => AbortSignal.timeout(10_000);
const lines = (...rows: (object | string)[]) =>
  rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');

describe('sample of files', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  beforeEach(() => {
    fixture.faults.clear();
    fixture.s3.reset();
  });
  after(() => fixture.close());

  const put = (key: string, bytes: string | Buffer, day: number): void => {
    fixture.s3.put('exports', key, bytes, { lastModified: new Date(Date.UTC(2026, 0, day)) });
  };
  const sample = (prefix: string, count = maxSampleRecords) =>
    newestFileSample(fixture.open(), { keys: prefix }, count, waiting());

  it('is the beginning of the newest file, whatever its name', async () => {
    put('delta/a.ndjson.gz', gzipSync(lines({ id: 1 }, '{broken', { id: 2 }, { id: 3 })), 3);
    put('delta/b.ndjson', lines({ id: 9 }), 2);
    put('delta/', '', 4);
    put('other/c.ndjson', lines({ id: 8 }), 5);
    assert.deepEqual(await sample('delta/', 3), {
      records: [{ id: 1 }, { id: 2 }],
      faults: 1,
      from: 'delta/a.ndjson.gz',
    });
    assert.deepEqual((await sample('delta/')).records, [{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('reads no more of a file than it needs, and hangs up', async () => {
    let hungUp = false;
    const endless: FileStore = {
      async *list() {
        yield { key: 'delta/endless', size: 1, etag: '"a"', lastModified: new Date() };
      },
      async *open() {
        try {
          for (let id = 1; ; id++) yield Buffer.from(lines({ id }));
        } finally {
          hungUp = true;
        }
      },
      close: async () => undefined,
    };
    const { records } = await newestFileSample(endless, { keys: 'delta/' }, 5, waiting());
    assert.equal(records.length, 5);
    assert.ok(hungUp);
  });

  it('says why there is nothing', async () => {
    assert.deepEqual(await sample('segment-export/s/'), { records: [], faults: 0, empty: 'no-file' });
    put('segment-export/s/2026-01-01/p/a.gz', gzipSync(lines('', '[]')), 1);
    assert.deepEqual(await sample('segment-export/s/'), {
      records: [],
      faults: 1,
      from: 'segment-export/s/2026-01-01/p/a.gz',
      empty: 'no-record',
    });
  });

  it('passes on what is wrong with the bucket', async () => {
    const bucket = fixture.open({ bucket: 'missing' });
    await assert.rejects(
      newestFileSample(bucket, { keys: 'delta/' }, 5, waiting()),
      (thrown) => thrown instanceof SyncError && thrown.code === 'S3_BUCKET_UNKNOWN',
    );
  });
});

describe('sample of a segment', () => {
  const faults = new FaultRules();
  let tenant: BlueConicSandbox;
  let http: HttpClient;
  before(async () => {
    tenant = await startBlueConicSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
    tenant.defineSegment({ id: 'everybody', name: 'Everybody', rule: 'all' });
    tenant.defineSegment({
      id: 'nobody',
      name: 'Nobody',
      rule: { property: 'customer_id', equals: 'nobody' },
    });
    tenant.seedPeople({ seed: 1, from: 0, to: 50 });
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  const sample = (segmentId: string, properties: string[], count = maxSampleRecords) => {
    const { url, clientId, clientSecret } = tenant;
    const client = createBlueConicClient({ url, clientId, clientSecret, http });
    return segmentSample(client, { segmentId, properties }, count, waiting());
  };

  it('is its first profiles, with the properties that the source asks for', async () => {
    const { records, faults: bad, from } = await sample('everybody', ['customer_id', 'email'], 7);
    assert.deepEqual([records.length, bad, from], [7, 0, 'page 1']);
    for (const { properties, segments } of records) {
      assert.deepEqual(Object.keys(properties as object).sort(), [
        'customer_id',
        'email',
        'lastmodifieddate',
      ]);
      assert.ok((segments as { id: string }[]).some(({ id }) => id === 'everybody'));
    }
    const all = await sample('everybody', []);
    assert.equal(all.records.length, maxSampleRecords);
    assert.ok(Object.keys(all.records[0]?.properties as object).includes('loyalty_points'));
  });

  it('says why there is nothing, and what is wrong with the segment', async () => {
    assert.equal((await sample('nobody', [])).empty, 'no-profile');
    await assert.rejects(
      sample('missing', []),
      (thrown) => thrown instanceof SyncError && thrown.code === 'BLUECONIC_SEGMENT_UNKNOWN',
    );
  });
});
