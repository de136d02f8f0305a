import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LevelStore } from '../../src/store/levelStore';
import { PlainLogStore } from '../../src/store/plainLogStore';
import type { StateStore } from '../../src/store/store';
import { Child } from '../support/childProcess';
import { until } from '../support/until';
import { bundleProgram } from './bundle';

const kills = 20;

const engines: Record<string, (folder: string) => Promise<StateStore>> = {
  leveldb: LevelStore.open,
  'plain log': PlainLogStore.open,
};

/** Numbers of the commits that are there; each must be there whole, and all of those before it. */
async function commitsIn(store: StateStore): Promise<number> {
  let commits = 0;
  for await (const { key, value } of store.list('history', '')) {
    commits++;
    assert.equal(Number(key), commits, 'a commit is missing');
    assert.equal(Number(value.toString()), commits);
  }
  for await (const { key, value } of store.list('setting', '')) {
    assert.equal(Number(value.toString()), commits, `entry ${key} is of another commit`);
  }
  return commits;
}

describe('a store whose process is killed', function () {
  this.timeout(60_000);
  let folder: string;
  let program: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'profile-sync-killed-'));
    program = await bundleProgram('committer', folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [engine, open] of Object.entries(engines)) {
    it(`${engine}: ${kills} times, has every commit that was done, and none in part`, async () => {
      const at = join(folder, engine);
      let there = 0;
      for (let kill = 0; kill < kills; kill++) {
        const child = new Child([program, engine, at, String(there + 1)]);
        await until(() => child.stdout.includes('\n'), {
          what: 'the first commit',
          everyMs: 5,
          evidence: () => child.output,
        });
        await sleep(Math.random() * 60);
        child.kill();
        await child.finished();
        const done = Number(child.stdout.trimEnd().split('\n').at(-1));
        const store = await open(at);
        there = await commitsIn(store);
        await store.close();
        assert.ok(there >= done, `commit ${done} was done, ${there} are there`);
        // One more may be on the disk that there was no time to report.
        assert.ok(there <= done + 1);
      }
    });
  }
});
