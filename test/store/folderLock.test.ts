import assert from 'node:assert/strict';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../../src/store/folderLock';
import { Child } from '../support/childProcess';
import { until } from '../support/until';
import { useFolders } from './folder';

const newFolder = useFolders();

describe('lock of a folder', () => {
  it('is had by one at a time, and leaves nothing behind', async () => {
    const folder = newFolder();
    const file = join(folder, 'lock');
    const lock = await lockFolder(folder, file);
    await assert.rejects(lockFolder(folder, file), { code: 'STORE_IN_USE' });
    await lock.release();
    assert.equal(existsSync(file), false);
    await (await lockFolder(folder, file)).release();
  });

  it('of a process that lives is respected, and of one that died taken over', async () => {
    const folder = newFolder();
    const file = join(folder, 'lock');
    const program = `
      const { lockFolder } = require(${JSON.stringify(require.resolve('../../src/store/folderLock.ts'))});
      lockFolder(${JSON.stringify(folder)}, ${JSON.stringify(file)}).then(() => setInterval(() => {}, 1000));`;
    const child = new Child(['--require', require.resolve('tsx/cjs'), '-e', program]);
    await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '', {
      what: 'the other process to lock',
      timeoutMs: 20_000,
      evidence: () => child.output,
    });
    await assert.rejects(lockFolder(folder, file), { code: 'STORE_IN_USE' });
    child.kill();
    await child.finished();
    await (await lockFolder(folder, file)).release();
  });

  it('is taken over where its process number belongs to another process by now', async () => {
    if (process.platform !== 'linux') return;
    const folder = newFolder();
    const file = join(folder, 'lock');
    for (const pid of [process.pid, process.ppid]) {
      writeFileSync(file, JSON.stringify({ pid, started: 'another start/1' }));
      await (await lockFolder(folder, file)).release();
    }
  });

  it('without a word in it is respected while it is new, and taken over later', async () => {
    const folder = newFolder();
    const file = join(folder, 'lock');
    writeFileSync(file, '');
    await assert.rejects(lockFolder(folder, file), { code: 'STORE_IN_USE' });
    const minuteAgo = Date.now() / 1000 - 60;
    utimesSync(file, minuteAgo, minuteAgo);
    await (await lockFolder(folder, file)).release();
  });
});
