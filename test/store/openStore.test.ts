import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/openStore';
import { PlainLogStore } from '../../src/store/plainLogStore';
import { Child } from '../support/childProcess';
import { bundleProgram } from './bundle';
import { useFolders } from './folder';

const newFolder = useFolders();

interface Found {
  engine?: string;
  warning?: string;
  notes?: string[];
  error?: string;
}

describe('embedded store of a folder', () => {
  it('is LevelDB, without a warning, where its native part loads', async () => {
    const { store, engine, warning } = await openStore(join(newFolder(), 'new'));
    await store.close();
    assert.deepEqual({ engine, warning }, { engine: 'leveldb', warning: undefined });
  });

  it('takes over what a plain log holds, once, and the log is gone', async () => {
    const folder = newFolder();
    const plain = await PlainLogStore.open(folder);
    const keys = Array.from({ length: 12_000 }, (_, at) =>
      Buffer.from(at.toString(16).padStart(8, '0'), 'hex'),
    );
    await plain.commit(keys.map((key) => ({ space: 'fingerprint', key, value: key })));
    await plain.close();
    for (let opening = 0; opening < 2; opening++) {
      const { store, engine } = await openStore(folder);
      assert.equal(engine, 'leveldb');
      assert.deepEqual(await store.getMany('fingerprint', keys), keys);
      await store.close();
      assert.equal(existsSync(join(folder, 'state.log')), false);
    }
  });

  it('takes the log for the truth where an earlier move was cut off', async () => {
    const folder = newFolder();
    const plain = await PlainLogStore.open(folder);
    await plain.commit([{ space: 'setting', key: 'a', value: 'first' }]);
    await plain.close();
    copyFileSync(join(folder, 'state.log'), join(folder, 'kept'));
    const moved = await openStore(folder);
    await moved.store.commit([{ space: 'setting', key: 'stray', value: '' }]);
    await moved.store.close();
    copyFileSync(join(folder, 'kept'), join(folder, 'state.log'));
    const { store } = await openStore(folder);
    const [first, stray] = await store.getMany('setting', ['a', 'stray']);
    await store.close();
    assert.deepEqual([first?.toString(), stray], ['first', undefined]);
  });

  it('does not move into a folder that holds something else', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'photo.jpg'), 'x');
    await assert.rejects(openStore(folder), { code: 'STORE_FOREIGN' });
    await assert.rejects(PlainLogStore.open(folder), { code: 'STORE_FOREIGN' });
    assert.deepEqual(readdirSync(folder), ['photo.jpg']);
  });

  it('does not mind what file systems and people put beside it', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, '.gitkeep'), '');
    mkdirSync(join(folder, 'lost+found'));
    await (await openStore(folder)).store.close();
    writeFileSync(join(folder, 'notes.txt'), 'do not delete');
    await (await openStore(folder)).store.close();
    assert.ok(existsSync(join(folder, 'notes.txt')));
  });

  it('does not begin anew where the entrance to the old content is lost', async () => {
    const folder = newFolder();
    const { store } = await openStore(folder);
    await store.commit([{ space: 'setting', key: 'a', value: '1' }]);
    await store.close();
    const before = readdirSync(folder).filter((name) => name !== 'CURRENT');
    unlinkSync(join(folder, 'CURRENT'));
    await assert.rejects(openStore(folder), { code: 'STORE_DAMAGED' });
    assert.deepEqual(readdirSync(folder), before);
  });

  it('has a beginning, which stays', async () => {
    const folder = newFolder();
    const began: (string | undefined)[] = [];
    for (let opening = 0; opening < 2; opening++) {
      const { store } = await openStore(folder);
      began.push((await store.getMany('setting', ['began']))[0]?.toString());
      await store.close();
    }
    assert.ok(!Number.isNaN(Date.parse(String(began[0]))));
    assert.equal(began[1], began[0]);
  });
});

describe('embedded store on a machine without the native part', function () {
  this.timeout(20_000);
  let scratch: string;
  let program: string;
  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'profile-sync-opener-'));
    program = await bundleProgram('opener', scratch);
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** The loader of native parts looks where this variable says, and finds nothing there. */
  const noNativePart = { CLASSIC_LEVEL_PREBUILD: join(tmpdir(), 'no such folder') };

  async function openElsewhere(folder: string, note: string, native: boolean): Promise<Found> {
    const child = new Child([program, folder, note], native ? {} : { env: noNativePart });
    assert.equal(await child.finished(), 0, child.output);
    return JSON.parse(child.stdout) as Found;
  }

  it('is a plain log, with a warning; and moves to LevelDB as soon as that loads', async () => {
    const folder = newFolder();
    const first = await openElsewhere(folder, '1', false);
    assert.equal(first.engine, 'plain log');
    assert.match(first.warning ?? '', /does not load on this machine/);
    const second = await openElsewhere(folder, '2', false);
    assert.deepEqual(second.notes, ['1']);
    assert.deepEqual(await openElsewhere(folder, '3', true), { engine: 'leveldb', notes: ['1', '2'] });
  });

  it('is refused where a LevelDB was begun: what was sent must not be forgotten', async () => {
    const folder = newFolder();
    await openElsewhere(folder, '1', true);
    assert.deepEqual(await openElsewhere(folder, '2', false), { error: 'STORE_ENGINE_MISSING' });
    assert.deepEqual((await openElsewhere(folder, '3', true)).notes, ['1']);
  });
});
