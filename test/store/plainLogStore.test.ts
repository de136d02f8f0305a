import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { PlainLogStore } from '../../src/store/plainLogStore';
import type { StoreWrite } from '../../src/store/store';
import { useFolders } from './folder';

const newFolder = useFolders();

const put = (key: string, value: string | Uint8Array): StoreWrite => ({ space: 'setting', key, value });

/** The values of the keys `0`, `1`, … that commits below leave behind; checks that each commit is there whole. */
async function commitsIn(folder: string): Promise<number> {
  const store = await PlainLogStore.open(folder);
  let commits = 0;
  try {
    const held: string[] = [];
    for await (const { key } of store.list('setting', '')) held.push(key);
    while (held.includes(`${commits} first`)) {
      assert.ok(held.includes(`${commits} second`), `commit ${commits} is torn`);
      commits++;
    }
    assert.equal(held.length, commits * 2);
  } finally {
    await store.close();
  }
  return commits;
}

/** A store with five commits, closed. Returns how long the log was after each of them. */
async function fiveCommits(folder: string): Promise<number[]> {
  const store = await PlainLogStore.open(folder);
  const lengths: number[] = [];
  for (let commit = 0; commit < 5; commit++) {
    await store.commit([put(`${commit} first`, 'x'.repeat(commit * 7)), put(`${commit} second`, 'y')]);
    lengths.push(statSync(join(folder, 'state.log')).size);
  }
  await store.close();
  return lengths;
}

describe('plain log store', () => {
  it('has everything when it is opened again, deletes included', async () => {
    const folder = newFolder();
    const first = await PlainLogStore.open(folder);
    await first.commit([put('a', '1'), put('b', ''), put('c', Buffer.from([0, 255]))]);
    await first.commit([{ space: 'setting', key: 'a', value: undefined }]);
    await first.close();
    const second = await PlainLogStore.open(folder);
    assert.deepEqual(await second.getMany('setting', ['a', 'b', 'c']), [
      undefined,
      Buffer.alloc(0),
      Buffer.from([0, 255]),
    ]);
    await second.close();
  });

  it('loses at most the commit that was being written, wherever the file was cut off', async () => {
    const folder = newFolder();
    const lengths = await fiveCommits(folder);
    const whole = readFileSync(join(folder, 'state.log'));
    let cut = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: lengths[0]!, max: whole.length }),
        fc.nat({ max: 40 }),
        async (length, zeros) => {
          const torn = join(folder, `cut ${cut++}`);
          mkdirSync(torn);
          writeFileSync(
            join(torn, 'state.log'),
            Buffer.concat([whole.subarray(0, length), Buffer.alloc(zeros)]),
          );
          assert.equal(await commitsIn(torn), lengths.filter((end) => end <= length).length);
          const again = await PlainLogStore.open(torn);
          await again.commit([put('after', '1')]);
          await again.close();
          const reopened = await PlainLogStore.open(torn);
          assert.deepEqual(await reopened.getMany('setting', ['after']), [Buffer.from('1')]);
          await reopened.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses a file that is damaged before its end, and leaves it as it is', async () => {
    const folder = newFolder();
    const lengths = await fiveCommits(folder);
    const log = join(folder, 'state.log');
    const whole = readFileSync(log);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: lengths[3]! - 1 }), async (at) => {
        const damaged = Buffer.from(whole);
        damaged[at] = damaged[at]! ^ 0x40;
        writeFileSync(log, damaged);
        await assert.rejects(PlainLogStore.open(folder), { code: 'STORE_DAMAGED' });
        assert.deepEqual(readFileSync(log), damaged);
      }),
      { numRuns: 60 },
    );
    writeFileSync(log, whole);
    assert.equal(await commitsIn(folder), 5);
  });

  it('an empty file is damage, not a new store', async () => {
    const folder = newFolder();
    await fiveCommits(folder);
    truncateSync(join(folder, 'state.log'), 0);
    await assert.rejects(PlainLogStore.open(folder), { code: 'STORE_DAMAGED' });
  });

  it('is not kept from opening by a compaction that was cut off', async () => {
    const folder = newFolder();
    await fiveCommits(folder);
    copyFileSync(join(folder, 'state.log'), join(folder, 'state.new'));
    truncateSync(join(folder, 'state.new'), 20);
    assert.equal(await commitsIn(folder), 5);
  });

  it('does not grow beyond twice what it holds, and four megabytes', async () => {
    const folder = newFolder();
    const store = await PlainLogStore.open(folder);
    for (let commit = 0; commit < 40; commit++)
      await store.commit([put('same', Buffer.alloc(500_000, commit))]);
    assert.ok((await store.approximateSize()) < 5_500_000);
    await store.close();
    const again = await PlainLogStore.open(folder);
    assert.deepEqual(await again.getMany('setting', ['same']), [Buffer.alloc(500_000, 39)]);
    await again.close();
  });
});
