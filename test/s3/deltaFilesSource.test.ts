import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import type { RunNotice } from '../../src/run/notices';
import { type DeltaFilesSettings, DeltaFilesSource } from '../../src/s3/deltaFilesSource';
import { zipOf } from '../../src/sandbox/braze/zipWriter';
import { MemoryStore } from '../../src/store/memoryStore';
import { readAndRemember, readFrom, sourceContext } from '../run/pieces';
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

  /** @param minutesOld by the sandbox's clock. */
  const put = (key: string, bytes: string | Buffer, minutesOld = 0) => {
    const lastModified = new Date(Date.now() - minutesOld * 60_000);
    fixture.s3.put('exports', key, bytes, { lastModified });
  };
  const source = (keys = 'delta/', goalId = 'goal', more: Partial<DeltaFilesSettings> = {}) =>
    new DeltaFilesSource(fixture.open(), store, { goalId, keys, ...more });
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

  it('reads CSV as its settings say, whatever the key', async () => {
    const text = Buffer.from('customer_id^größe\n1^a|b\n2^\n', 'latin1');
    put('delta/a.txt', text);
    const csv = { delimiter: '^', encoding: 'windows-1252', valueSeparator: '|' } as const;
    const { records } = await readAndRemember(
      source('delta/', 'goal', { format: { kind: 'csv', csv } }),
      store,
    );
    assert.deepEqual(
      records.map(({ properties }) => properties),
      [
        { customer_id: ['1'], größe: ['a', 'b'] },
        { customer_id: ['2'], größe: [] },
      ],
    );
    put('delta/a.csv', lines({ id: 1 }));
    const asNdjson = source('delta/a.c*', 'goal', { format: { kind: 'ndjson' } });
    assert.deepEqual((await readAndRemember(asNdjson, store)).records, [{ id: 1 }]);
  });

  it('reads the files that fit its pattern, in the order of their keys', async () => {
    for (const [id, key] of [
      'delta/b/2.json',
      'delta/a/1.json',
      'delta/a/x.csv',
      'other/a/1.json',
    ].entries()) {
      put(key, lines({ id }));
    }
    assert.deepEqual((await run('delta/*/?.json')).ids, [1, 0]);
    assert.deepEqual((await run('**/1.json')).ids, [3]);
  });

  it('leaves young files to the next run, by the clock of the store, and says so', async () => {
    const minutes = 5;
    const byAge = () => run('delta/', 'goal', { readiness: { by: 'age', minutes } });
    put('delta/a', lines({ id: 1 }), 6);
    put('delta/b', lines({ id: 2 }), 4);
    put('delta/c', lines({ id: 3 }), 0);
    const first = await byAge();
    assert.deepEqual([first.ids, first.summary.complete], [[1], true]);
    assert.deepEqual(first.summary.notices, [{ code: 'filesYoung', values: { files: 2, minutes } }]);
    put('delta/b', lines({ id: 2 }), 5.1);
    put('delta/c', lines({ id: 4 }), 4);
    assert.deepEqual((await byAge()).ids, [2]);
    put('delta/c', lines({ id: 4 }), 9);
    const last = await byAge();
    assert.deepEqual([last.ids, last.summary.notices], [[4], undefined]);
  });

  it('goes by the time that S3 tells, not by the one of this machine', async () => {
    const hour = 60 * 60_000;
    const bucket = fixture.open();
    const inAnHour = {
      async *list(prefix: string, signal?: AbortSignal) {
        for await (const file of bucket.list(prefix, signal)) {
          const listedAt = file.listedAt!;
          assert.ok(Math.abs(listedAt.getTime() - Date.now()) < 10_000);
          yield { ...file, listedAt: new Date(listedAt.getTime() + hour) };
        }
      },
      open: bucket.open.bind(bucket),
      rename: bucket.rename.bind(bucket),
      close: bucket.close.bind(bucket),
    };
    put('delta/a', lines({ id: 1 }));
    const settings = { goalId: 'goal', keys: 'delta/', readiness: { by: 'age', minutes: 50 } } as const;
    const { records } = await readAndRemember(new DeltaFilesSource(inAnHour, store, settings), store);
    assert.deepEqual(records, [{ id: 1 }]);
  });

  it('reads a file once a marker is beside it that is not older, and no marker as a file', async () => {
    const marked = () => run('delta/*.json', 'goal', { readiness: { by: 'marker' } });
    put('delta/a.json', lines({ id: 1 }), 2);
    put('delta/a.json.done', lines({ id: -1 }), 1);
    put('delta/b.json', lines({ id: 2 }));
    put('delta/b.done', '');
    const first = await marked();
    assert.deepEqual([first.ids, first.summary.result], [[1], 'succeeded']);
    assert.deepEqual(first.summary.notices, [{ code: 'filesUnmarked', values: { files: 1 } }]);
    put('delta/b.json.done', '');
    assert.deepEqual((await marked()).ids, [2]);
    put('delta/a.json', lines({ id: 3 }));
    assert.deepEqual((await marked()).ids, []);
    put('delta/a.json.done', '');
    assert.deepEqual((await marked()).ids, [3]);
    assert.deepEqual((await run('delta/', 'another goal')).ids, [3, 2]);
  });

  describe('that renames what it has read', () => {
    const renaming = { afterwards: 'rename' } as const;
    /** One run, and what it says once it has cleaned up as a complete run does. */
    const cleanedUp = async (files: DeltaFilesSource) => {
      const { records } = await readAndRemember(files, store);
      const notice = await files.cleanUp(AbortSignal.timeout(10_000));
      return { ids: records.map(({ id }) => id), notice };
    };
    const keys = () => fixture.s3.list('exports').map(({ key }) => key);

    it('gives each file the ending of a marker, whatever its key, and does not read it again', async () => {
      put('delta/a b+c%20ü.json', lines({ id: 1 }));
      put('delta/b.json', lines({ id: 2 }));
      put('delta/b.json.done', '');
      put('delta/c.csv', 'id\n3\n');
      const { ids, notice } = await cleanedUp(source('delta/*.json', 'goal', renaming));
      assert.deepEqual([ids, notice], [[1, 2], undefined]);
      assert.deepEqual(keys(), ['delta/a b+c%20ü.json.done', 'delta/b.json.done', 'delta/c.csv']);
      assert.equal(fixture.s3.get('exports', 'delta/b.json.done')?.bytes.toString(), lines({ id: 2 }));
      assert.deepEqual((await run('delta/*.json*', 'another goal')).ids, []);
    });

    it('leaves what was replaced or deleted meanwhile', async () => {
      put('delta/a', lines({ id: 1 }));
      put('delta/b', lines({ id: 2 }));
      put('delta/c', lines({ id: 3 }));
      const files = source('delta/', 'goal', renaming);
      await readAndRemember(files, store);
      put('delta/a', lines({ id: 4 }));
      fixture.s3.delete('exports', 'delta/b');
      assert.equal(await files.cleanUp(AbortSignal.timeout(10_000)), undefined);
      assert.deepEqual(keys(), ['delta/a', 'delta/c.done']);
      assert.deepEqual((await cleanedUp(source('delta/', 'goal', renaming))).ids, [4]);
      assert.deepEqual(keys(), ['delta/a.done', 'delta/c.done']);
    });

    it('says why it could not, and lets the next run do it', async () => {
      const { accessKeyId, secretAccessKey } = fixture.s3;
      put('delta/a', lines({ id: 1 }));
      for (const action of ['s3:PutObject', 's3:DeleteObject'] as const) {
        fixture.s3.setKeys([{ accessKeyId, secretAccessKey, deny: [action] }]);
        const { notice } = await cleanedUp(source('delta/', 'goal', renaming));
        assert.match(JSON.stringify(notice), new RegExp(`filesNotRenamed.*${action}`));
        assert.ok(keys().includes('delta/a'));
      }
      fixture.s3.setKeys([{ accessKeyId, secretAccessKey }]);
      fixture.faults.add({ system: 's3', method: 'PUT', fault: { kind: 'hang' } });
      const slow = source('delta/', 'goal', renaming);
      await readAndRemember(slow, store);
      assert.match(JSON.stringify(await slow.cleanUp(AbortSignal.timeout(50))), /too long/);
      fixture.faults.clear();
      const second = await cleanedUp(source('delta/', 'goal', renaming));
      assert.deepEqual([second.ids, second.notice, keys()], [[], undefined, ['delta/a.done']]);
    });
  });

  it('goes on with the list that it had, and says again what waits', async () => {
    const settings = { readiness: { by: 'age', minutes: 5 } } as const;
    put('delta/a', lines({ id: 1 }), 9);
    put('delta/b', lines({ id: 2 }), 9);
    put('delta/c', lines({ id: 3 }));
    const cutOff = source('delta/', 'goal', settings);
    await readFrom(cutOff).ended;
    put('delta/aa', lines({ id: 4 }), 9);
    const state: unknown = JSON.parse(JSON.stringify(cutOff.state()));
    const notices: RunNotice[] = [];
    const context = sourceContext({
      signal: AbortSignal.timeout(10_000),
      notice: (notice) => void notices.push(notice),
      isSettled: () => false,
      earlier: { state, isDone: (unit) => unit === 'delta/a', ids: () => undefined },
    });
    const goesOn = source('delta/', 'goal', settings);
    const units: string[] = [];
    for await (const { name } of goesOn.units(context)) units.push(name);
    assert.deepEqual(units, ['delta/b']);
    assert.deepEqual(notices, [{ code: 'filesYoung', values: { files: 1, minutes: 5 } }]);
    await store.commit(goesOn.remember(() => false));
    assert.deepEqual((await run('delta/', 'goal', settings)).ids, [4]);
  });

  it('has nothing to go on with until its list is whole', async () => {
    put('delta/a', lines({ id: 1 }));
    const listed = source();
    assert.equal(listed.state(), undefined);
    await readAndRemember(listed, store);
    assert.deepEqual(
      listed.state()?.files.map(({ key }) => key),
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
      rename: bucket.rename.bind(bucket),
      close: bucket.close.bind(bucket),
    };
    const { ended } = readFrom(new DeltaFilesSource(files, store, { goalId: 'goal', keys: 'delta/' }));
    assert.equal((await ended).error?.code, 'S3_OBJECT_CHANGED');
  });

  it('says what is wrong with the bucket', async () => {
    const closed = new DeltaFilesSource(
      fixture.open({ auth: fixture.keysOf({ secretAccessKey: 'wrong' }) }),
      store,
      { goalId: 'goal', keys: 'delta/' },
    );
    const { error } = await readFrom(closed).ended;
    assert.match(error?.code ?? '', /^S3_/);
  });
});
