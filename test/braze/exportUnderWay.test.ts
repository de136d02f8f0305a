import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExpectedCall, ExportCallbacks } from '../../src/braze/exportCallbacks';
import { ExportMemory } from '../../src/braze/exportMemory';
import { OpenExports } from '../../src/braze/openExports';
import type { GoalRun } from '../../src/run/goalRun';
import { MemoryStore } from '../../src/store/memoryStore';
import { readFrom, sourceContext } from '../run/pieces';
import { exportFixture } from './exportFixture';

/** Longer than a test may take: only a call ends such a wait. */
const never = 600_000;

describe('an export under way', () => {
  const fixture = exportFixture();
  const { source, run, customers, exportCalls, states, exportOfAnother, client } = fixture;
  const files = () => fixture.sandbox.braze.exports().flatMap(({ keys }) => keys);

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(2);
  }

  describe('of which Braze says when it is ready', () => {
    let callbacks: ExportCallbacks;
    let server: Server;
    let callbackUrl: string;
    let calls: { method: string; token: string }[];
    before(async () => {
      server = createServer((request, response) => {
        const token = request.url!.slice('/ready/'.length);
        calls.push({ method: request.method!, token });
        response.statusCode = callbacks.take(token) ? 200 : 429;
        response.end();
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      callbackUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`;
    });
    beforeEach(() => {
      callbacks = new ExportCallbacks();
      calls = [];
    });
    after(() => server.close());

    it('is read without waiting for the quiet period, or for the next look at the bucket', async () => {
      const { ids, summary } = await run(
        source({ quietMs: never, pollMs: never, callbackUrl }, { callbacks }),
      );
      assert.deepEqual([ids, summary.complete], [customers(120), true]);
      assert.match(calls[0]?.token ?? '', /^[\w-]{43}$/);
      assert.deepEqual([calls.length, calls[0]?.method], [1, 'POST']);
    });

    it('gets another path each time, which is good for nothing afterwards', async () => {
      const forgotten: string[] = [];
      const expect = callbacks.expect.bind(callbacks);
      callbacks.expect = (token) => {
        const { called, forget } = expect(token);
        return {
          called,
          forget: () => {
            forgotten.push(token);
            forget();
          },
        };
      };
      for (const _ of [1, 2]) await run(source({ quietMs: never, callbackUrl }, { callbacks }));
      assert.equal(new Set(forgotten).size, 2);
      assert.deepEqual(
        forgotten,
        calls.map(({ token }) => token),
      );
    });

    it('is not taken for whole by the call alone: no file, no profile', async () => {
      fixture.sandbox.reset();
      const { summary } = await run(source({ giveUpMs: 200, callbackUrl }, { callbacks }));
      assert.equal(summary.error?.code, 'EXPORT_NOT_ARRIVED');
      assert.equal(calls.length, 1);
    });

    it('is read in full though the call comes before its files', async () => {
      fixture.sandbox.braze.configure({ exports: { lateFile: { index: 1, ms: 100 } } });
      class Hasty extends ExportCallbacks {
        override expect(token: string): ExpectedCall {
          setTimeout(() => this.take(token), 1);
          return super.expect(token);
        }
      }
      const settings = { quietMs: never, quietAfterCallMs: 600, callbackUrl };
      const { ids, summary } = await run(source(settings, { callbacks: new Hasty() }));
      assert.deepEqual([ids, summary.complete], [customers(120), true]);
    });

    it('is told of again to the run that goes on after a restart', async () => {
      fixture.sandbox.braze.configure({ exports: { fileDelayMs: 40, rowsPerFile: 10 } });
      const first = source({ quietMs: never, callbackUrl }, { callbacks });
      const { run: stopped, ended } = readFrom(first);
      await until(() => (first.state() as { token?: string } | undefined)?.token !== undefined);
      stopped.stop();
      await ended;
      await first.close();
      const later = source({ quietMs: never, callbackUrl }, { callbacks });
      const names: string[] = [];
      const earlier = { state: first.state(), isDone: () => false, ids: () => undefined };
      for await (const { name } of later.units(sourceContext({ earlier }))) names.push(name);
      await later.close();
      assert.deepEqual([names.length, calls.length, exportCalls()], [12, 1, { 201: 1 }]);
    });

    it('waits as long as ever where the call never comes', async () => {
      const { ids } = await run(source({ callbackUrl: 'http://127.0.0.1:9' }, { callbacks }));
      assert.deepEqual(ids, customers(120));
    });
  });

  describe('that an earlier run of the goal left behind', () => {
    let memory: ExportMemory;
    beforeEach(() => {
      memory = new ExportMemory(new MemoryStore(), 'import');
      fixture.sandbox.braze.configure({ exports: { fileDelayMs: 60, rowsPerFile: 10 } });
    });

    /** A run that ends while Braze is still writing. */
    async function leftBehind(): Promise<GoalRun> {
      const made = source({}, { memory });
      const { run: stopped, ended } = readFrom(made);
      await until(() => files().length > 0);
      stopped.stop();
      await ended;
      await made.close();
      return stopped;
    }

    it('is joined, whatever is to become of others’ exports, and is as old as it was asked for', async () => {
      const { startedAt } = await leftBehind();
      await sleep(20);
      const made = source({ whenRunning: 'fail' }, { memory });
      const { run: joining, records, ended } = readFrom(made);
      const summary = await ended;
      await made.close();
      assert.deepEqual([records.length, summary.complete], [120, true]);
      assert.deepEqual([states(), exportCalls()], [['done'], { 201: 1, 429: 1 }]);
      assert.ok(joining.readAsOf >= startedAt.getTime());
      assert.ok(joining.readAsOf < joining.startedAt.getTime());
    });

    it('is forgotten once it was whole: a new one is asked for', async () => {
      for (const _ of [1, 2]) assert.equal((await run(source({}, { memory }))).summary.complete, true);
      assert.deepEqual(states(), ['done', 'done']);
      assert.deepEqual(exportCalls(), { 201: 2 });
    });

    it('is not joined where it stands still: what runs is another’s then, and it was cancelled', async () => {
      await leftBehind();
      const { segment } = fixture.sandbox.describe().braze;
      await client().cancelSegmentExport(segment, AbortSignal.timeout(5_000));
      await exportOfAnother();
      const { ids, summary } = await run(source({}, { memory }));
      assert.deepEqual([ids, summary.complete], [customers(120), true]);
      assert.deepEqual(states(), ['cancelled', 'done', 'done']);
    });

    it('is not joined for other fields, nor by another goal', async () => {
      await leftBehind();
      const others = [
        source({ whenRunning: 'fail', fields: ['external_id', 'dob'] }, { memory }),
        source({ whenRunning: 'fail' }, { memory: new ExportMemory(new MemoryStore(), 'other') }),
      ];
      for (const other of others) {
        assert.equal((await run(other)).summary.error?.code, 'BRAZE_EXPORT_RUNNING');
      }
    });
  });

  describe('that another source cancels', () => {
    it('is not taken for whole, but for another of another segment', async () => {
      const openExports = new OpenExports();
      const elsewhere = openExports.open('another segment');
      fixture.sandbox.braze.configure({ exports: { fileDelayMs: 60, rowsPerFile: 10 } });
      const made = source({ quietMs: 300 }, { openExports });
      const { records, ended } = readFrom(made);
      await until(() => files().length > 1);
      fixture.sandbox.braze.configure({ exports: { fileDelayMs: 1 } });
      const other = await run(source({ whenRunning: 'cancel' }, { openExports }));
      const { result, error } = await ended;
      await made.close();
      assert.deepEqual([result, error?.code, records.length], ['failed', 'EXPORT_CANCELLED', 0]);
      assert.deepEqual([other.ids, other.summary.complete], [customers(120), true]);
      elsewhere.throwIfCancelled();
    });
  });

  describe('of which fewer arrived than Braze estimates', () => {
    /** Somebody whom we cannot know of cancels the export after its first files. */
    async function cutShort(apiKey?: string) {
      fixture.sandbox.braze.configure({ exports: { fileDelayMs: 50, rowsPerFile: 40 } });
      const made = source(apiKey === undefined ? {} : { apiKey });
      const { ended } = readFrom(made);
      await until(() => files().length > 0);
      const { segment } = fixture.sandbox.describe().braze;
      await client().cancelSegmentExport(segment, AbortSignal.timeout(5_000));
      const summary = await ended;
      await made.close();
      return summary;
    }

    it('is told with both numbers', async () => {
      const { notices, ledger } = await cutShort();
      assert.ok(ledger.read > 0 && ledger.read < 120);
      assert.deepEqual(notices, [{ code: 'fewerUsers', values: { read: ledger.read, estimate: 120 } }]);
    });

    it('is not judged where the key may not ask for the estimate, or Braze does not answer it', async () => {
      const permissions = ['users.export.segment', 'segments.list'];
      fixture.sandbox.braze.configure({ keys: [{ key: 'narrow', permissions }] });
      assert.equal((await cutShort('narrow')).notices, undefined);
      const path = '/segments/data_series';
      fixture.sandbox.faults.add({ system: 'braze', path, fault: { kind: 'status', status: 500 } });
      assert.equal((await cutShort()).notices, undefined);
    });

    it('is no matter where they are few less, or where there is no estimate', async () => {
      assert.equal((await run(source())).summary.notices, undefined);
      fixture.sandbox.reset();
      fixture.sandbox.braze.configure({ exports: { emptySegment: 'emptyFile', fileDelayMs: 1 } });
      const { summary } = await run(source());
      assert.deepEqual([summary.complete, summary.notices], [true, undefined]);
    });
  });
});
