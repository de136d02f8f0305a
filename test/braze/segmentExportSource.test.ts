import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { SegmentExportSettings, SegmentExportSource } from '../../src/braze/segmentExportSource';
import type { SourceUnit } from '../../src/run/source';
import { exportBucket } from '../../src/sandbox/sandbox';
import { readFrom, sourceContext } from '../run/pieces';
import { exportFixture } from './exportFixture';

describe('segment export source', () => {
  const fixture = exportFixture();
  const { source, run, customers, exportCalls, states, exportOfAnother } = fixture;

  /** A key in the folder of the only export. */
  function besideTheFiles(name: string): string {
    const [exported] = fixture.sandbox.braze.exports();
    const day = new Date().toISOString().slice(0, 10);
    return `segment-export/${exported!.segmentId}/${day}/${exported!.objectPrefix}/${name}`;
  }

  /** Reads all units; `between` happens once the first was read. */
  async function unitsOf(made: SegmentExportSource, between: (first: string) => unknown) {
    const { signal } = new AbortController();
    const context = sourceContext({ signal });
    const names: string[] = [];
    let read = 0;
    try {
      for await (const unit of made.units(context)) {
        for await (const rows of unit.rows(signal)) read += rows.length;
        names.push(unit.name);
        if (names.length === 1) await between(unit.name);
      }
    } finally {
      await made.close();
    }
    return { names, read };
  }

  it('reads everybody of the segment once, from all files of the export', async () => {
    const { ids, summary } = await run(source());
    assert.deepEqual(ids, customers(120));
    assert.equal(summary.complete, true);
    assert.deepEqual(exportCalls(), { 201: 1 });
  });

  it('reads zip archives of one or several members like gzip', async () => {
    for (const zipMembers of [1, 7]) {
      fixture.sandbox.braze.configure({ exports: { alwaysZip: true, zipMembers } });
      const { ids, summary } = await run(source());
      assert.deepEqual(ids, customers(120));
      assert.equal(summary.complete, true);
    }
    const names = fixture.sandbox.s3.list(exportBucket).map(({ key }) => key);
    assert.ok(names.length === 6 && names.every((key) => key.endsWith('.zip')));
  });

  it('goes on with the same rows where an earlier life stopped between members of an archive', async () => {
    fixture.sandbox.braze.configure({ exports: { alwaysZip: true, zipMembers: 7 } });
    const made = source();
    const context = sourceContext({ signal: AbortSignal.timeout(10_000), isSettled: () => false });
    const idsByLine = async (unit: SourceUnit) => {
      const ids = new Map<number, unknown>();
      for await (const rows of unit.rows(context.signal)) {
        for (const row of rows) ids.set(row.line, 'record' in row && row.record.external_id);
      }
      return ids;
    };
    const units: SourceUnit[] = [];
    const first: Map<number, unknown>[] = [];
    for await (const unit of made.units(context)) {
      units.push(unit);
      first.push(await idsByLine(unit));
    }
    const state = made.state();
    await made.close();
    assert.deepEqual(
      // Names are random, and so is the order of the files.
      first.map((ids) => [...ids.keys()]).sort((one, other) => other.length - one.length),
      [50, 50, 20].map((rows) => Array.from({ length: rows }, (_, at) => at + 1)),
    );

    const later = source();
    const earlier = { state, isDone: (name: string) => name === units[0]?.name, ids: () => undefined };
    const second: Map<number, unknown>[] = [];
    for await (const unit of later.units({ ...context, earlier })) {
      second.push(await idsByLine(unit));
    }
    await later.close();
    assert.deepEqual(second, first.slice(1));
    assert.deepEqual(exportCalls(), { 201: 1 });
  });

  it('reads an archive to its end although the connection breaks again and again', async () => {
    fixture.sandbox.braze.seedPeople({ seed: 1, from: 120, to: 2_120 });
    fixture.sandbox.braze.configure({ exports: { alwaysZip: true, zipMembers: 2, rowsPerFile: 5_000 } });
    const fault = { kind: 'cutBody', share: 0.4 } as const;
    fixture.sandbox.faults.add({ system: 's3', path: '.zip', times: 4, fault });
    assert.deepEqual((await run(source())).ids, customers(2_120));
    assert.equal(fixture.sandbox.faults.list()[0]?.applied, 4);
  });

  it('takes nothing for the export that lies beside it', async () => {
    await run(source());
    fixture.sandbox.braze.seedPeople({ seed: 1, from: 120, to: 130 });
    fixture.sandbox.braze.configure({ exports: { dashboardCsv: true } });
    const { braze } = fixture.sandbox.describe();
    fixture.sandbox.s3.put(exportBucket, `segment-export/${braze.segment}/2026-01-01/other/1.gz`, 'rubbish');
    assert.deepEqual((await run(source())).ids, customers(130));
  });

  it('asks for the next files while the first is read', async () => {
    const made = source();
    const asked = () => fixture.sandbox.calls().s3['GET /{bucket}/{key}']?.[200] ?? 0;
    for await (const unit of made.units(sourceContext())) {
      // Not a row of it is taken before the others have come.
      while (asked() < 3) await sleep(2);
      for await (const _ of unit.rows(AbortSignal.timeout(10_000)));
    }
    assert.equal(asked(), 3);
    await made.close();
  });

  it('waits for a file that comes late', async () => {
    fixture.sandbox.braze.configure({ exports: { lateFile: { index: 1, ms: 150 } } });
    assert.deepEqual((await run(source({ quietMs: 600 }))).ids, customers(120));
  });

  it('finds an export that is finished on another day than it was asked for', async () => {
    fixture.sandbox.braze.configure({ exports: { straddleMidnight: true } });
    assert.equal((await run(source())).ids.length, 120);
  });

  it('fails on a file that is cut off, instead of taking the rest for all', async () => {
    fixture.sandbox.braze.configure({ exports: { truncatedFile: { index: 1 } } });
    const { ids, summary } = await run(source());
    assert.deepEqual([summary.result, summary.complete], ['failed', false]);
    assert.equal(summary.error?.code, 'FILE_TRUNCATED');
    assert.ok(
      summary.error.message.includes(fixture.sandbox.braze.exports()[0]!.keys[1]!.split('/').at(-1)!),
    );
    // Files of 50, 50 and 20 users: the whole ones were read all the same, whatever their order.
    assert.ok(ids.length >= 70 && ids.length < 120);
  });

  it('fails on a zip archive that is cut off before any row of it, and says that it may come whole yet', async () => {
    fixture.sandbox.braze.configure({
      exports: { alwaysZip: true, zipMembers: 3, truncatedFile: { index: 0 } },
    });
    fixture.sandbox.braze.configure({ exports: { rowsPerFile: 5_000 } });
    const { summary } = await run(source());
    assert.deepEqual([summary.result, summary.complete, summary.ledger.read], ['failed', false, 0]);
    assert.equal(summary.error?.code, 'FILE_TRUNCATED');
  });

  it('rejects lines that are no profile and reads the others', async () => {
    fixture.sandbox.braze.configure({ exports: { malformedRow: { lines: ['{broken', '17'] } } });
    const { ids, summary } = await run(source());
    assert.deepEqual(ids, customers(120));
    assert.equal(summary.ledger.rejected, summary.ledger.read - 120);
    assert.deepEqual(Object.keys(summary.ledger.reasons.rejected ?? {}).sort(), [
      'not-an-object',
      'not-json',
    ]);
  });

  it('hands on a row that the export holds twice, and misses nobody for it', async () => {
    fixture.sandbox.braze.configure({ exports: { duplicateRow: { count: 3 } } });
    const { ids, summary } = await run(source());
    assert.deepEqual([...new Set(ids)], customers(120));
    assert.deepEqual([ids.length, summary.ledger.read, summary.complete], [123, 123, true]);
  });

  it('gives up when no file ever comes, and says where to look', async () => {
    fixture.sandbox.braze.configure({ exports: { failSilently: true } });
    const { summary } = await run(source({ giveUpMs: 150 }));
    assert.equal(summary.error?.code, 'EXPORT_NOT_ARRIVED');
    assert.match(summary.error?.message ?? '', /segment-export\//);
  });

  it('asks for no export when the bucket cannot be read', async () => {
    const { summary } = await run(source({ secretAccessKey: 'wrong' }));
    assert.match(summary.error?.code ?? '', /^S3_/);
    assert.equal(exportCalls(), undefined);
  });

  it('says that there is no such segment', async () => {
    const { summary } = await run(source({ segmentId: 'none' }));
    assert.equal(summary.error?.code, 'BRAZE_SEGMENT_UNKNOWN');
  });

  it('says that the segment is being exported already', async () => {
    fixture.sandbox.braze.configure({ exports: { fileDelayMs: 200 } });
    const first = source();
    const { run: running, ended } = readFrom(first);
    while (exportCalls() === undefined) await sleep(5);
    const { summary } = await run(source({ whenRunning: 'fail' }));
    assert.equal(summary.error?.code, 'BRAZE_EXPORT_RUNNING');
    running.stop();
    await ended;
    await first.close();
  });

  it("waits for the end of another's export, and then reads its own", async () => {
    fixture.sandbox.braze.configure({ exports: { fileDelayMs: 60 } });
    await exportOfAnother();
    const { ids, summary } = await run(source());
    assert.deepEqual([ids, summary.complete], [customers(120), true]);
    assert.deepEqual(states(), ['done', 'done']);
    assert.ok((exportCalls()?.[429] ?? 0) > 0);
  });

  it('waits no longer for it than for its own files', async () => {
    fixture.sandbox.braze.configure({ exports: { fileDelayMs: 60_000 } });
    await exportOfAnother();
    const { summary } = await run(source({ giveUpMs: 100 }));
    assert.equal(summary.error?.code, 'BRAZE_EXPORT_RUNNING');
  });

  it("cancels another's export where it is told to", async () => {
    fixture.sandbox.braze.configure({ exports: { fileDelayMs: 60_000 } });
    await exportOfAnother();
    fixture.sandbox.braze.configure({ exports: { fileDelayMs: 5 } });
    assert.deepEqual((await run(source({ whenRunning: 'cancel' }))).ids, customers(120));
    assert.deepEqual(states(), ['cancelled', 'done']);
  });

  it('names the bucket and asks about it when no file comes for long', async () => {
    fixture.sandbox.braze.configure({ exports: { failSilently: true } });
    const made = source({ doubtMs: 50, rootPath: 'deep' });
    const { run: running, ended } = readFrom(made);
    while (running.snapshot().phase !== 'doubting') await sleep(5);
    const { braze } = fixture.sandbox.describe();
    assert.equal(running.snapshot().detail, `${exportBucket}/deep/segment-export/${braze.segment}/`);
    running.stop();
    await ended;
    await made.close();
  });

  it('does not take a file for whole that has no content yet', async () => {
    const made = source({ quietMs: 60 });
    const { run: running, records, ended } = readFrom(made);
    while (fixture.sandbox.braze.exports()[0] === undefined) await sleep(1);
    const key = besideTheFiles('zz.gz');
    fixture.sandbox.s3.put(exportBucket, key, '');
    while (states()[0] !== 'done') await sleep(5);
    await sleep(300);
    assert.deepEqual([running.snapshot().phase, records.length], ['waiting', 0]);
    fixture.sandbox.s3.put(exportBucket, key, gzipSync('{"external_id":"late"}\n'));
    assert.equal((await ended).complete, true);
    assert.equal(records.length, 121);
    await made.close();
  });

  it('reads a file too that came after the reading had begun', async () => {
    const { names, read } = await unitsOf(source(), () => {
      fixture.sandbox.s3.put(exportBucket, besideTheFiles('zz.gz'), gzipSync('{"external_id":"late"}\n'));
    });
    assert.equal(names.length, 4);
    assert.equal(read, 121);
  });

  it('fails where a file was changed after it was read', async () => {
    const failing = unitsOf(source(), (first) => {
      fixture.sandbox.s3.put(exportBucket, first, gzipSync('{"external_id":"changed"}\n'));
    });
    await assert.rejects(failing, { code: 'EXPORT_NOT_ARRIVED' });
  });

  it('fails where files are deleted before they were read', async () => {
    fixture.sandbox.braze.configure({ exports: { rowsPerFile: 10 } });
    const failing = unitsOf(source(), () => {
      for (const { key } of fixture.sandbox.s3.list(exportBucket))
        fixture.sandbox.s3.delete(exportBucket, key);
    });
    await assert.rejects(failing, { code: 'S3_OBJECT_MISSING' });
  });

  it('does without files that were deleted after they were read', async () => {
    const { names, read } = await unitsOf(source(), (first) =>
      fixture.sandbox.s3.delete(exportBucket, first),
    );
    assert.deepEqual([names.length, read], [3, 120]);
  });

  it('reads an empty segment as nobody where Braze writes a file for it', async () => {
    fixture.sandbox.reset();
    fixture.sandbox.braze.configure({ exports: { emptySegment: 'emptyFile', fileDelayMs: 5 } });
    const { ids, summary } = await run(source());
    assert.deepEqual([ids, summary.result, summary.complete], [[], 'succeeded', true]);
  });

  describe('once its files are needed no more', () => {
    const keys = () => fixture.sandbox.s3.list(exportBucket).map(({ key }) => key);

    /** Reads an export with other files beside it, and cleans up. */
    async function cleanedUp(changes: Partial<SegmentExportSettings>) {
      fixture.sandbox.braze.configure({ exports: { dashboardCsv: true } });
      const made = source(changes);
      const { ended } = readFrom(made);
      assert.equal((await ended).complete, true);
      const beside = keys().filter((key) => !key.includes(fixture.sandbox.braze.exports()[0]!.objectPrefix));
      assert.equal(beside.length, 1);
      const told = await made.cleanUp(AbortSignal.timeout(10_000));
      await made.close();
      return { told, beside };
    }

    it('deletes them, and nothing that lies beside them', async () => {
      const { told, beside } = await cleanedUp({ afterwards: 'delete' });
      assert.equal(told, undefined);
      assert.deepEqual(keys(), beside);
    });

    it('leaves them where it is to', async () => {
      assert.equal((await cleanedUp({ afterwards: 'leave' })).told, undefined);
      assert.equal(keys().length, 4);
    });

    it('says which permission it lacks, and leaves them', async () => {
      const { accessKeyId, secretAccessKey } = fixture.sandbox.describe().s3;
      fixture.sandbox.s3.setKeys([{ accessKeyId, secretAccessKey, deny: ['s3:DeleteObject'] }]);
      const { told } = await cleanedUp({ afterwards: 'delete' });
      assert.equal(told?.code, 'filesLeft');
      assert.match(JSON.stringify(told), /segment-export.*s3:DeleteObject/);
      assert.equal(keys().length, 4);
    });

    it('says that it took too long', async () => {
      const made = source({ afterwards: 'delete' });
      assert.equal((await readFrom(made).ended).complete, true);
      fixture.sandbox.faults.add({ system: 's3', method: 'DELETE', fault: { kind: 'hang' } });
      const told = await made.cleanUp(AbortSignal.timeout(50));
      assert.match(JSON.stringify(told), /filesLeft.*too long/);
      await made.close();
    });
  });

  it('takes an empty segment without a file for a failure, and says that it may be one', async () => {
    fixture.sandbox.reset();
    const { summary } = await run(source({ giveUpMs: 150 }));
    assert.deepEqual([summary.result, summary.error?.code], ['failed', 'EXPORT_NOT_ARRIVED']);
    assert.match(summary.error?.message ?? '', /empty segment/);
  });

  it('fails on a file whose text is cut off within its last line, though its archive is intact', async () => {
    const made = source({ quietMs: 100 });
    const { ended } = readFrom(made);
    while (states()[0] !== 'done') await sleep(1);
    fixture.sandbox.s3.put(exportBucket, besideTheFiles('zz.gz'), gzipSync('{"external_id":"a"}\n{"exter'));
    const { result, complete, error } = await ended;
    assert.deepEqual([result, complete, error?.code], ['failed', false, 'FILE_TRUNCATED']);
    await made.close();
  });

  it('fails where Braze deletes the files after hours and they were not read by then', async () => {
    fixture.sandbox.braze.configure({ exports: { rowsPerFile: 10, deleteAfterMs: 0 } });
    const { summary } = await run(source({ giveUpMs: 300 }));
    assert.deepEqual([summary.result, summary.complete], ['failed', false]);
    assert.match(summary.error?.code ?? '', /^(EXPORT_NOT_ARRIVED|S3_OBJECT_MISSING)$/);
  });

  it('ends its wait when the run is stopped', async () => {
    fixture.sandbox.braze.configure({ exports: { failSilently: true } });
    const made = source({ giveUpMs: 600_000, pollMs: 300_000 });
    const { run: running, ended } = readFrom(made);
    while (running.snapshot().phase !== 'waiting') await sleep(5);
    running.stop();
    assert.equal((await ended).result, 'stopped');
    await made.close();
  });

  it('asks for single custom attributes, and knows what it has asked for', async () => {
    const made = source({ fields: ['external_id'], customAttributes: ['loyalty_tier'] });
    const { records } = await run(made);
    for (const record of records) {
      assert.ok(Object.keys(record).every((key) => ['external_id', 'custom_attributes'].includes(key)));
      assert.ok(
        Object.keys((record.custom_attributes as object | undefined) ?? {}).every(
          (key) => key === 'loyalty_tier',
        ),
      );
    }
    assert.equal(made.asked.has(['custom_attributes', 'loyalty_tier']), true);
    assert.equal(made.asked.has(['custom_attributes', 'orders']), false);
    assert.equal(made.asked.has(['email']), false);
    const all = source();
    assert.equal(all.asked.has(['custom_attributes', 'orders']), true);
    assert.equal(all.asked.has(['first_name']), false);
    await all.close();
  });
});
