import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { BrazeSandboxOptions } from '../../../src/sandbox/braze/brazeSandbox';
import { allCustomersSegment } from '../../../src/sandbox/braze/segments';
import type { BrazeSettingsPatch } from '../../../src/sandbox/braze/settings';
import { type BrazeCaller, withBraze } from './brazeCaller';
import { unzipOne } from './zipReader';

const segment_id = allCustomersSegment.id;
const request = { segment_id, fields_to_export: ['external_id'], output_format: 'gzip' };

/** Runs a test with twelve users, a bucket in memory and files of five rows without pauses. */
function withBucket(
  exports: BrazeSettingsPatch['exports'],
  test: (braze: BrazeCaller, bucket: Map<string, Buffer>) => Promise<void>,
  options: Partial<BrazeSandboxOptions> = {},
): Promise<void> {
  const bucket = new Map<string, Buffer>();
  return withBraze(
    {
      settings: { apply: { delayMs: 0 }, exports: { rowsPerFile: 5, fileDelayMs: 0, ...exports } },
      putObject: (key, bytes) => void bucket.set(key, bytes),
      deleteObject: (key) => void bucket.delete(key),
      ...options,
    },
    async (braze) => {
      braze.sandbox.seedPeople({ seed: 1, from: 0, to: 12 });
      await test(braze, bucket);
    },
  );
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

/** Starts an export and waits until it is over; the answer's body. */
async function finished(
  braze: BrazeCaller,
  body: object = request,
): Promise<{ object_prefix: string; url: string }> {
  const answer = await braze.post('/users/export/segment', body);
  assert.equal(answer.status, 201);
  await until(() => braze.sandbox.exports().at(-1)?.state !== 'running');
  return answer.body;
}

const text = (bytes: Buffer | undefined) => gunzipSync(bytes!).toString();
const lines = (bucket: Map<string, Buffer>) =>
  [...bucket.values()].flatMap((bytes) => text(bytes).split('\n').slice(0, -1));
const ids = (bucket: Map<string, Buffer>) => lines(bucket).map((line) => JSON.parse(line).external_id);
const everybody = Array.from({ length: 12 }, (_, at) => `cust-${String(at).padStart(8, '0')}`);
const day = (offset = 0) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

describe('sandbox Braze: segment exports', () => {
  it('write files of so many rows below the segment, the date and the prefix', () =>
    withBucket({}, async (braze, bucket) => {
      const before = day();
      const { object_prefix } = await finished(braze);
      assert.match(object_prefix, /^[0-9a-f-]{36}-\d{10}$/);
      for (const key of bucket.keys()) {
        const [tree, segment, date, prefix, name] = key.split('/');
        assert.deepEqual([tree, segment, prefix], ['segment-export', segment_id, object_prefix]);
        assert.ok([before, day()].includes(date!));
        assert.match(name!, /^[0-9a-f]+\.gz$/);
      }
      assert.deepEqual(
        [...bucket.values()].map((bytes) => text(bytes).trim().split('\n').length),
        [5, 5, 2],
      );
      assert.deepEqual(ids(bucket), everybody);
      assert.deepEqual(braze.sandbox.exports()[0]?.keys, [...bucket.keys()]);
    }));

  it('write zip archives of a .txt by default, under the root path', () =>
    withBucket(
      {},
      async (braze, bucket) => {
        await finished(braze, { segment_id, fields_to_export: ['external_id'] });
        const [[key, bytes] = ['', Buffer.alloc(0)]] = [...bucket];
        const { name, content } = unzipOne(bytes);
        assert.match(key, /^deep\/down\/segment-export\/.*\/[0-9a-f]+\.zip$/);
        assert.ok(name.endsWith('.txt'));
        assert.equal(content.toString().split('\n')[0], '{"external_id":"cust-00000000"}');
      },
      { rootPath: 'deep/down' },
    ));

  it('hold what a user has at the time, in the fields asked for', () =>
    withBucket({}, async (braze, bucket) => {
      await braze.send({ external_id: 'cust-00000000', vip: true, points: null, loyalty_tier: 'iron' });
      await finished(braze, { ...request, custom_attributes_to_export: ['vip', 'loyalty_tier'] });
      assert.deepEqual(JSON.parse(lines(bucket)[0]!), {
        external_id: 'cust-00000000',
        custom_attributes: { loyalty_tier: 'iron', vip: true },
      });
    }));

  it('ignore the list of custom attributes where all of them are asked for', () =>
    withBucket({}, async (braze, bucket) => {
      await finished(braze, {
        ...request,
        fields_to_export: ['custom_attributes'],
        custom_attributes_to_export: ['orders'],
      });
      const { custom_attributes } = JSON.parse(lines(bucket)[0]!);
      assert.ok('newsletter' in custom_attributes && 'orders' in custom_attributes);
    }));

  it('consist of the members of the segment', () =>
    withBucket({}, async (braze, bucket) => {
      braze.sandbox.defineSegment({ id: 'range', name: 'Range', includes: { from: 3, to: 6 } });
      await finished(braze, { ...request, segment_id: 'range' });
      assert.deepEqual(ids(bucket), everybody.slice(3, 6));
      bucket.clear();
      const includes = { attribute: 'newsletter', equals: true };
      braze.sandbox.defineSegment({ id: 'readers', name: 'Readers', includes });
      await finished(braze, { ...request, segment_id: 'readers' });
      const readers = everybody.filter((id) => braze.custom(id).newsletter === true);
      assert.deepEqual(ids(bucket), readers);
    }));

  it('refuse what makes no sense', () =>
    withBucket({}, async (braze) => {
      for (const wrong of [
        { segment_id: 'unheard-of' },
        { fields_to_export: undefined },
        { fields_to_export: [] },
        { fields_to_export: ['shoe_size'] },
        { output_format: 'rar' },
        { callback_endpoint: 'not a URL' },
        { custom_attributes_to_export: Array.from({ length: 501 }, String) },
      ]) {
        const { status } = await braze.post('/users/export/segment', { ...request, ...wrong });
        assert.equal(status, 400, JSON.stringify(wrong).slice(0, 60));
      }
      assert.deepEqual(braze.sandbox.exports(), []);
    }));

  it('run once per segment: a second is a 429 with room in its rate headers', () =>
    withBucket({ fileDelayMs: 60_000 }, async (braze) => {
      braze.sandbox.defineSegment({ id: 'other', name: 'Other', includes: 'all' });
      await braze.post('/users/export/segment', request);
      const second = await braze.post('/users/export/segment', request);
      assert.equal(second.status, 429);
      assert.ok(Number(second.headers.get('x-ratelimit-remaining')) > 200_000);
      const other = await braze.post('/users/export/segment', { ...request, segment_id: 'other' });
      assert.equal(other.status, 201);
    }));

  it('stop at a hundred at a time', () =>
    withBucket({ fileDelayMs: 60_000 }, async (braze) => {
      const answers: number[] = [];
      for (let at = 0; at <= 100; at++) {
        braze.sandbox.defineSegment({ id: `s${at}`, name: 'One of many', includes: 'all' });
        const { status } = await braze.post('/users/export/segment', { ...request, segment_id: `s${at}` });
        answers.push(status);
      }
      assert.deepEqual([...new Set(answers.slice(0, 100)), answers[100]], [201, 400]);
    }));

  it('can be cancelled, which keeps what is written and frees the segment', () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const written: string[] = [];
    const putObject = (key: string) => {
      written.push(key);
      return held;
    };
    return withBucket(
      {},
      async (braze) => {
        const cancel = async (id = segment_id) =>
          (await braze.post('/export/segment/cancel', { segment_id: id })).status;
        await braze.post('/users/export/segment', request);
        await until(() => written.length === 1);
        assert.equal(await cancel(), 201);
        release();
        await finished(braze);
        const [cancelled, again] = braze.sandbox.exports();
        assert.deepEqual([cancelled?.state, cancelled?.keys], ['cancelled', written.slice(0, 1)]);
        assert.deepEqual([again?.state, again?.keys], ['done', written.slice(1)]);
        assert.equal(await cancel(), 201);
        assert.equal(await cancel('unheard-of'), 400);
      },
      { putObject },
    );
  });

  describe('the callback', () => {
    const withListener = async (test: (url: string, received: unknown[]) => Promise<void>) => {
      const received: unknown[] = [];
      const listener = createServer(async (call, answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of call) chunks.push(chunk as Buffer);
        received.push([
          call.method,
          call.url,
          call.headers['content-type'],
          Buffer.concat(chunks).toString(),
        ]);
        answer.end();
      });
      await once(listener.listen(0, '127.0.0.1'), 'listening');
      try {
        await test(`http://127.0.0.1:${(listener.address() as AddressInfo).port}/ready?run=7`, received);
      } finally {
        listener.close();
        await once(listener, 'close');
      }
    };

    it('comes once, after the last file', () =>
      withListener((callback_endpoint, received) =>
        withBucket({}, async (braze, bucket) => {
          await finished(braze, { ...request, callback_endpoint });
          await until(() => braze.sandbox.exports()[0]?.callback === 'delivered');
          assert.equal(bucket.size, 3);
          assert.deepEqual(received, [['POST', '/ready?run=7', 'application/json', '{"success":true}']]);
        }),
      ));

    it('never comes for an export that fails silently, and the segment is free again', () =>
      withListener((callback_endpoint, received) =>
        withBucket({ failSilently: true }, async (braze, bucket) => {
          await finished(braze, { ...request, callback_endpoint });
          braze.sandbox.configure({ exports: { failSilently: false } });
          await finished(braze);
          assert.deepEqual(
            braze.sandbox.exports().map(({ state }) => state),
            ['failed', 'done'],
          );
          assert.deepEqual([bucket.size, received], [3, []]);
        }),
      ));

    it('never leaves this machine', () =>
      withBucket({}, async (braze) => {
        await finished(braze, { ...request, callback_endpoint: 'https://nodered.example.org/ready' });
        await until(() => braze.sandbox.exports()[0]?.callback !== 'pending');
        assert.equal(braze.sandbox.exports()[0]?.callback, 'notLoopback');
      }));

    it('that nobody answers does not matter', () =>
      withBucket({}, async (braze) => {
        await finished(braze, { ...request, callback_endpoint: 'http://127.0.0.1:1/ready' });
        await until(() => braze.sandbox.exports()[0]?.callback !== 'pending');
        assert.deepEqual(
          [braze.sandbox.exports()[0]?.state, braze.sandbox.exports()[0]?.callback],
          ['done', 'undelivered'],
        );
      }));
  });

  describe('with faults', () => {
    it('fail silently when the bucket refuses them', () =>
      withBucket(
        {},
        async (braze) => {
          await finished(braze);
          const { state, reason } = braze.sandbox.exports()[0]!;
          assert.deepEqual([state, reason], ['failed', 'no such bucket']);
        },
        { putObject: () => Promise.reject(new Error('no such bucket')) },
      ));

    it('bring a late file last', () =>
      withBucket({ lateFile: { index: 0, ms: 30 } }, async (braze, bucket) => {
        await finished(braze);
        assert.deepEqual(ids(bucket), [...everybody.slice(5), ...everybody.slice(0, 5)]);
      }));

    it('cut a file in half', () =>
      withBucket({ truncatedFile: { index: 1 } }, async (braze, bucket) => {
        await finished(braze);
        const [first, second, third] = [...bucket.values()];
        assert.throws(() => text(second), /unexpected end of file/);
        assert.deepEqual([text(first).length > 0, text(third).length > 0], [true, true]);
      }));

    it('repeat rows', () =>
      withBucket({ duplicateRow: { count: 2 } }, async (braze, bucket) => {
        await finished(braze);
        assert.deepEqual(ids(bucket), [...everybody, ...everybody.slice(0, 2)]);
        assert.equal(braze.sandbox.exports()[0]?.rows, 14);
      }));

    it('slip in lines that are no rows', () =>
      withBucket({ malformedRow: { lines: ['{"external_id":', 'oops'] } }, async (braze, bucket) => {
        await finished(braze);
        assert.deepEqual(lines(bucket).slice(1, 3), ['{"external_id":', 'oops']);
        assert.equal(lines(bucket).length, 14);
      }));

    it('land in the folder of the next day', () =>
      withBucket({ straddleMidnight: true }, async (braze, bucket) => {
        const tomorrow = day(1);
        await finished(braze);
        for (const key of bucket.keys()) assert.ok([tomorrow, day(1)].includes(key.split('/')[2]!));
      }));

    it('share the tree with an export from the dashboard', () =>
      withBucket({ dashboardCsv: true }, async (braze, bucket) => {
        await finished(braze);
        const [key] = bucket.keys();
        assert.match(key!, new RegExp(`^segment-export/${segment_id}/[0-9-]{10}/users-[0-9a-f]+\\.zip$`));
        assert.equal(unzipOne(bucket.get(key!)!).name, 'users.csv');
        assert.equal(bucket.size, 4);
      }));

    it('write nothing, or one file without rows, for an empty segment', async () => {
      for (const [emptySegment, files] of [
        ['noFile', 0],
        ['emptyFile', 1],
      ] as const) {
        await withBucket({ emptySegment }, async (braze, bucket) => {
          braze.sandbox.defineSegment({ id: 'none', name: 'None', includes: { from: 50, to: 60 } });
          await finished(braze, { ...request, segment_id: 'none' });
          assert.deepEqual([...bucket.values()].map(text), Array(files).fill(''));
        });
      }
    });

    it('are deleted after a while', () =>
      withBucket({ deleteAfterMs: 20 }, async (braze, bucket) => {
        await finished(braze);
        await until(() => bucket.size === 0);
        assert.equal(braze.sandbox.exports()[0]?.keys.length, 3);
      }));
  });

  it('without a bucket are downloaded: 403 until ready, one archive, 404 once gone', () =>
    withBraze(
      { settings: { apply: { delayMs: 0 }, exports: { rowsPerFile: 5, fileDelayMs: 60_000 } } },
      async (braze) => {
        braze.sandbox.seedPeople({ seed: 1, from: 0, to: 12 });
        const early = await braze.post('/users/export/segment', request);
        assert.equal((await fetch(early.body.url)).status, 403);
        await braze.post('/export/segment/cancel', { segment_id });

        braze.sandbox.configure({ exports: { fileDelayMs: 0 } });
        const { url } = await finished(braze);
        const { content } = unzipOne(Buffer.from(await (await fetch(url)).arrayBuffer()));
        assert.equal(content.toString().trim().split('\n').length, 12);

        braze.sandbox.configure({ exports: { deleteAfterMs: 1 } });
        const { url: gone } = await finished(braze);
        let { status } = await fetch(gone);
        for (; status === 200; { status } = await fetch(gone)) await sleep(5);
        assert.equal(status, 404);
      },
    ));
});
