import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import { DeltaFilesSource } from '../../src/s3/deltaFilesSource';
import { zipOf } from '../../src/sandbox/braze/zipWriter';
import { MemoryStore } from '../../src/store/memoryStore';
import { readAndRemember, readFrom } from '../run/pieces';
import { type Fixture, startFixture } from './bucketFixture';

const lines = (...records: object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('delta files source', () => {
  let fixture: Fixture;
  let store: MemoryStore;
  before(async () => {
    fixture = await startFixture();
  });
  beforeEach(() => {
    fixture.faults.clear();
    fixture.s3.reset();
    store = new MemoryStore();
  });
  after(() => fixture.close());

  const put = (key: string, bytes: string | Buffer) => void fixture.s3.put('exports', key, bytes);
  const source = (prefix = 'delta/', goalId = 'goal') =>
    new DeltaFilesSource(fixture.open(), store, { goalId, prefix });
  /** The ids read by one run, remembered if it was complete. */
  const run = async (...options: Parameters<typeof source>) => {
    const { records, summary } = await readAndRemember(source(...options), store);
    return { ids: records.map(({ id }) => id), summary };
  };

  it('reads the files below its prefix in the order of their keys, packed or not', async () => {
    put('delta/b.ndjson.gz', gzipSync(lines({ id: 3 }, { id: 4 })));
    put('delta/a.ndjson', lines({ id: 1 }, { id: 2 }));
    put('delta/deeper/c.ndjson', lines({ id: 5 }));
    put('delta/', '');
    put('other/d.ndjson', lines({ id: 9 }));
    const { ids, summary } = await run();
    assert.deepEqual(ids, [1, 2, 3, 4, 5]);
    assert.equal(summary.complete, true);
  });

  it('reads CSV, told by its key, into records like those of NDJSON', async () => {
    const text = 'customer_id;note\n1;"a ""b""\nc"\n2\n3;\n';
    put('delta/a.csv', text);
    put('delta/b.CSV.gz', gzipSync(text.replaceAll(';', ',')));
    put('delta/c.ndjson', lines({ properties: { customer_id: ['4'] } }));
    const { records, summary } = await readAndRemember(source(), store);
    const ofOneFile = [
      { customer_id: ['1'], note: ['a "b"\nc'] },
      { customer_id: ['3'], note: [] },
    ];
    assert.deepEqual(
      records.map(({ properties }) => properties),
      [...ofOneFile, ...ofOneFile, { customer_id: ['4'] }],
    );
    assert.deepEqual(summary.ledger.reasons.rejected, { 'wrong-cell-count': 2 });
    assert.match(summary.ledger.samples['rejected: wrong-cell-count']?.[0] ?? '', /\/1\/4$/);
  });

  it('reads every CSV file of a zip archive by its own header, and nothing that macOS packs beside them', async () => {
    const archive = await zipOf([
      { name: 'one.csv', content: Buffer.from('customer_id,tier\n1,gold\n2\n') },
      { name: '__MACOSX/._one.csv', content: Buffer.from('\0\0\0') },
      { name: 'two.csv', content: Buffer.from('tier;customer_id\n"";3') },
    ]);
    put('delta/a.csv.zip', archive);
    const { records, summary } = await readAndRemember(source(), store);
    assert.deepEqual(
      records.map(({ properties }) => properties),
      [
        { customer_id: ['1'], tier: ['gold'] },
        { customer_id: ['3'], tier: [] },
      ],
    );
    assert.match(summary.ledger.samples['rejected: wrong-cell-count']?.[0] ?? '', /\/1\/3$/);
  });

  it('has nothing to go on with until its list is whole', async () => {
    put('delta/a', lines({ id: 1 }));
    const listed = source();
    assert.equal(listed.state(), undefined);
    await readAndRemember(listed, store);
    assert.deepEqual(
      listed.state()?.map(({ key }) => key),
      ['delta/a'],
    );
  });

  it('succeeds with nothing where there is no file', async () => {
    const { ids, summary } = await run();
    assert.deepEqual([ids, summary.result, summary.complete], [[], 'succeeded', true]);
  });

  it('reads each file once, and one that was replaced anew', async () => {
    put('delta/a', lines({ id: 1 }));
    put('delta/b', lines({ id: 2 }));
    assert.deepEqual((await run()).ids, [1, 2]);
    assert.deepEqual((await run()).ids, []);
    put('delta/b', lines({ id: 3 }));
    put('delta/c', lines({ id: 4 }));
    assert.deepEqual((await run()).ids, [3, 4]);
  });

  it('remembers for each goal apart', async () => {
    put('delta/a', lines({ id: 1 }));
    await run('delta/', 'one');
    assert.deepEqual((await run('delta/', 'other')).ids, [1]);
  });

  it('rejects bad lines by file and line, and reads the rest', async () => {
    const good = Array.from({ length: 40 }, (_, id) => ({ id }));
    put('delta/a', `${lines(...good)}{broken\n\n[1]\n${lines({ id: 40 })}`);
    const { ids, summary } = await run();
    assert.equal(ids.length, 41);
    assert.deepEqual([summary.ledger.read, summary.ledger.rejected, summary.complete], [43, 2, true]);
    assert.match(summary.ledger.samples['rejected: not-json']?.[0] ?? '', /\/1\/41$/);
    assert.match(summary.ledger.samples['rejected: not-an-object']?.[0] ?? '', /\/1\/43$/);
  });

  it('reads a file again whose rows have no known outcome, and only that one', async () => {
    for (let file = 0; file < 40; file++) put(`delta/${100 + file}`, lines({ id: file }));
    const outcome = ({ id }: ProfileRecord) => (id === 17 ? ('unknown' as const) : undefined);
    const first = await readAndRemember(source(), store, { outcome });
    assert.equal(first.summary.complete, true);
    assert.deepEqual((await run()).ids, [17]);
    assert.deepEqual((await run()).ids, []);
  });

  it('remembers nothing of a run that was not complete', async () => {
    put('delta/a', lines({ id: 1 }));
    put('delta/b', gzipSync(lines({ id: 2 })).subarray(0, 20));
    const { ids, summary } = await run();
    assert.deepEqual([ids, summary.result, summary.complete], [[], 'failed', false]);
    put('delta/b', lines({ id: 3 }));
    assert.deepEqual((await run()).ids, [1, 3]);
  });

  it('fails rather than mix two versions when a file is replaced while it is read', async () => {
    put('delta/a', lines({ id: 1 }));
    const bucket = fixture.open();
    const files = {
      async *list(prefix: string, signal?: AbortSignal) {
        yield* bucket.list(prefix, signal);
        put('delta/a', lines({ id: 2 }));
      },
      open: bucket.open.bind(bucket),
      close: bucket.close.bind(bucket),
    };
    const { ended } = readFrom(new DeltaFilesSource(files, store, { goalId: 'goal', prefix: 'delta/' }));
    assert.equal((await ended).error?.code, 'S3_OBJECT_CHANGED');
  });

  it('says what is wrong with the bucket', async () => {
    const closed = new DeltaFilesSource(
      fixture.open({ auth: fixture.keysOf({ secretAccessKey: 'wrong' }) }),
      store,
      { goalId: 'goal', prefix: 'delta/' },
    );
    const { error } = await readFrom(closed).ended;
    assert.match(error?.code ?? '', /^S3_/);
  });
});
